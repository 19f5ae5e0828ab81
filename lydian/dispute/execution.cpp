#include "lydian/dispute/execution.h"

#include "lydian/core/ensure.h"

namespace lydian::dispute {

using program::Node;
using program::Operand;
using program::RefKind;

Bytes Machine::run(std::uint64_t transition, Bytes state) {
  const program::Graph& nodes = graph(transition);
  const std::array last = {static_cast<std::uint32_t>(nodes.nodes.size() - 1)};
  return std::move(runtime::outputs_of(nodes, inputs(state), evaluator(transition), last).front());
}

runtime::Trace Machine::trace(std::uint64_t transition, ByteView before, ThreadPool* pool) {
  return runtime::trace(graph(transition), inputs(before), evaluator(transition), pool);
}

const program::Graph& Machine::graph(std::uint64_t transition) const {
  return program_.graph(graph_of(transition, static_cast<std::uint64_t>(program_.steps)));
}

const merkle::BlobTree& Tensor::tree() const {
  if (!tree_) tree_.emplace(bytes_);
  return *tree_;
}

ByteView Tensor::block(std::uint64_t index) const {
  return bytes_.subspan(index * merkle::kBlockBytes, merkle::block_size_of(bytes_.size(), index));
}

Execution::Execution(Machine& machine, std::uint64_t start, Bytes state, Options options)
    : machine_(machine), options_(options), start_(start), focus_{start, start} {
  roots_[start] = start == 0 ? Root{} : merkle::blob_root(state, options.pool);
  snapshots_.emplace(start, std::move(state));
}

std::vector<Root> Execution::roots(std::span<const std::uint64_t> boundaries) {
  std::vector<Root> roots;
  for (const std::uint64_t boundary : boundaries) roots.push_back(root(boundary));
  return roots;
}

Root Execution::root(std::uint64_t boundary) {
  if (const auto known = roots_.find(boundary); known != roots_.end()) return known->second;
  return roots_[boundary] = merkle::blob_root(state(boundary), options_.pool);
}

ByteView Execution::state(std::uint64_t boundary) {
  ENSURE(boundary >= start_, "boundary {} lies before the start, {}", boundary, start_);
  const auto nearest = std::prev(snapshots_.upper_bound(boundary));
  if (nearest->first != boundary) {
    Bytes state = nearest->second;
    for (std::uint64_t at = nearest->first; at < boundary; ++at) state = machine_.run(at, std::move(state));
    keep(boundary, std::move(state));
  }
  return snapshots_.at(boundary);
}

void Execution::keep(std::uint64_t boundary, Bytes state) {
  std::size_t held = state.size();
  for (const auto& [at, bytes] : snapshots_) held += at == start_ ? 0 : bytes.size();
  snapshots_[boundary] = std::move(state);
  while (held > options_.snapshot_bytes_max) {
    const auto victim = least_useful(boundary);
    if (victim == snapshots_.end()) return;
    held -= victim->second.size();
    snapshots_.erase(victim);
  }
}

/// A state outside what is in question, else the one next below the latest: the others stay spread out. Never
/// the first or the latest.
Execution::Snapshots::iterator Execution::least_useful(std::uint64_t latest) {
  auto victim = snapshots_.end();
  for (auto it = snapshots_.begin(); it != snapshots_.end(); ++it) {
    if (it->first == start_ || it->first == latest) continue;
    if (it->first < focus_.lo || it->first >= focus_.hi) return it;
    if (victim == snapshots_.end() || it->first < latest) victim = it;
  }
  return victim;
}

const merkle::ListTree& Execution::trace(std::uint64_t transition) {
  if (!trace_ || trace_->transition != transition) {
    const ByteView before = state(transition);
    runtime::Trace trace = machine_.trace(transition, before, options_.pool);
    trace_.emplace(transition, 0U, merkle::ListTree(std::move(trace.roots)));
  }
  return trace_->value;
}

const Execution::NodeTensors& Execution::node(std::uint64_t transition, std::uint32_t index) {
  if (!node_ || node_->transition != transition || node_->node != index) {
    node_.reset();
    node_.emplace(transition, index, compute_node(transition, index));
  }
  return node_->value;
}

Execution::NodeTensors Execution::compute_node(std::uint64_t transition, std::uint32_t index) {
  const program::Graph& graph = machine_.graph(transition);
  const Node& node = graph.nodes[index];
  const auto operands = std::span(node.operands).first(node.operand_count);
  const ByteView before = state(transition);
  std::vector<std::uint32_t> wanted = {index};
  for (const Operand& operand : operands)
    if (operand.ref.kind == RefKind::node) wanted.push_back(operand.ref.index);
  std::vector<Bytes> outputs =
      runtime::outputs_of(graph, machine_.inputs(before), machine_.evaluator(transition), wanted);
  NodeTensors tensors{Tensor(std::move(outputs.front())), {}};
  std::size_t next = 1;
  for (const Operand& operand : operands) {
    switch (operand.ref.kind) {
      case RefKind::node:
        tensors.operands.emplace_back(std::move(outputs[next++]));
        break;
      case RefKind::state:
        tensors.operands.emplace_back(Bytes(before.begin(), before.end()));
        break;
      case RefKind::constant:
        tensors.operands.emplace_back(machine_.constants()[operand.ref.index]);
        break;
    }
  }
  return tensors;
}

std::vector<ByteView> Execution::NodeTensors::operand_views() const {
  std::vector<ByteView> views;
  for (const Tensor& operand : operands) views.push_back(operand.bytes());
  return views;
}

}  // namespace lydian::dispute
