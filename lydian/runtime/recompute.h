// A pass of the executor: a loop computes for itself, once more, the maps of another loop whose values it
// would otherwise read from memory, where that is cheaper than to store and load them. The backward half of a
// training step reads much that the forward half can then forget. Bits do not change: it is the same map of
// the same operands.
#pragma once

#include "lydian/runtime/fusion.h"

namespace lydian::runtime {

/// Adds such copies to the loops that read, and drops every member that nothing needs (any more).
void recompute_maps(const Graph& graph, const Lowering& lowering, std::vector<Group>& groups);

/// Drops every member that nothing needs, and groups that become empty.
void drop_unused(const Graph& graph, const Lowering& lowering, std::vector<Group>& groups);

/// Calls visit(source, operand) for each value that a node reads.
template <typename Visit>
void for_each_source(const Graph& graph, const Lowering& lowering, std::uint32_t node, Visit visit) {
  if (lowering.copied_from[node]) return visit(*lowering.copied_from[node], std::size_t{0});
  const Node& reader = graph.nodes[node];
  for (std::size_t o = 0; o < reader.operand_count; ++o) visit(lowering.operand(reader.operands[o]), o);
}

}  // namespace lydian::runtime
