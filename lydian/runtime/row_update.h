// A pass of the executor for states that a step mostly leaves as they are: a part of the state of which a few
// rows are replaced, select(index == position, row, old), is written in place without a look at the other
// rows. The keys and values of a generation are such parts.
#pragma once

#include <map>

#include "lydian/runtime/addresses.h"
#include "lydian/runtime/fusion.h"
#include "lydian/runtime/strided_copy.h"

namespace lydian::runtime {

struct RowUpdate {
  Source condition;                   // i32, for each row whether it is replaced
  std::int64_t condition_stride = 0;  // from row to row, in elements
  Source rows;                        // the new elements
  Strides row_strides{};              // along the axes of the part
  Shape shape;                        // of the part, elements of 4 bytes
  int axis = 0;                       // that rows are counted along
  std::int64_t offset = 0;            // of the part in the state, in bytes
};
/// By the node whose value is the part after the step.
using RowUpdates = std::map<std::uint32_t, RowUpdate>;

/// The row updates of a step whose next state may be written over its state: they are most of it, each stays
/// in its place, and what else reads their old elements is none. Otherwise nothing.
[[nodiscard]] RowUpdates find_row_updates(const Graph& graph, const Lowering& lowering,
                                          const std::vector<Group>& groups);

/// Writes the part to `out`, which is the state's own memory or elsewhere.
void run_row_update(const RowUpdate& update, const Addresses& addresses, ThreadPool& pool, std::uint8_t* out);

}  // namespace lydian::runtime
