#include "lydian/runtime/strided_copy.h"

#include <cstring>

namespace lydian::runtime {
namespace {

constexpr std::int64_t kBytesPerTask = 1 << 16;

template <typename T>
void copy_elements(std::int64_t n, const std::uint8_t* from, std::int64_t from_stride, std::uint8_t* to,
                   std::int64_t to_stride) {
  const T* source = reinterpret_cast<const T*>(from);
  T* target = reinterpret_cast<T*>(to);
  for (std::int64_t i = 0; i < n; ++i) target[i * to_stride] = source[i * from_stride];
}

void copy_line(int element_size, std::int64_t n, const std::uint8_t* from, std::int64_t from_stride,
               std::uint8_t* to, std::int64_t to_stride) {
  if (from_stride == 1 && to_stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n * element_size));
  } else if (element_size == 4) {
    copy_elements<std::uint32_t>(n, from, from_stride, to, to_stride);
  } else if (element_size == 2) {
    copy_elements<std::uint16_t>(n, from, from_stride, to, to_stride);
  } else {
    copy_elements<std::uint8_t>(n, from, from_stride, to, to_stride);
  }
}

}  // namespace

RowOffsets::RowOffsets(const tensor::Shape& shape, int axes, const Strides& strides) {
  for (int d = 0; d < axes; ++d) {
    const std::int64_t extent = shape[d];
    const std::int64_t stride = strides[static_cast<std::size_t>(d)];
    if (extent == 1) continue;
    const auto last = static_cast<std::size_t>(axes_ - 1);
    if (axes_ > 0 && strides_[last] == stride * extent) {
      extents_[last] *= extent;
      strides_[last] = stride;
    } else {
      extents_[static_cast<std::size_t>(axes_)] = extent;
      strides_[static_cast<std::size_t>(axes_++)] = stride;
    }
  }
}

void copy_run(int element_size, std::int64_t n, const std::uint8_t* from, std::int64_t stride,
              std::uint8_t* to) {
  copy_line(element_size, n, from, stride, to, 1);
}

void copy_strided(ThreadPool& pool, const tensor::Shape& shape, int element_size, const std::uint8_t* from,
                  const Strides& from_strides, std::uint8_t* to, const Strides& to_strides) {
  const std::int64_t total = shape.elements();
  if (total == 0) return;
  // The longest run that both sides walk with one stride: as many of the last axes as merge.
  int axes = shape.rank();
  std::int64_t line = 1;
  std::int64_t from_step = 1;
  std::int64_t to_step = 1;
  while (axes > 0) {
    const auto d = static_cast<std::size_t>(axes - 1);
    if (shape[axes - 1] != 1) {
      if (line == 1) {
        from_step = from_strides[d];
        to_step = to_strides[d];
      } else if (from_strides[d] != from_step * line || to_strides[d] != to_step * line) {
        break;
      }
      line *= shape[axes - 1];
    }
    --axes;
  }
  const RowOffsets from_rows(shape, axes, from_strides);
  const RowOffsets to_rows(shape, axes, to_strides);
  const std::int64_t rows = total / line;
  const std::int64_t rows_per_task = std::max<std::int64_t>(1, kBytesPerTask / (line * element_size));
  if (rows == 1) {
    // One long line: in pieces.
    const std::int64_t piece = std::max<std::int64_t>(1, kBytesPerTask / element_size);
    pool.parallel_for((line + piece - 1) / piece, [&](std::int64_t task, int) {
      const std::int64_t begin = task * piece;
      copy_line(element_size, std::min(piece, line - begin), from + begin * from_step * element_size,
                from_step, to + begin * to_step * element_size, to_step);
    });
    return;
  }
  pool.parallel_for((rows + rows_per_task - 1) / rows_per_task, [&](std::int64_t task, int) {
    const std::int64_t end = std::min(rows, (task + 1) * rows_per_task);
    for (std::int64_t row = task * rows_per_task; row < end; ++row) {
      copy_line(element_size, line, from + from_rows.of(row) * element_size, from_step,
                to + to_rows.of(row) * element_size, to_step);
    }
  });
}

StridedReader::StridedReader(const tensor::Shape& shape, const Strides& strides, int element_size)
    : size_(element_size) {
  int axes = shape.rank();
  for (; axes > 0; --axes) {
    const std::int64_t extent = shape[axes - 1];
    const std::int64_t stride = strides[static_cast<std::size_t>(axes - 1)];
    if (extent == 1) continue;
    if (line_ != 1 && stride != step_ * line_) break;
    if (line_ == 1) step_ = stride;
    line_ *= extent;
  }
  lines_ = RowOffsets(shape, axes, strides);
}

void StridedReader::read(const std::uint8_t* first, std::int64_t begin, std::int64_t n,
                         std::uint8_t* to) const {
  while (n > 0) {
    const std::int64_t at = begin % line_;
    const std::int64_t taken = std::min(n, line_ - at);
    const std::int64_t from = lines_.of(begin / line_) + at * step_;
    copy_run(size_, taken, first + from * size_, step_, to);
    to += taken * size_;
    begin += taken;
    n -= taken;
  }
}

}  // namespace lydian::runtime
