// The i8 product on NEON.
#include <arm_neon.h>

#include "lydian/kernels/matmul_i8_kernel.h"

namespace lydian::kernels {
namespace {

struct Vector {
  using Words = uint32x4_t;
  static constexpr int kVectors = 4;
  static Words multiply_pairs(Words x, Words y) {
    const int16x8_t a = vreinterpretq_s16_u32(x);
    const int16x8_t b = vreinterpretq_s16_u32(y);
    const int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b));
    return vreinterpretq_u32_s32(vpaddq_s32(low, vmull_high_s16(a, b)));
  }
};

}  // namespace

MatmulI8Function matmul_i8_neon() { return &matmul_i8_tile<Vector>; }

}  // namespace lydian::kernels
