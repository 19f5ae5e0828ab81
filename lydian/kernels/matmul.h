// Batched matrix products in the order that DESIGN.md section 4 fixes: for k ascending, acc = fma(a[i,k],
// b[k,j], acc) from +0, then the NaN and tiny rules once. Every instruction set and thread count gives the
// same bits.
#pragma once

#include <cstdint>

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"

namespace lydian::kernels {

/// outer * inner independent products (m, k) x (k, n) -> (m, n). Any extent may be zero; k = 0 gives +0.
struct MatmulShape {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::int64_t outer = 1;
  std::int64_t inner = 1;
};

/// Strides in elements, of any size and sign: a transpose, a broadcast (0) or a slice is a choice of strides.
/// Element (row, column) of product (x, y) is data[x * outer_stride + y * inner_stride + row * row_stride +
/// column * column_stride].
template <typename T>
struct MatmulOperand {
  const T* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 1;
  std::int64_t outer_stride = 0;
  std::int64_t inner_stride = 0;

  [[nodiscard]] const T* at(std::int64_t x, std::int64_t y, std::int64_t row, std::int64_t column) const {
    return data + x * outer_stride + y * inner_stride + row * row_stride + column * column_stride;
  }
};

/// The result: columns are contiguous, and no two elements share a place. It must not overlap an operand.
template <typename T>
struct MatmulResult {
  T* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t outer_stride = 0;
  std::int64_t inner_stride = 0;

  [[nodiscard]] T* at(std::int64_t x, std::int64_t y, std::int64_t row, std::int64_t column) const {
    return data + x * outer_stride + y * inner_stride + row * row_stride + column;
  }
};

/// Packing space for a number of threads, allocated once and used by one product at a time.
class MatmulScratch {
 public:
  explicit MatmulScratch(int threads);
  ~MatmulScratch();
  MatmulScratch(const MatmulScratch&) = delete;
  MatmulScratch& operator=(const MatmulScratch&) = delete;

  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] float* of_thread(int thread) const;

 private:
  int threads_;
  float* data_;
};

/// On as many threads of the pool as the product is worth; scratch is for at least pool.size() threads.
void matmul(Isa isa, ThreadPool& pool, const MatmulShape& shape, const MatmulOperand<float>& a,
            const MatmulOperand<float>& b, const MatmulResult<float>& c, MatmulScratch& scratch);

/// On the calling thread alone, with the scratch of `thread`: for callers that run inside a parallel_for.
void matmul_on_thread(Isa isa, int thread, const MatmulShape& shape, const MatmulOperand<float>& a,
                      const MatmulOperand<float>& b, const MatmulResult<float>& c, MatmulScratch& scratch);

/// i8 by i8: the exact sum, wrapped to i32. Allocates its packing space itself.
void matmul_i8(Isa isa, ThreadPool& pool, const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
               const MatmulOperand<std::int8_t>& b, const MatmulResult<std::int32_t>& c);

/// The definitions, as three loops: the oracles for the above.
void matmul_reference(const MatmulShape& shape, const MatmulOperand<float>& a, const MatmulOperand<float>& b,
                      const MatmulResult<float>& c);
void matmul_i8_reference(const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
                         const MatmulOperand<std::int8_t>& b, const MatmulResult<std::int32_t>& c);

}  // namespace lydian::kernels
