// The AVX2 tile: 6 x 16 fills 12 of the 16 registers with sums.
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_skinny_kernel.h"
#include "lydian/kernels/matmul_tile.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

alignas(64) constexpr int kMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

struct Vector {
  using Register = __m256;
  using Mask = __m256i;
  static constexpr int kLanes = 8;
  static constexpr int kUnroll = 2;
  static constexpr int kSkinnyVectors = 2;  // of columns, in a product of a few rows

  static Mask mask(std::int64_t count) {
    const std::int64_t set = count >= kLanes ? kLanes : count <= 0 ? 0 : count;
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMasks + kLanes - set));
  }
  static Register zero() { return _mm256_setzero_ps(); }
  static Register load(const float* p) { return _mm256_loadu_ps(p); }
  static Register load(const float* p, Mask mask) { return _mm256_maskload_ps(p, mask); }
  static void store(float* p, Register x) { _mm256_storeu_ps(p, x); }
  static void store(float* p, Register x, Mask mask) { _mm256_maskstore_ps(p, mask, x); }
  static Register broadcast(const float* p) { return _mm256_broadcast_ss(p); }
  static Register multiply_add(Register a, Register b, Register c) { return _mm256_fmadd_ps(a, b, c); }

  /// The NaN and tiny rules.
  template <int kCount>
  __attribute__((always_inline)) static void finish(Register* x) {
    const Register magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
    const Register normal_min = _mm256_set1_ps(std::numeric_limits<float>::min());
    const Register nan = _mm256_castsi256_ps(_mm256_set1_epi32(std::bit_cast<int>(kCanonicalNan)));
#pragma GCC unroll 32
    for (int i = 0; i < kCount; ++i) {
      const Register tiny = _mm256_cmp_ps(_mm256_and_ps(x[i], magnitude), normal_min, _CMP_LT_OQ);
      const Register kept = _mm256_andnot_ps(_mm256_and_ps(tiny, magnitude), x[i]);
      x[i] = _mm256_blendv_ps(kept, nan, _mm256_cmp_ps(x[i], x[i], _CMP_UNORD_Q));
    }
  }

  /// An 8 x 8 block: afterwards row[k] holds element k of each of the 8 lines.
  __attribute__((always_inline)) static void transpose(Register (&row)[8]) {
    Register t[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 2) {
      t[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
    // row[4q + e]: elements e and 4 + e of lines 4q .. 4q + 3, one to a 128-bit lane.
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 4) {
      row[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
      row[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
      row[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
      row[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 8
    for (int e = 0; e < 4; ++e) {
      t[e] = _mm256_permute2f128_ps(row[e], row[4 + e], 0x20);
      t[4 + e] = _mm256_permute2f128_ps(row[e], row[4 + e], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) row[i] = t[i];
  }
};

constexpr MatmulTileSet kTiles[] = {MatmulTileTable<Vector, 6, 2>::kSet};
constexpr MatmulKernel kKernel{Vector::kLanes, kTiles, matmul_pack<Vector>, &MatmulSkinnyTable<Vector>::kSet};

}  // namespace

const MatmulKernel& matmul_kernel_avx2() { return kKernel; }

}  // namespace lydian::kernels
