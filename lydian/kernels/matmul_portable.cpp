// The tile in plain C++. Where the target has a fused multiply-add (aarch64) the loops over lanes become
// vector instructions; elsewhere the C library supplies one, exactly rounded and slow.
#include <algorithm>
#include <utility>

#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_tile.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 4;
  static constexpr int kUnroll = 1;
  struct Register {
    float lane[kLanes];
  };
  using Mask = int;  // how many lanes, from the first

  static Mask mask(std::int64_t count) {
    return static_cast<Mask>(std::clamp<std::int64_t>(count, 0, kLanes));
  }
  static Register zero() { return {}; }
  static Register load(const float* p) { return load(p, kLanes); }
  static Register load(const float* p, Mask mask) {
    Register x{};
    for (int lane = 0; lane < mask; ++lane) x.lane[lane] = p[lane];
    return x;
  }
  static void store(float* p, Register x) { store(p, x, kLanes); }
  static void store(float* p, Register x, Mask mask) {
    for (int lane = 0; lane < mask; ++lane) p[lane] = x.lane[lane];
  }
  static Register broadcast(const float* p) { return {{*p, *p, *p, *p}}; }
  static Register multiply_add(Register a, Register b, Register c) {
    for (int lane = 0; lane < kLanes; ++lane)
      c.lane[lane] = __builtin_fmaf(a.lane[lane], b.lane[lane], c.lane[lane]);
    return c;
  }

  template <int kCount>
  static void finish(Register* x) {
    for (int i = 0; i < kCount; ++i) {
      for (float& lane : x[i].lane) lane = kernels::finish(lane);
    }
  }

  static void transpose(Register (&row)[kLanes]) {
    for (int i = 0; i < kLanes; ++i) {
      for (int j = 0; j < i; ++j) std::swap(row[i].lane[j], row[j].lane[i]);
    }
  }
};

constexpr MatmulTileSet kTiles[] = {MatmulTileTable<Vector, 6, 4>::kSet};
constexpr MatmulKernel kKernel{Vector::kLanes, kTiles, matmul_pack<Vector>};

}  // namespace

const MatmulKernel& matmul_kernel_portable() { return kKernel; }

}  // namespace lydian::kernels
