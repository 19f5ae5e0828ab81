// The extents of a dense row-major tensor: up to 8 axes, each below 2^32, at most 2^40 elements together (the
// axes of extent 0 left out of the product).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "lydian/core/result.h"

namespace lydian::tensor {

inline constexpr int kMaxRank = 8;
inline constexpr std::int64_t kMaxExtent = (std::int64_t{1} << 32) - 1;
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  /// Within the limits above; outside extents go through make().
  explicit Shape(std::span<const std::int64_t> extents);
  static Result<Shape> make(std::span<const std::int64_t> extents);

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  /// Counted from the back: last() is the fastest axis.
  [[nodiscard]] std::int64_t last(int back = 0) const { return (*this)[rank_ - 1 - back]; }
  [[nodiscard]] std::int64_t elements() const;
  /// Elements of the axes in [first, end).
  [[nodiscard]] std::int64_t elements(int first, int end) const;
  /// Distance in elements between neighbours on an axis.
  [[nodiscard]] std::int64_t stride(int axis) const { return elements(axis + 1, rank_); }
  [[nodiscard]] std::span<const std::int64_t> extents() const {
    return {extents_.data(), static_cast<std::size_t>(rank_)};
  }

  [[nodiscard]] Shape with(int axis, std::int64_t extent) const;
  [[nodiscard]] Shape inserted(int axis, std::int64_t extent) const;
  [[nodiscard]] Shape removed(int axis) const;
  /// "[4, 64, 128]"
  [[nodiscard]] std::string text() const;

  bool operator==(const Shape&) const = default;

 private:
  std::array<std::int64_t, kMaxRank> extents_{};
  int rank_ = 0;
};

}  // namespace lydian::tensor
