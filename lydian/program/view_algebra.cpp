#include "lydian/program/view_algebra.h"

#include <algorithm>

namespace lydian::program {

std::optional<std::vector<BoxAxis>> box_of(std::int64_t operand_elements, const Shape& shape,
                                           std::int64_t offset, std::span<const std::int64_t> strides) {
  std::vector<int> axes;
  for (int d = 0; d < shape.rank(); ++d) {
    const std::int64_t stride = strides[static_cast<std::size_t>(d)];
    if (shape[d] == 0 || stride < 0) return std::nullopt;
    if (shape[d] > 1 && stride > 0) axes.push_back(d);
  }
  std::ranges::stable_sort(axes, std::greater<>{},
                           [&](int d) { return strides[static_cast<std::size_t>(d)]; });
  std::vector<BoxAxis> box;
  std::int64_t above = operand_elements;  // elements of one step on the axis before
  std::int64_t rest = offset;
  for (const int d : axes) {
    const std::int64_t stride = strides[static_cast<std::size_t>(d)];
    if (above % stride != 0) return std::nullopt;
    const BoxAxis axis{d, above / stride, rest / stride, shape[d]};
    if (axis.begin + axis.count > axis.whole) return std::nullopt;
    rest %= stride;
    above = stride;
    box.push_back(axis);
  }
  if (above > 1) box.push_back({-1, above, rest, 1});
  return box;
}

Access Access::dense(const Shape& shape) {
  Access access{shape};
  for (int d = 0; d < shape.rank(); ++d) access.strides[static_cast<std::size_t>(d)] = shape.stride(d);
  return access;
}

bool Access::is_dense() const {
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] != 1 && strides[static_cast<std::size_t>(d)] != shape.stride(d)) return false;
  }
  return true;
}

std::optional<Access> compose(const Access& inner, const Shape& shape, std::int64_t offset,
                              std::span<const std::int64_t> strides) {
  if (shape.elements() == 0) return Access::dense(shape);
  Access out{shape};
  if (inner.is_dense()) {
    out.offset = inner.offset + offset;
    std::ranges::copy(strides.first(static_cast<std::size_t>(shape.rank())), out.strides.begin());
    return out;
  }
  // Where the view starts, and how far it reaches, on each axis of the operand.
  std::array<std::int64_t, tensor::kMaxRank> reach{};
  std::int64_t rest = offset;
  out.offset = inner.offset;
  for (int d = 0; d < inner.shape.rank(); ++d) {
    const std::int64_t step = inner.shape.stride(d);
    const auto at = static_cast<std::size_t>(d);
    reach[at] = step == 0 ? 0 : rest / step;
    if (step != 0) rest %= step;
    out.offset += reach[at] * inner.strides[at];
  }
  for (int v = 0; v < shape.rank(); ++v) {
    const std::int64_t stride = strides[static_cast<std::size_t>(v)];
    if (shape[v] <= 1 || stride == 0) continue;
    if (stride < 0) return std::nullopt;
    // The slowest operand axis whose step divides the stride: the view's axis walks along it.
    int along = 0;
    while (along < inner.shape.rank() && (inner.shape[along] <= 1 || inner.shape.stride(along) > stride ||
                                          stride % inner.shape.stride(along) != 0))
      ++along;
    if (along == inner.shape.rank()) return std::nullopt;
    const std::int64_t count = stride / inner.shape.stride(along);
    reach[static_cast<std::size_t>(along)] += count * (shape[v] - 1);
    out.strides[static_cast<std::size_t>(v)] = count * inner.strides[static_cast<std::size_t>(along)];
  }
  for (int d = 0; d < inner.shape.rank(); ++d) {
    if (reach[static_cast<std::size_t>(d)] >= std::max<std::int64_t>(inner.shape[d], 1)) return std::nullopt;
  }
  return out;
}

}  // namespace lydian::program
