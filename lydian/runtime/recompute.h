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

}  // namespace lydian::runtime
