// Third pass of the executor: where each buffer lies. Values that are alive at different times share memory;
// a value that only goes into a concat is computed in its place there.
#pragma once

#include <set>
#include <vector>

#include "lydian/runtime/row_update.h"
#include "lydian/runtime/showing.h"

namespace lydian::runtime {

/// Part of a concat that has to be copied: the others were computed in place.
struct ConcatPart {
  Source from;
  std::int64_t begin = 0;  // on the concat's axis
};

struct MemoryPlan {
  static constexpr std::int64_t kInCache = -1;  // a loop's own value
  static constexpr std::int64_t kValue = -2;    // part of the graph's value, which the caller holds

  struct Place {
    std::int64_t arena = kInCache;  // byte offset in the arena, or one of the above
    std::int64_t value = 0;         // byte offset in the graph's value, for kValue
  };
  std::vector<Place> places;                          // by node
  std::vector<std::vector<ConcatPart>> concat_parts;  // by node
  std::vector<bool> skipped;                          // by node: a concat that is only part of a larger one
  std::int64_t arena_bytes = 0;
  bool is_over_state = false;  // the value may lie in the state's memory
};

/// Where there are row updates, the graph's value may be the state's own memory: they alone are computed
/// there, and all else is put there at the end. If one of them can't be, `updates` is emptied. in_place: the
/// value may lie there also where the graph allows that otherwise (in_place.h).
/// showing: every value that is not a loop's own has all its bytes together once its group has run, and the
/// state stays.
[[nodiscard]] MemoryPlan plan_memory(const Graph& graph, const Lowering& lowering,
                                     const std::vector<Group>& groups, RowUpdates& updates, bool in_place,
                                     const std::optional<Showing>& showing = std::nullopt);

}  // namespace lydian::runtime
