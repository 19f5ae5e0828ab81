// The NEON tiles: 6 x 16 fills 24 of the 32 registers with sums; 8 x 12 and 12 x 8 serve narrow results.
#include <arm_neon.h>

#include <algorithm>

#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_skinny_kernel.h"
#include "lydian/kernels/matmul_tile.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

struct Vector {
  using Register = float32x4_t;
  using Mask = int;  // how many lanes, from the first
  static constexpr int kLanes = 4;
  static constexpr int kUnroll = 2;
  static constexpr int kSkinnyVectors = 4;  // of columns, in a product of a few rows

  static Mask mask(std::int64_t count) {
    return static_cast<Mask>(std::clamp<std::int64_t>(count, 0, kLanes));
  }
  static Register zero() { return vdupq_n_f32(0.0F); }
  static Register load(const float* p) { return vld1q_f32(p); }
  static Register load(const float* p, Mask mask) {
    if (mask == kLanes) return load(p);
    float lanes[kLanes] = {};
    for (int lane = 0; lane < mask; ++lane) lanes[lane] = p[lane];
    return vld1q_f32(lanes);
  }
  static void store(float* p, Register x) { vst1q_f32(p, x); }
  static void store(float* p, Register x, Mask mask) {
    if (mask == kLanes) return store(p, x);
    float lanes[kLanes];
    vst1q_f32(lanes, x);
    for (int lane = 0; lane < mask; ++lane) p[lane] = lanes[lane];
  }
  static Register broadcast(const float* p) { return vld1q_dup_f32(p); }
  static Register multiply_add(Register a, Register b, Register c) { return vfmaq_f32(c, a, b); }

  /// The NaN and tiny rules.
  template <int kCount>
  __attribute__((always_inline)) static void finish(Register* x) {
    const uint32x4_t magnitude = vdupq_n_u32(0x7fffffff);
    const uint32x4_t normal_min = vdupq_n_u32(0x00800000);
    const Register nan = vreinterpretq_f32_u32(vdupq_n_u32(kCanonicalNan));
#pragma GCC unroll 32
    for (int i = 0; i < kCount; ++i) {
      const uint32x4_t bits = vreinterpretq_u32_f32(x[i]);
      const uint32x4_t tiny = vcltq_u32(vandq_u32(bits, magnitude), normal_min);
      const Register kept = vreinterpretq_f32_u32(vbicq_u32(bits, vandq_u32(tiny, magnitude)));
      x[i] = vbslq_f32(vceqq_f32(kept, kept), kept, nan);
    }
  }

  /// A 4 x 4 block: afterwards row[k] holds element k of each of the 4 lines.
  __attribute__((always_inline)) static void transpose(Register (&row)[kLanes]) {
    const auto low = [](Register a, Register b) {
      return vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
    };
    const auto high = [](Register a, Register b) {
      return vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
    };
    // Elements 0 and 2, then 1 and 3, of two lines, in pairs.
    const Register even_top = vtrn1q_f32(row[0], row[1]);
    const Register odd_top = vtrn2q_f32(row[0], row[1]);
    const Register even_bottom = vtrn1q_f32(row[2], row[3]);
    const Register odd_bottom = vtrn2q_f32(row[2], row[3]);
    row[0] = low(even_top, even_bottom);
    row[1] = low(odd_top, odd_bottom);
    row[2] = high(even_top, even_bottom);
    row[3] = high(odd_top, odd_bottom);
  }
};

constexpr MatmulTileSet kTiles[] = {MatmulTileTable<Vector, 6, 4>::kSet, MatmulTileTable<Vector, 8, 3>::kSet,
                                    MatmulTileTable<Vector, 12, 2>::kSet};
constexpr MatmulKernel kKernel{Vector::kLanes, kTiles, matmul_pack<Vector>, &MatmulSkinnyTable<Vector>::kSet};

}  // namespace

const MatmulKernel& matmul_kernel_neon() { return kKernel; }

}  // namespace lydian::kernels
