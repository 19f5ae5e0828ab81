// The i8 product in plain vectors: pairs are taken apart with shifts.
#include "lydian/kernels/matmul_i8_kernel.h"

namespace lydian::kernels {
namespace {

struct Vector {
  typedef std::uint32_t Words [[gnu::vector_size(16)]];
  typedef std::int32_t SignedWords [[gnu::vector_size(16)]];
  static constexpr int kVectors = 2;
  static Words multiply_pairs(Words x, Words y) {
    const auto low = [](Words w) { return (Words)((SignedWords)(w << 16) >> 16); };
    const auto high = [](Words w) { return (Words)((SignedWords)w >> 16); };
    return low(x) * low(y) + high(x) * high(y);
  }
};

}  // namespace

MatmulI8Function matmul_i8_portable() { return &matmul_i8_tile<Vector>; }

}  // namespace lydian::kernels
