// The tile in plain C++. Where the target has a fused multiply-add (aarch64) the loops over lanes become
// vector instructions; elsewhere the C library supplies one, exactly rounded and slow.
#include <algorithm>
#include <cstring>

#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_skinny_kernel.h"
#include "lydian/kernels/matmul_tile.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 4;
  static constexpr int kUnroll = 1;
  static constexpr int kSkinnyVectors = 2;  // of columns, in a product of a few rows
  using Register [[gnu::vector_size(16)]] = float;
  using Mask = int;  // how many lanes, from the first

  static Mask mask(std::int64_t count) {
    return static_cast<Mask>(std::clamp<std::int64_t>(count, 0, kLanes));
  }
  static Register zero() { return Register{}; }
  static Register load(const float* p) {
    Register x;
    std::memcpy(&x, p, sizeof(x));
    return x;
  }
  static Register load(const float* p, Mask mask) {
    if (mask == kLanes) return load(p);
    Register x{};
    for (int lane = 0; lane < mask; ++lane) x[lane] = p[lane];
    return x;
  }
  static void store(float* p, Register x) { std::memcpy(p, &x, sizeof(x)); }
  static void store(float* p, Register x, Mask mask) {
    if (mask == kLanes) return store(p, x);
    for (int lane = 0; lane < mask; ++lane) p[lane] = x[lane];
  }
  static Register broadcast(const float* p) { return Register{*p, *p, *p, *p}; }
  static Register multiply_add(Register a, Register b, Register c) {
    return Register{__builtin_fmaf(a[0], b[0], c[0]), __builtin_fmaf(a[1], b[1], c[1]),
                    __builtin_fmaf(a[2], b[2], c[2]), __builtin_fmaf(a[3], b[3], c[3])};
  }

  template <int kCount>
  static void finish(Register* x) {
    for (int i = 0; i < kCount; ++i) {
      for (int lane = 0; lane < kLanes; ++lane) x[i][lane] = kernels::finish(x[i][lane]);
    }
  }

  static void transpose(Register (&row)[kLanes]) {
    for (int i = 0; i < kLanes; ++i) {
      for (int j = 0; j < i; ++j) {
        const float x = row[i][j];
        row[i][j] = row[j][i];
        row[j][i] = x;
      }
    }
  }
};

constexpr MatmulTileSet kTiles[] = {MatmulTileTable<Vector, 6, 4>::kSet};
constexpr MatmulKernel kKernel{Vector::kLanes, kTiles, matmul_pack<Vector>, &MatmulSkinnyTable<Vector>::kSet};

}  // namespace

const MatmulKernel& matmul_kernel_portable() { return kKernel; }

}  // namespace lydian::kernels
