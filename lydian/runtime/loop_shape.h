// What can be computed together, row by row, in a loop over R rows of C columns.
#pragma once

#include "lydian/runtime/lowering.h"

namespace lydian::runtime {

/// What a member of a loop computes for each row: all C columns, or one value.
enum class Extent : std::uint8_t { full, row };

struct LoopShape {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  bool operator==(const LoopShape&) const = default;
};

/// A reduction over the last axis.
[[nodiscard]] bool is_row_reduce(const Node& node);

/// What a map would compute in a loop of this shape, if it can be part of one.
[[nodiscard]] std::optional<Extent> extent_in(const LoopShape& loop, const Node& map);

/// Whether a map or row reduction of extent `to`, reading through `source` as its operand the value that
/// `producer` computes with extent `from` in the same loop, finds every element in the row (and column) that
/// it works on.
[[nodiscard]] bool reads_in_step(const Node& producer, Extent from, const Source& source, const Node& reader,
                                 std::size_t operand, Extent to);

/// Whether a map reads, for its elements in order, elements that lie side by side.
[[nodiscard]] bool is_read_densely(const Source& source, const Node& map, std::size_t operand);

}  // namespace lydian::runtime
