#include "lydian/runtime/loop_shape.h"

namespace lydian::runtime {

bool is_row_reduce(const Node& node) { return node.form == Form::reduce && node.axis == node.shape.rank(); }

std::optional<Extent> extent_in(const LoopShape& loop, const Node& map) {
  const std::int64_t elements = map.shape.elements();
  if (elements == loop.rows * loop.columns) {
    if (map.shape.rank() > 0 && map.shape.last() == loop.columns) return Extent::full;
    if (loop.rows == 1 && loop.columns == 1) return Extent::full;
  }
  // A loop over one row is cut along its columns (Loop::flatten), so nothing in it may be one value a row.
  if (elements == loop.rows && loop.columns != 1 && loop.rows != 1) return Extent::row;
  return std::nullopt;
}

bool reads_in_step(const Node& producer, Extent from, const Source& source, const Node& reader,
                   std::size_t operand, Extent to) {
  if (source.access.offset != 0 || source.dtype != producer.dtype) return false;
  if (reader.form == Form::reduce) return from == Extent::full && to == Extent::row && source.is_dense();
  if (from == Extent::full && to == Extent::row) return false;
  const auto strides = strides_along(source, reader, operand);
  const int rank = reader.shape.rank();
  std::int64_t dense = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const bool repeats_columns = from == Extent::row && to == Extent::full && d == rank - 1;
    const std::int64_t wanted = repeats_columns ? 0 : dense;
    if (reader.shape[d] != 1 && strides[static_cast<std::size_t>(d)] != wanted) return false;
    if (!repeats_columns) dense *= reader.shape[d];
  }
  return true;
}

bool is_read_densely(const Source& source, const Node& map, std::size_t operand) {
  const auto strides = strides_along(source, map, operand);
  for (int d = 0; d < map.shape.rank(); ++d) {
    if (map.shape[d] != 1 && strides[static_cast<std::size_t>(d)] != map.shape.stride(d)) return false;
  }
  return true;
}

}  // namespace lydian::runtime
