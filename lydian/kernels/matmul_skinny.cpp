#include "lydian/kernels/matmul_skinny.h"

#include <algorithm>

namespace lydian::kernels {
namespace {

// A part is worth a task of its own from so many elements of B on, and reads so many columns in a row.
constexpr std::int64_t kElementsPerPart = 32 * 1024;
constexpr std::int64_t kColumnsPerPart = 128;
constexpr std::int64_t kPartsPerThread = 4;
// Where several groups of rows share B, a block of it stays in the L1 cache between them.
constexpr std::int64_t kSharedElements = 8 * 1024;
constexpr std::int64_t kSharedSteps = 16;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::optional<MatmulSkinnyJob> MatmulSkinnyJob::plan(const MatmulKernel& kernel, std::int64_t threads,
                                                     const MatmulShape& shape, const MatmulOperand<float>& a,
                                                     const MatmulOperand<float>& b,
                                                     const MatmulResult<float>& c) {
  if (shape.m > kRowsMax) return std::nullopt;
  MatmulSkinnyJob job(kernel, shape, a, b, c);
  if (shape.n == 1) job.b_.column_stride = 1;
  if (shape.k <= 1) job.b_.row_stride = 1;
  if (job.b_.column_stride != 1 && job.b_.row_stride != 1) return std::nullopt;
  const std::int64_t products = shape.outer * shape.inner;
  const std::int64_t wanted = threads == 1 ? 1 : ceil_div(kPartsPerThread * threads, products);
  const std::int64_t worth = std::min(shape.n * shape.k / kElementsPerPart, shape.n / kColumnsPerPart);
  std::int64_t parts = std::clamp<std::int64_t>(std::min(wanted, worth), 1, shape.n);
  if (products == 1 && parts > threads) parts = parts / threads * threads;  // even shares
  const std::int64_t step = 4 * kernel.lanes;
  job.columns_ = ceil_div(ceil_div(shape.n, parts), step) * step;
  job.parts_ = ceil_div(shape.n, job.columns_);
  return job;
}

/// to[group of rows][k][row within the group].
void MatmulSkinnyJob::pack(const float* from, std::int64_t rows, std::int64_t depth, float* to) const {
  for (std::int64_t row = 0; row < rows; row += kernel_->skinny->rows) {
    const std::int64_t count = std::min<std::int64_t>(kernel_->skinny->rows, rows - row);
    for (std::int64_t i = 0; i < count; ++i) {
      const float* line = from + (row + i) * a_.row_stride;
      for (std::int64_t k = 0; k < depth; ++k) to[row * depth + k * count + i] = line[k * a_.column_stride];
    }
  }
}

void MatmulSkinnyJob::run(std::int64_t task, float* scratch) const {
  const std::int64_t product = task / parts_;
  const std::int64_t x = product / shape_.inner;
  const std::int64_t y = product % shape_.inner;
  const std::int64_t begin = task % parts_ * columns_;
  MatmulSkinny block{};
  block.b_depth = b_.row_stride;
  block.b_line = b_.column_stride;
  block.c = c_.at(x, y, 0, begin);
  block.c_row = c_.row_stride;
  block.columns = std::min(columns_, shape_.n - begin);
  const std::int64_t depth_block = kScratchFloats / shape_.m / kSharedSteps * kSharedSteps;
  std::int64_t k = 0;
  do {
    block.depth = std::min(depth_block, shape_.k - k);
    block.b = b_.at(x, y, k, begin);
    block.first = k == 0;
    block.last = k + block.depth == shape_.k;
    pack(a_.at(x, y, 0, k), shape_.m, block.depth, scratch);
    run_block(block, shape_.m, scratch);
    k += depth_block;
  } while (k < shape_.k);
}

void MatmulSkinnyJob::run_block(MatmulSkinny block, std::int64_t rows, const float* packed) const {
  const std::int64_t group = kernel_->skinny->rows;
  const bool adjacent = block.b_line == 1;
  const MatmulSkinnyFunction* functions = adjacent ? kernel_->skinny->adjacent : kernel_->skinny->lines;
  if (rows <= group) {
    block.a = packed;
    return functions[rows - 1](block);
  }
  // Pieces of B, each met by all groups of rows while it is in the cache: a few whole lines of k, or a few
  // steps of k of many columns.
  const std::int64_t lanes = kernel_->lanes;
  const std::int64_t depth_step = adjacent ? kSharedSteps : std::max<std::int64_t>(1, block.depth);
  const std::int64_t column_step =
      std::max(lanes, kSharedElements / std::max<std::int64_t>(1, depth_step) / lanes * lanes);
  for (std::int64_t column = 0; column < block.columns; column += column_step) {
    std::int64_t k = 0;
    do {
      MatmulSkinny piece = block;
      piece.depth = std::min(depth_step, block.depth - k);
      piece.b += k * block.b_depth + column * block.b_line;
      piece.columns = std::min(column_step, block.columns - column);
      piece.first = block.first && k == 0;
      piece.last = block.last && k + piece.depth == block.depth;
      for (std::int64_t row = 0; row < rows; row += group) {
        const std::int64_t count = std::min(group, rows - row);
        piece.a = packed + row * block.depth + k * count;
        piece.c = block.c + row * block.c_row + column;
        functions[count - 1](piece);
      }
      k += depth_step;
    } while (k < block.depth);
  }
}

}  // namespace lydian::kernels
