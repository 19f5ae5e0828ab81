#include "lydian/tensor/shape.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "lydian/core/ensure.h"

namespace lydian::tensor {

Result<Shape> Shape::make(std::span<const std::int64_t> extents) {
  if (extents.size() > static_cast<std::size_t>(kMaxRank))
    return fail("a shape has {} axes, at most {} are possible", extents.size(), kMaxRank);
  std::int64_t elements = 1;  // with extent 1 for 0, so that no product of some of the axes overflows either
  Shape shape;
  for (const std::int64_t extent : extents) {
    if (extent < 0 || extent > kMaxExtent)
      return fail("a shape has the extent {}, it must lie in 0 to {}", extent, kMaxExtent);
    if (elements > kMaxElements / std::max<std::int64_t>(extent, 1))
      return fail("a shape has more than 2^40 elements");
    elements *= std::max<std::int64_t>(extent, 1);
    shape.extents_[static_cast<std::size_t>(shape.rank_++)] = extent;
  }
  return shape;
}

Shape::Shape(std::span<const std::int64_t> extents) {
  const auto made = make(extents);
  ENSURE(made.has_value(), "{}", made.error().message);
  *this = *made;
}

std::int64_t Shape::elements() const { return elements(0, rank_); }

std::int64_t Shape::elements(int first, int end) const {
  std::int64_t product = 1;
  for (int axis = first; axis < end; ++axis) product *= (*this)[axis];
  return product;
}

Shape Shape::with(int axis, std::int64_t extent) const {
  Shape shape = *this;
  shape.extents_[static_cast<std::size_t>(axis)] = extent;
  return shape;
}

Shape Shape::inserted(int axis, std::int64_t extent) const {
  std::vector<std::int64_t> list(extents().begin(), extents().end());
  list.insert(list.begin() + axis, extent);
  return Shape(std::span<const std::int64_t>(list));
}

Shape Shape::removed(int axis) const {
  std::vector<std::int64_t> list(extents().begin(), extents().end());
  list.erase(list.begin() + axis);
  return Shape(std::span<const std::int64_t>(list));
}

std::string Shape::text() const { return fmt::format("[{}]", fmt::join(extents(), ", ")); }

}  // namespace lydian::tensor
