// Threads of a gather share out positions; those of a scatter_add share out columns, so that each element is
// summed by one thread in ascending position.
#include "lydian/kernels/gather.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "lydian/core/ensure.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kBytesPerTask = 64 * 1024;
constexpr std::int64_t kColumnsPerLine = 16;  // of 4 bytes in a cache line: threads must not share one

std::int64_t clamped(std::int32_t index, std::int64_t rows) {
  return std::clamp<std::int64_t>(index, 0, rows - 1);
}

template <typename T>
void add_to(T* to, const T* from, std::int64_t count) {
  using Four [[gnu::vector_size(16)]] = T;
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    Four x, y;
    std::memcpy(&x, to + i, sizeof(x));
    std::memcpy(&y, from + i, sizeof(y));
    x += y;
    std::memcpy(to + i, &x, sizeof(x));
  }
  for (; i < count; ++i) to[i] += from[i];
}

/// T is float or, to wrap, unsigned.
template <typename T>
struct Scatter {
  std::span<const std::int32_t> index;
  const T* updates;
  std::int64_t updates_stride;
  std::int64_t out_rows;
  std::int64_t columns;
  T* out;

  [[nodiscard]] T* row(std::size_t position) const {
    return out + clamped(index[position], out_rows) * columns;
  }

  void run(std::int64_t begin, std::int64_t end) const {
    const auto bytes = static_cast<std::size_t>(end - begin) * sizeof(T);
    for (std::int64_t r = 0; r < out_rows; ++r) std::memset(out + r * columns + begin, 0, bytes);
    const T* update = updates;
    for (std::size_t p = 0; p < index.size(); ++p, update += updates_stride) {
      add_to(row(p) + begin, update + begin, end - begin);
    }
    if constexpr (std::is_same_v<T, float>) finish_rows(begin, end);
  }

  /// Rows that no position names are +0 already.
  void finish_rows(std::int64_t begin, std::int64_t end) const {
    const auto finish_row = [&](float* sums) {
      std::transform(sums + begin, sums + end, sums + begin, finish);
    };
    if (out_rows <= std::ssize(index)) {
      for (std::int64_t r = 0; r < out_rows; ++r) finish_row(out + r * columns);
    } else {
      for (std::size_t p = 0; p < index.size(); ++p) finish_row(row(p));
    }
  }

  void run_on(ThreadPool& pool) const {
    const std::int64_t lines = (columns + kColumnsPerLine - 1) / kColumnsPerLine;
    const std::int64_t block = (lines + pool.size() - 1) / pool.size() * kColumnsPerLine;
    pool.parallel_for(block == 0 ? 0 : (columns + block - 1) / block,
                      [&](std::int64_t i, int) { run(i * block, std::min(columns, (i + 1) * block)); });
  }
};

}  // namespace

void gather_rows(ThreadPool& pool, std::span<const std::int32_t> index, const void* table,
                 std::int64_t table_rows, std::int64_t table_stride_bytes, std::int64_t row_bytes,
                 void* out) {
  ENSURE(table_rows >= 1 && row_bytes >= 0, "{} rows of {} bytes", table_rows, row_bytes);
  const auto count = static_cast<std::int64_t>(index.size());
  const std::int64_t block = std::max<std::int64_t>(1, kBytesPerTask / std::max<std::int64_t>(1, row_bytes));
  pool.parallel_for((count + block - 1) / block, [&](std::int64_t i, int) {
    const std::int64_t begin = i * block;
    gather_rows_reference(index.subspan(static_cast<std::size_t>(begin),
                                        static_cast<std::size_t>(std::min(block, count - begin))),
                          table, table_rows, table_stride_bytes, row_bytes,
                          static_cast<std::uint8_t*>(out) + begin * row_bytes);
  });
}

void gather_rows_reference(std::span<const std::int32_t> index, const void* table, std::int64_t table_rows,
                           std::int64_t table_stride_bytes, std::int64_t row_bytes, void* out) {
  auto* to = static_cast<std::uint8_t*>(out);
  for (const std::int32_t row : index) {
    const auto* from =
        static_cast<const std::uint8_t*>(table) + clamped(row, table_rows) * table_stride_bytes;
    to = std::copy_n(from, row_bytes, to);
  }
}

void scatter_add_rows(ThreadPool& pool, tensor::DType dtype, std::span<const std::int32_t> index,
                      const void* updates, std::int64_t updates_stride, std::int64_t out_rows,
                      std::int64_t columns, void* out) {
  ENSURE(out_rows >= 1 && columns >= 0, "{} rows of {}", out_rows, columns);
  const auto run = [&]<typename T>(T) {
    Scatter<T>{index, static_cast<const T*>(updates), updates_stride, out_rows, columns, static_cast<T*>(out)}
        .run_on(pool);
  };
  if (dtype == tensor::DType::f32) return run(float{});
  ENSURE(dtype == tensor::DType::i32, "scatter_add of {}", tensor::name_of(dtype));
  run(std::uint32_t{});
}

void scatter_add_rows_reference(tensor::DType dtype, std::span<const std::int32_t> index, const void* updates,
                                std::int64_t updates_stride, std::int64_t out_rows, std::int64_t columns,
                                void* out) {
  const auto add = [&]<typename T>(T zero) {
    auto* const to = static_cast<T*>(out);
    std::fill_n(to, out_rows * columns, zero);
    for (std::size_t p = 0; p < index.size(); ++p) {
      const T* const update = static_cast<const T*>(updates) + static_cast<std::int64_t>(p) * updates_stride;
      for (std::int64_t c = 0; c < columns; ++c) to[clamped(index[p], out_rows) * columns + c] += update[c];
    }
  };
  if (dtype == tensor::DType::i32) return add(std::uint32_t{0});
  ENSURE(dtype == tensor::DType::f32, "scatter_add of {}", tensor::name_of(dtype));
  add(0.0f);
  auto* const sums = static_cast<float*>(out);
  std::transform(sums, sums + out_rows * columns, sums, finish);
}

}  // namespace lydian::kernels
