// The i8 product on AVX-512.
#include <immintrin.h>

#include "lydian/kernels/matmul_i8_kernel.h"

namespace lydian::kernels {
namespace {

struct Vector {
  typedef std::uint32_t Words [[gnu::vector_size(64)]];
  static constexpr int kVectors = 4;
  static Words multiply_pairs(Words x, Words y) { return (Words)_mm512_madd_epi16((__m512i)x, (__m512i)y); }
};

}  // namespace

MatmulI8Function matmul_i8_avx512() { return &matmul_i8_tile<Vector>; }

}  // namespace lydian::kernels
