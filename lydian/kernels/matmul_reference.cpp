// The definition of matmul, as it reads in docs/operators.md.
#include <cmath>

#include "lydian/kernels/matmul.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

void matmul_reference(const MatmulShape& shape, const MatmulOperand<float>& a, const MatmulOperand<float>& b,
                      const MatmulResult<float>& c) {
  for (std::int64_t x = 0; x < shape.outer; ++x) {
    for (std::int64_t y = 0; y < shape.inner; ++y) {
      for (std::int64_t i = 0; i < shape.m; ++i) {
        for (std::int64_t j = 0; j < shape.n; ++j) {
          float sum = 0.0f;
          for (std::int64_t k = 0; k < shape.k; ++k)
            sum = std::fma(*a.at(x, y, i, k), *b.at(x, y, k, j), sum);
          *c.at(x, y, i, j) = finish(sum);
        }
      }
    }
  }
}

}  // namespace lydian::kernels
