#include "lydian/runtime/interpreter.h"

#include <algorithm>
#include <map>

#include "lydian/core/ensure.h"

namespace lydian::runtime {
namespace {

using program::Operand;
using program::RefKind;

/// The nodes that some are computed from, with these themselves.
std::vector<bool> ancestors(const Graph& graph, std::span<const std::uint32_t> wanted) {
  std::vector<bool> needed(graph.nodes.size());
  for (const std::uint32_t node : wanted) needed[node] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const Operand& operand : std::span(graph.nodes[i].operands).first(graph.nodes[i].operand_count))
      if (operand.ref.kind == RefKind::node) needed[operand.ref.index] = true;
  }
  return needed;
}

class Run {
 public:
  Run(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator, std::vector<bool> needed)
      : graph_(graph), inputs_(inputs), evaluator_(evaluator), needed_(std::move(needed)) {
    outputs_.resize(graph.nodes.size());
    uses_.resize(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (needed_[i]) count_uses(graph.nodes[i], +1);
  }

  void run(const OutputSink& sink) {
    for (std::uint32_t i = 0; i < graph_.nodes.size(); ++i)
      if (needed_[i]) run_node(i, sink);
  }

 private:
  void run_node(std::uint32_t i, const OutputSink& sink) {
    const Node& node = graph_.nodes[i];
    std::array<ByteView, program::kMaxOperands> views;
    for (std::size_t k = 0; k < node.operand_count; ++k) views[k] = bytes_of(node.operands[k]);
    outputs_[i].resize(static_cast<std::size_t>(node.bytes()));
    evaluator_.evaluate(i, node, std::span(views).first(node.operand_count), inputs_.literals, outputs_[i]);
    sink(i, outputs_[i]);
    count_uses(node, -1);
    free_if_unused(i);
    for (const Operand& operand : std::span(node.operands).first(node.operand_count))
      if (operand.ref.kind == RefKind::node) free_if_unused(operand.ref.index);
  }

  ByteView bytes_of(const Operand& operand) const {
    ByteView bytes = inputs_.state;
    if (operand.ref.kind == RefKind::node) bytes = outputs_[operand.ref.index];
    if (operand.ref.kind == RefKind::constant) bytes = inputs_.constants[operand.ref.index];
    ENSURE(std::ssize(bytes) == operand.bytes, "an operand has {} bytes, expected {}", bytes.size(),
           operand.bytes);
    return bytes;
  }

  void count_uses(const Node& node, int change) {
    for (const Operand& operand : std::span(node.operands).first(node.operand_count))
      if (operand.ref.kind == RefKind::node) uses_[operand.ref.index] += change;
  }

  void free_if_unused(std::uint32_t i) {
    if (uses_[i] == 0) outputs_[i] = Bytes();
  }

  const Graph& graph_;
  const Inputs& inputs_;
  NodeEvaluator& evaluator_;
  std::vector<bool> needed_;
  std::vector<Bytes> outputs_;
  std::vector<int> uses_;  // by nodes that have not run yet
};

}  // namespace

void NodeEvaluator::evaluate(std::uint32_t, const Node& node, Operands operands, const LiteralTable& literals,
                             std::span<std::uint8_t> output) {
  std::ranges::copy(runtime::evaluate(node, operands, literals), output.begin());
}

std::vector<std::uint32_t> NodeEvaluator::accumulators(std::uint32_t, const Node& node, Operands operands,
                                                       std::int64_t element, int lane,
                                                       std::span<const std::int64_t> counts) {
  return runtime::accumulators(node, operands, element, lane, counts);
}

Lanes NodeEvaluator::lanes(std::uint32_t, const Node& node, Operands operands, std::int64_t element) {
  return runtime::lanes(node, operands, element);
}

void for_each_output(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator,
                     const OutputSink& sink) {
  Run(graph, inputs, evaluator, std::vector<bool>(graph.nodes.size(), true)).run(sink);
}

std::vector<Bytes> outputs_of(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator,
                              std::span<const std::uint32_t> wanted) {
  std::map<std::uint32_t, Bytes> kept;
  for (const std::uint32_t node : wanted) kept[node];
  Run(graph, inputs, evaluator, ancestors(graph, wanted)).run([&](std::uint32_t index, ByteView output) {
    if (const auto slot = kept.find(index); slot != kept.end())
      slot->second.assign(output.begin(), output.end());
  });
  std::vector<Bytes> outputs;
  for (const std::uint32_t node : wanted) outputs.push_back(kept.at(node));
  return outputs;
}

Bytes interpret(const Graph& graph, const Inputs& inputs) {
  NodeEvaluator reference;
  const std::array last = {static_cast<std::uint32_t>(graph.nodes.size() - 1)};
  return std::move(outputs_of(graph, inputs, reference, last).front());
}

}  // namespace lydian::runtime
