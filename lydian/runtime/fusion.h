// Second pass of the executor: which nodes are computed together. A group is a loop over R rows of C columns;
// its members are maps over all elements, reductions over the columns, and maps over one value a row. Values
// that only the group uses never leave the cache.
#pragma once

#include <vector>

#include "lydian/runtime/lowering.h"

namespace lydian::runtime {

/// What a member computes for each row: all C columns, or one value.
enum class Extent : std::uint8_t { full, row };

struct Member {
  std::uint32_t node = 0;
  Extent extent = Extent::full;
};

/// One step of a plan: a fused loop, or one node by a kernel of its own.
struct Group {
  std::vector<Member> members;  // one, if not a loop
  bool is_loop = false;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// Groups in an order in which each comes after those it reads. `fuse` false: every node alone.
[[nodiscard]] std::vector<Group> make_groups(const Graph& graph, const Lowering& lowering, bool fuse);

}  // namespace lydian::runtime
