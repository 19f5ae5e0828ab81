// The definitions of matmul, as they read in docs/operators.md.
#include <cmath>

#include "lydian/kernels/matmul.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

/// Calls body(x, y, i, j) for every element of the result.
void for_each_element(const MatmulShape& shape, const auto& body) {
  for (std::int64_t x = 0; x < shape.outer; ++x) {
    for (std::int64_t y = 0; y < shape.inner; ++y) {
      for (std::int64_t i = 0; i < shape.m; ++i) {
        for (std::int64_t j = 0; j < shape.n; ++j) body(x, y, i, j);
      }
    }
  }
}

}  // namespace

void matmul_reference(const MatmulShape& shape, const MatmulOperand<float>& a, const MatmulOperand<float>& b,
                      const MatmulResult<float>& c) {
  for_each_element(shape, [&](std::int64_t x, std::int64_t y, std::int64_t i, std::int64_t j) {
    float sum = 0.0f;
    for (std::int64_t k = 0; k < shape.k; ++k) sum = std::fma(*a.at(x, y, i, k), *b.at(x, y, k, j), sum);
    *c.at(x, y, i, j) = finish(sum);
  });
}

void matmul_i8_reference(const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
                         const MatmulOperand<std::int8_t>& b, const MatmulResult<std::int32_t>& c) {
  for_each_element(shape, [&](std::int64_t x, std::int64_t y, std::int64_t i, std::int64_t j) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < shape.k; ++k) sum += std::int64_t{*a.at(x, y, i, k)} * *b.at(x, y, k, j);
    *c.at(x, y, i, j) = static_cast<std::int32_t>(sum);
  });
}

}  // namespace lydian::kernels
