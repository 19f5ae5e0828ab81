// What a view does to a dense array, when that is a box: each axis of the view walks along one axis of some
// reading of the operand as a dense tensor. Slices, permutations, reshapes and broadcasts all are.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lydian/program/node.h"

namespace lydian::program {

/// One axis of the box, in the operand read as a dense tensor whose extents are the `whole` of all axes in
/// order.
struct BoxAxis {
  int view_axis = -1;      // the view's axis that walks here; -1: none, the box has one element on this axis
  std::int64_t whole = 1;  // the operand's extent
  std::int64_t begin = 0;  // the box covers [begin, begin + count)
  std::int64_t count = 1;
};

/// The axes from the slowest to the fastest; broadcast axes (stride 0) and axes of extent 1 of the view are
/// in none. Nothing: the view is no box (overlapping or reversed strides).
[[nodiscard]] std::optional<std::vector<BoxAxis>> box_of(std::int64_t operand_elements, const Shape& shape,
                                                         std::int64_t offset,
                                                         std::span<const std::int64_t> strides);

/// A strided look at a buffer: element index -> offset + sum(index[d] * strides[d]), in elements.
struct Access {
  Shape shape;
  std::int64_t offset = 0;
  std::array<std::int64_t, tensor::kMaxRank> strides{};

  static Access dense(const Shape& shape);
  [[nodiscard]] bool is_dense() const;
};

/// The access that a view has to the buffer below its operand, which is itself seen through `inner`; nothing
/// where one strided access cannot say it (a reshape of a transposed array).
[[nodiscard]] std::optional<Access> compose(const Access& inner, const Shape& shape, std::int64_t offset,
                                            std::span<const std::int64_t> strides);

}  // namespace lydian::program
