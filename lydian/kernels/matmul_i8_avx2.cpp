// The i8 product on AVX2.
#include <immintrin.h>

#include "lydian/kernels/matmul_i8_kernel.h"

namespace lydian::kernels {
namespace {

struct Vector {
  typedef std::uint32_t Words [[gnu::vector_size(32)]];
  static constexpr int kVectors = 2;
  static Words multiply_pairs(Words x, Words y) { return (Words)_mm256_madd_epi16((__m256i)x, (__m256i)y); }
};

}  // namespace

MatmulI8Function matmul_i8_avx2() { return &matmul_i8_tile<Vector>; }

}  // namespace lydian::kernels
