#include "lydian/kernels/matmul_skinny.h"

#include <algorithm>

namespace lydian::kernels {
namespace {

// A part reads at least so many columns in a row.
constexpr std::int64_t kColumnsPerPart = 128;
constexpr std::int64_t kPartsPerThread = 4;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::optional<MatmulSkinnyJob> MatmulSkinnyJob::plan(const MatmulKernel& kernel, std::int64_t threads,
                                                     const MatmulShape& shape, const MatmulOperand<float>& a,
                                                     const MatmulOperand<float>& b,
                                                     const MatmulResult<float>& c) {
  MatmulSkinnyJob job(kernel, shape, a, b, c);
  if (shape.n == 1) job.b_.column_stride = 1;
  if (shape.k <= 1) job.b_.row_stride = 1;
  const std::int64_t rows_max = job.b_.column_stride == 1 ? kSkinnyRowsAdjacent
                                : job.b_.row_stride == 1  ? kSkinnyRowsLines
                                                          : 0;
  if (shape.m > rows_max) return std::nullopt;
  const std::int64_t products = shape.outer * shape.inner;
  const std::int64_t wanted = threads == 1 ? 1 : ceil_div(kPartsPerThread * threads, products);
  std::int64_t parts = std::clamp<std::int64_t>(shape.n / kColumnsPerPart, 1, wanted);
  if (products == 1 && parts > threads) parts = parts / threads * threads;  // even shares
  const std::int64_t step = 4 * kernel.lanes;
  job.columns_ = ceil_div(ceil_div(shape.n, parts), step) * step;
  job.parts_ = ceil_div(shape.n, job.columns_);
  return job;
}

/// to[k][row].
void MatmulSkinnyJob::pack(const float* from, std::int64_t depth, float* to) const {
  for (std::int64_t row = 0; row < shape_.m; ++row) {
    const float* line = from + row * a_.row_stride;
    for (std::int64_t k = 0; k < depth; ++k) to[k * shape_.m + row] = line[k * a_.column_stride];
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
  const bool adjacent = b_.column_stride == 1;
  const MatmulSkinnyFunction function =
      (adjacent ? kernel_->skinny->adjacent : kernel_->skinny->lines)[shape_.m - 1];
  const std::int64_t depth_block = kScratchFloats / shape_.m;
  block.a = scratch;
  std::int64_t k = 0;
  do {
    block.depth = std::min(depth_block, shape_.k - k);
    block.b = b_.at(x, y, k, begin);
    block.first = k == 0;
    block.last = k + block.depth == shape_.k;
    pack(a_.at(x, y, 0, k), block.depth, scratch);
    function(block);
    k += depth_block;
  } while (k < shape_.k);
}

}  // namespace lydian::kernels
