// The i8 product: both operands are widened to pairs of i16 first, then tiles of 4 x 64 run over them.
#include <algorithm>
#include <vector>

#include "lydian/core/ensure.h"
#include "lydian/kernels/matmul.h"
#include "lydian/kernels/matmul_i8_kernel.h"

namespace lydian::kernels {
namespace {

using Words = std::vector<std::int32_t>;

constexpr std::int64_t kRowsPerTask = 64;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

MatmulI8Function function_of(Isa isa) {
  switch (isa) {
#if LYDIAN_HAS_X86_KERNELS
    case Isa::avx512:
      return matmul_i8_avx512();
    case Isa::avx2:
      return matmul_i8_avx2();
#endif
#if LYDIAN_HAS_NEON_KERNELS
    case Isa::neon:
      return matmul_i8_neon();
#endif
    default:
      return matmul_i8_portable();
  }
}

/// Elements 2 * pair and 2 * pair + 1 of a line of `count` i8, as i16 halves of a word; 0 beyond the end.
std::int32_t pair_of(const std::int8_t* line, std::int64_t stride, std::int64_t pair, std::int64_t count) {
  const std::int32_t low = line[2 * pair * stride];
  const std::int32_t high = 2 * pair + 1 < count ? line[(2 * pair + 1) * stride] : 0;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(high) << 16 |
                                   (static_cast<std::uint32_t>(low) & 0xffff));
}

/// One product of the batch, widened: rows of A in groups of the tile's height, columns of B in panels.
struct Widened {
  std::int64_t pairs;
  Words a;  // [m rounded up][pairs]
  Words b;  // [panel][pairs][kI8PanelColumns]

  explicit Widened(const MatmulShape& shape)
      : pairs(ceil_div(shape.k, 2)),
        a(static_cast<std::size_t>(ceil_div(shape.m, kI8TileRows) * kI8TileRows * pairs)),
        b(static_cast<std::size_t>(ceil_div(shape.n, kI8PanelColumns) * kI8PanelColumns * pairs)) {}

  [[nodiscard]] std::int32_t* a_row(std::int64_t row) { return a.data() + row * pairs; }
  [[nodiscard]] std::int32_t* b_panel(std::int64_t column) { return b.data() + column * pairs; }
};

void widen(ThreadPool& pool, const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
           const MatmulOperand<std::int8_t>& b, std::int64_t x, std::int64_t y, Widened& to) {
  pool.parallel_for(shape.m, [&](std::int64_t i, int) {
    const std::int8_t* line = a.at(x, y, i, 0);
    for (std::int64_t pair = 0; pair < to.pairs; ++pair)
      to.a_row(i)[pair] = pair_of(line, a.column_stride, pair, shape.k);
  });
  pool.parallel_for(ceil_div(shape.n, kI8PanelColumns), [&](std::int64_t panel, int) {
    const std::int64_t first = panel * kI8PanelColumns;
    const std::int64_t columns = std::min<std::int64_t>(kI8PanelColumns, shape.n - first);
    std::int32_t* words = to.b_panel(first);
    for (std::int64_t pair = 0; pair < to.pairs; ++pair, words += kI8PanelColumns) {
      for (std::int64_t j = 0; j < columns; ++j)
        words[j] = pair_of(b.at(x, y, 0, first + j), b.row_stride, pair, shape.k);
    }
  });
}

void run_block(MatmulI8Function function, const MatmulShape& shape, Widened& operands, std::int64_t row_begin,
               std::int64_t column_begin, std::int32_t* c, std::int64_t c_row) {
  const std::int64_t row_end = std::min(shape.m, row_begin + kRowsPerTask);
  const std::int64_t columns = std::min<std::int64_t>(kI8PanelColumns, shape.n - column_begin);
  std::int32_t tile[kI8TileRows * kI8PanelColumns];
  for (std::int64_t i = row_begin; i < row_end; i += kI8TileRows) {
    function({operands.pairs, operands.a_row(i), operands.b_panel(column_begin), tile});
    for (std::int64_t row = i; row < std::min(row_end, i + kI8TileRows); ++row) {
      std::copy_n(tile + (row - i) * kI8PanelColumns, columns, c + row * c_row + column_begin);
    }
  }
}

}  // namespace

void matmul_i8(Isa isa, ThreadPool& pool, const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
               const MatmulOperand<std::int8_t>& b, const MatmulResult<std::int32_t>& c) {
  ENSURE(shape.m >= 0 && shape.n >= 0 && shape.k >= 0 && shape.outer >= 0 && shape.inner >= 0);
  if (shape.m == 0 || shape.n == 0) return;
  const MatmulI8Function function = function_of(isa);
  const std::int64_t row_blocks = ceil_div(shape.m, kRowsPerTask);
  const std::int64_t blocks = row_blocks * ceil_div(shape.n, kI8PanelColumns);
  Widened operands(shape);
  for (std::int64_t x = 0; x < shape.outer; ++x) {
    for (std::int64_t y = 0; y < shape.inner; ++y) {
      widen(pool, shape, a, b, x, y, operands);
      pool.parallel_for(blocks, [&](std::int64_t block, int) {
        run_block(function, shape, operands, block % row_blocks * kRowsPerTask,
                  block / row_blocks * kI8PanelColumns, c.at(x, y, 0, 0), c.row_stride);
      });
    }
  }
}

}  // namespace lydian::kernels
