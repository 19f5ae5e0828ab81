#include "sim/fault.h"

namespace lydian::sim {

using program::Node;
using runtime::Lanes;
using runtime::Operands;

void FaultyEvaluator::evaluate(std::uint32_t index, const Node& node, Operands operands,
                               const program::LiteralTable& literals, std::span<std::uint8_t> output) {
  NodeEvaluator::evaluate(index, node, operands, literals, output);
  if (index != fault_.node || fault_.element >= node.shape.elements()) return;
  const std::uint32_t right = runtime::load_element(output, node.dtype, fault_.element);
  runtime::store_element(output, node.dtype, fault_.element, wrong_element(node, operands, right));
}

std::uint32_t FaultyEvaluator::wrong_element(const Node& node, Operands operands, std::uint32_t right) {
  if (!runtime::has_chain(node) || node.extent == 0) return right ^ fault_.mask;
  if (runtime::has_lanes(node))
    return runtime::finish(node, runtime::fold_lanes(lanes(fault_.node, node, operands, fault_.element)));
  const std::array end = {runtime::chain_length(node)};
  return runtime::finish(node, accumulators(fault_.node, node, operands, fault_.element, 0, end).front());
}

std::vector<std::uint32_t> FaultyEvaluator::accumulators(std::uint32_t index, const Node& node,
                                                         Operands operands, std::int64_t element, int lane,
                                                         std::span<const std::int64_t> counts) {
  if (index != fault_.node || element != fault_.element || lane != fault_.lane)
    return NodeEvaluator::accumulators(index, node, operands, element, lane, counts);
  runtime::BytesReader reader(operands);
  std::vector<std::uint32_t> values;
  std::uint32_t accumulator = runtime::initial_accumulator(node);
  std::int64_t done = 0;
  for (const std::int64_t count : counts) {
    for (; done < count; ++done) {
      accumulator = runtime::advance(node, reader, element, lane, done, accumulator);
      if (done == fault_.position) accumulator ^= fault_.mask;
    }
    values.push_back(accumulator);
  }
  return values;
}

Lanes FaultyEvaluator::lanes(std::uint32_t index, const Node& node, Operands operands, std::int64_t element) {
  Lanes lanes = NodeEvaluator::lanes(index, node, operands, element);
  if (index != fault_.node || element != fault_.element) return lanes;
  const std::array end = {runtime::chain_length(node, fault_.lane)};
  if (end[0] == 0) {
    lanes[static_cast<std::size_t>(fault_.lane)] ^= fault_.mask;
    return lanes;
  }
  lanes[static_cast<std::size_t>(fault_.lane)] =
      accumulators(index, node, operands, element, fault_.lane, end).front();
  return lanes;
}

}  // namespace lydian::sim
