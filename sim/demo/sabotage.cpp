#include "sim/demo/sabotage.h"

#include "lydian/core/ensure.h"

namespace lydian::sim {

using program::Form;
using program::Node;

Fault fault_in(const program::Program& program, std::uint64_t transition) {
  constexpr std::uint32_t kFlippedBit = 1U << 18;  // large enough to survive the roundings that follow
  const auto& nodes =
      program.graph(dispute::graph_of(transition, static_cast<std::uint64_t>(program.steps))).nodes;
  std::vector<std::uint32_t> products;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].form == Form::matmul && nodes[i].dtype == program::DType::f32 && nodes[i].extent > 0)
      products.push_back(i);
  }
  ENSURE(!products.empty(), "transition {} has no matrix product", transition);
  const std::uint32_t node = products[products.size() / 2];
  return {.transition = transition,
          .node = node,
          .element = nodes[node].shape.elements() / 2,
          .position = nodes[node].extent / 2,
          .mask = kFlippedBit};
}

Bytes SabotagedMachine::run(std::uint64_t transition, Bytes state) {
  if (transition != fault_.transition) return FastMachine::run(transition, std::move(state));
  return Machine::run(transition, std::move(state));  // node by node, with evaluator()
}

runtime::NodeEvaluator& SabotagedMachine::evaluator(std::uint64_t transition) {
  if (transition != fault_.transition) return FastMachine::evaluator(transition);
  return evaluator_;
}

runtime::Trace SabotagedMachine::trace(std::uint64_t transition, ByteView before, ThreadPool* pool) {
  if (transition != fault_.transition) return FastMachine::trace(transition, before, pool);
  return Machine::trace(transition, before, pool);
}

void SabotagedMachine::Evaluator::evaluate(std::uint32_t index, const Node& node, runtime::Operands operands,
                                           const program::LiteralTable& literals,
                                           std::span<std::uint8_t> output) {
  if (index == node_)
    faulty_.evaluate(index, node, operands, literals, output);
  else
    KernelEvaluator::evaluate(index, node, operands, literals, output);
}

std::vector<std::uint32_t> SabotagedMachine::Evaluator::accumulators(std::uint32_t index, const Node& node,
                                                                     runtime::Operands operands,
                                                                     std::int64_t element, int lane,
                                                                     std::span<const std::int64_t> counts) {
  return faulty_.accumulators(index, node, operands, element, lane, counts);
}

}  // namespace lydian::sim
