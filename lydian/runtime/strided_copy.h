// Copies between strided arrays of 1, 2 or 4 byte elements.
#pragma once

#include <array>
#include <cstdint>

#include "lydian/core/thread_pool.h"
#include "lydian/tensor/shape.h"

namespace lydian::runtime {

using Strides = std::array<std::int64_t, tensor::kMaxRank>;

/// to[sum(index * to_strides)] = from[sum(index * from_strides)] for every index of the shape; strides in
/// elements.
void copy_strided(ThreadPool& pool, const tensor::Shape& shape, int element_size, const std::uint8_t* from,
                  const Strides& from_strides, std::uint8_t* to, const Strides& to_strides);

/// n elements, `stride` elements apart, into a dense run.
void copy_run(int element_size, std::int64_t n, const std::uint8_t* from, std::int64_t stride,
              std::uint8_t* to);

/// The offset of a row in a strided array whose axes are flattened into rows; neighbours are merged when
/// made.
class RowOffsets {
 public:
  RowOffsets() = default;
  RowOffsets(const tensor::Shape& shape, int axes, const Strides& strides);

  [[nodiscard]] std::int64_t of(std::int64_t row) const {
    std::int64_t offset = 0;
    for (int a = axes_ - 1; a > 0; --a) {
      offset += row % extents_[static_cast<std::size_t>(a)] * strides_[static_cast<std::size_t>(a)];
      row /= extents_[static_cast<std::size_t>(a)];
    }
    return offset + row * strides_[0];
  }
  /// The distance of all neighbouring rows, if it is one.
  [[nodiscard]] bool is_uniform() const { return axes_ <= 1; }
  [[nodiscard]] std::int64_t step() const { return strides_[0]; }

 private:
  int axes_ = 0;
  std::array<std::int64_t, tensor::kMaxRank> extents_{};
  Strides strides_{};
};

/// A strided array read as the dense one that it stands for, from any place on.
class StridedReader {
 public:
  StridedReader(const tensor::Shape& shape, const Strides& strides, int element_size);

  /// Elements [begin, begin + n), in order, into a dense run. `first` is the array's first element.
  void read(const std::uint8_t* first, std::int64_t begin, std::int64_t n, std::uint8_t* to) const;

 private:
  int size_;
  std::int64_t line_ = 1;  // elements one stride apart
  std::int64_t step_ = 1;  // that stride
  RowOffsets lines_;       // where each line begins
};

}  // namespace lydian::runtime
