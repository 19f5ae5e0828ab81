// The AVX-512 tiles: 6 x 64 fills 24 of the 32 registers with sums; 8 x 48 and 12 x 32 serve narrow results.
#include <immintrin.h>

#include <bit>

#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_skinny_kernel.h"
#include "lydian/kernels/matmul_tile.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

struct Vector {
  using Register = __m512;
  using Mask = __mmask16;
  static constexpr int kLanes = 16;
  static constexpr int kUnroll = 2;
  static constexpr int kSkinnyVectors = 4;  // of columns, in a product of a few rows

  static Mask mask(std::int64_t count) {
    return static_cast<Mask>(count >= kLanes ? 0xffff : count <= 0 ? 0 : (1 << count) - 1);
  }
  static Register zero() { return _mm512_setzero_ps(); }
  static Register load(const float* p) { return _mm512_loadu_ps(p); }
  static Register load(const float* p, Mask mask) { return _mm512_maskz_loadu_ps(mask, p); }
  static void store(float* p, Register x) { _mm512_storeu_ps(p, x); }
  static void store(float* p, Register x, Mask mask) { _mm512_mask_storeu_ps(p, mask, x); }
  static Register broadcast(const float* p) { return _mm512_set1_ps(*p); }
  static Register multiply_add(Register a, Register b, Register c) { return _mm512_fmadd_ps(a, b, c); }

  /// The NaN and tiny rules. Results that need them are rare, so one test covers the whole tile.
  template <int kCount>
  __attribute__((always_inline)) static void finish(Register* x) {
    constexpr int kNan = 0x81;  // classes of vfpclassps
    constexpr int kSubnormal = 0x20;
    Mask found = 0;
#pragma GCC unroll 32
    for (int i = 0; i < kCount; ++i) found |= _mm512_fpclass_ps_mask(x[i], kNan | kSubnormal);
    if (found == 0) [[likely]]
      return;
    const Register sign = _mm512_set1_ps(-0.0f);
    const Register nan = _mm512_castsi512_ps(_mm512_set1_epi32(std::bit_cast<int>(kCanonicalNan)));
#pragma GCC unroll 32
    for (int i = 0; i < kCount; ++i) {
      x[i] = _mm512_mask_and_ps(x[i], _mm512_fpclass_ps_mask(x[i], kSubnormal), x[i], sign);
      x[i] = _mm512_mask_mov_ps(x[i], _mm512_fpclass_ps_mask(x[i], kNan), nan);
    }
  }

  /// A 16 x 16 block: afterwards row[k] holds element k of each of the 16 lines.
  __attribute__((always_inline)) static void transpose(Register (&row)[16]) {
    Register t[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i += 2) {
      t[i] = _mm512_unpacklo_ps(row[i], row[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(row[i], row[i + 1]);
    }
    // row[4q + e]: elements e, 4 + e, 8 + e, 12 + e of lines 4q .. 4q + 3, one to a 128-bit lane.
#pragma GCC unroll 16
    for (int i = 0; i < 16; i += 4) {
      const auto pairs = [&](int a, int b, bool high) __attribute__((always_inline)) {
        const __m512d x = _mm512_castps_pd(t[i + a]);
        const __m512d y = _mm512_castps_pd(t[i + b]);
        return _mm512_castpd_ps(high ? _mm512_unpackhi_pd(x, y) : _mm512_unpacklo_pd(x, y));
      };
      row[i] = pairs(0, 2, false);
      row[i + 1] = pairs(0, 2, true);
      row[i + 2] = pairs(1, 3, false);
      row[i + 3] = pairs(1, 3, true);
    }
#pragma GCC unroll 16
    for (int e = 0; e < 4; ++e) {
      const __m512 even_low = _mm512_shuffle_f32x4(row[e], row[4 + e], 0x88);
      const __m512 even_high = _mm512_shuffle_f32x4(row[8 + e], row[12 + e], 0x88);
      const __m512 odd_low = _mm512_shuffle_f32x4(row[e], row[4 + e], 0xdd);
      const __m512 odd_high = _mm512_shuffle_f32x4(row[8 + e], row[12 + e], 0xdd);
      t[e] = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
      t[8 + e] = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
      t[4 + e] = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
      t[12 + e] = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) row[i] = t[i];
  }
};

constexpr MatmulTileSet kTiles[] = {MatmulTileTable<Vector, 6, 4>::kSet, MatmulTileTable<Vector, 8, 3>::kSet,
                                    MatmulTileTable<Vector, 12, 2>::kSet};
constexpr MatmulKernel kKernel{Vector::kLanes, kTiles, matmul_pack<Vector>, &MatmulSkinnyTable<Vector>::kSet};

}  // namespace

const MatmulKernel& matmul_kernel_avx512() { return kKernel; }

}  // namespace lydian::kernels
