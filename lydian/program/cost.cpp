#include "lydian/program/cost.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace lydian::program {
namespace {

using kernels::ScalarFn;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kMost : sum;
}

std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

Cost plus(const Cost& a, const Cost& b) { return {plus(a.flops, b.flops), plus(a.bytes, b.bytes)}; }
Cost times(const Cost& a, std::int64_t count) { return {times(a.flops, count), times(a.bytes, count)}; }

std::int64_t operations_of(const Node& node) {
  const std::int64_t elements = node.shape.elements();
  switch (node.form) {
    case Form::literal:
    case Form::iota:
    case Form::view:
    case Form::concat:
    case Form::gather:
      return 0;
    case Form::map:
      return times(elements, flops_of(static_cast<ScalarFn>(node.fn)));
    case Form::matmul:
      return times(times(elements, node.extent), 2);
    case Form::reduce:
      return times(elements, node.extent);
    case Form::scatter_add:
      return times(node.extent, node.shape[1]);
  }
  return 0;
}

/// A view and a gather read what they copy, not their whole operand.
std::int64_t bytes_read(const Node& node) {
  if (node.form == Form::view) return node.bytes();
  if (node.form == Form::gather) return plus(node.bytes(), node.operands[1].bytes);
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < node.operand_count; ++i) bytes = plus(bytes, node.operands[i].bytes);
  return bytes;
}

std::uint32_t reference_millis(const Cost& cost) {
  const std::int64_t millis = plus(
      plus(cost.flops / (kReferenceFlopsPerSecond / 1000), cost.bytes / (kReferenceBytesPerSecond / 1000)),
      1);
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(millis, std::numeric_limits<std::uint32_t>::max()));
}

/// For every node the index of the last one that reads it; its own where none does.
std::vector<std::size_t> last_uses(const Graph& graph) {
  std::vector<std::size_t> last(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    last[i] = i;
    const Node& node = graph.nodes[i];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      if (node.operands[o].ref.kind == RefKind::node) last[node.operands[o].ref.index] = i;
    }
  }
  return last;
}

}  // namespace

int flops_of(ScalarFn fn) {
  switch (fn) {
    case ScalarFn::fma:
      return 2;
    case ScalarFn::div:
    case ScalarFn::sqrt:
      return 4;
    case ScalarFn::exp:
    case ScalarFn::log:
    case ScalarFn::sin:
    case ScalarFn::cos:
      return 16;  // a polynomial of about that many terms
    default:
      return 1;
  }
}

Cost cost_of(const Node& node) { return {operations_of(node), plus(bytes_read(node), node.bytes())}; }

Cost cost_of(const Graph& graph) {
  Cost total;
  for (const Node& node : graph.nodes) total = plus(total, cost_of(node));
  return total;
}

std::int64_t peak_outputs(const Graph& graph) {
  const std::vector<std::size_t> last = last_uses(graph);
  std::vector<std::vector<std::size_t>> ends(graph.nodes.size());
  for (std::size_t i = 0; i < last.size(); ++i) ends[last[i]].push_back(i);
  std::int64_t live = 0;
  std::int64_t peak = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    live = plus(live, graph.nodes[i].bytes());
    if (live == kMost) return kMost;
    peak = std::max(peak, live);
    for (const std::size_t ended : ends[i]) live -= graph.nodes[ended].bytes();
  }
  return peak;
}

std::int64_t peak_memory(const Program& program) {
  std::int64_t peak = 0;
  for (std::size_t g = 0; g < program.graphs.size(); ++g) {
    const bool has_state = static_cast<GraphKind>(g) != GraphKind::init;
    peak = std::max(peak, plus(has_state ? program.state_bytes : 0, peak_outputs(program.graphs[g])));
  }
  for (const auto& [root, bytes] : program.literals) peak = plus(peak, std::ssize(bytes));
  return peak;
}

ProgramCost cost_of(const Program& program) {
  ProgramCost cost;
  for (std::size_t g = 0; g < program.graphs.size(); ++g) cost.graphs[g] = cost_of(program.graphs[g]);
  const Cost steps = times(cost.graph(GraphKind::step), program.steps);
  cost.job = plus(plus(cost.graph(GraphKind::init), steps), cost.graph(GraphKind::output));
  cost.memory = peak_memory(program);
  cost.step_millis = reference_millis(cost.graph(GraphKind::step));
  return cost;
}

Status check_memory(const Program& program, std::int64_t available_bytes) {
  const std::int64_t needed = peak_memory(program);
  if (needed <= available_bytes) return {};
  return fail("program: needs {} bytes of memory, {} are available", needed, available_bytes);
}

}  // namespace lydian::program
