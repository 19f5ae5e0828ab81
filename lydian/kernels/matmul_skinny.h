// The driver of products of few rows, which are bound by reading B once (matmul_skinny_kernel.h).
#pragma once

#include <optional>

#include "lydian/kernels/matmul.h"
#include "lydian/kernels/matmul_kernel.h"

namespace lydian::kernels {

/// A batch of products of few rows, cut into parts of the columns.
class MatmulSkinnyJob {
 public:
  /// Nothing if the blocked product serves better: more rows, or a B without a contiguous axis.
  static std::optional<MatmulSkinnyJob> plan(const MatmulKernel& kernel, std::int64_t threads,
                                             const MatmulShape& shape, const MatmulOperand<float>& a,
                                             const MatmulOperand<float>& b, const MatmulResult<float>& c);

  [[nodiscard]] std::int64_t tasks() const { return shape_.outer * shape_.inner * parts_; }
  /// `scratch` has kScratchFloats.
  void run(std::int64_t task, float* scratch) const;

  static constexpr std::int64_t kScratchFloats = 64 * 1024;

 private:
  MatmulSkinnyJob(const MatmulKernel& kernel, const MatmulShape& shape, const MatmulOperand<float>& a,
                  const MatmulOperand<float>& b, const MatmulResult<float>& c)
      : kernel_(&kernel), shape_(shape), a_(a), b_(b), c_(c) {}

  void pack(const float* from, std::int64_t depth, float* to) const;

  const MatmulKernel* kernel_;
  MatmulShape shape_;
  MatmulOperand<float> a_;
  MatmulOperand<float> b_;
  MatmulResult<float> c_;
  std::int64_t parts_ = 1;    // of the columns of a product
  std::int64_t columns_ = 0;  // of a part
};

}  // namespace lydian::kernels
