// Second pass of the executor: which nodes are computed together. A group is a loop over R rows of C columns;
// its members are maps over all elements, reductions over the columns, and maps over one value a row. Values
// that only the group uses never leave the cache.
#pragma once

#include <vector>

#include "lydian/runtime/loop_shape.h"

namespace lydian::runtime {

struct Member {
  std::uint32_t node = 0;
  Extent extent = Extent::full;
  bool is_copy = false;  // computed once more, for this group alone (recompute.h)
};

/// One step of a plan: a fused loop, or one node by a kernel of its own.
struct Group {
  std::vector<Member> members;  // one, if not a loop
  bool is_loop = false;
  LoopShape shape;  // of a loop
};

/// Groups in an order in which each comes after those it reads. `fuse` false: every node alone.
[[nodiscard]] std::vector<Group> make_groups(const Graph& graph, const Lowering& lowering, bool fuse);

}  // namespace lydian::runtime
