// The tile of C that stays in registers while k runs, written once for all instruction sets. Vector is the
// set's register type and its operations; it must live in an unnamed namespace of the including file, so that
// code compiled for one instruction set never stands in for another's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lydian/kernels/matmul_kernel.h"

namespace lydian::kernels {

/// Keeps the compiler from moving loads across: hoisted loads cost registers, and the accumulators need them
/// all.
inline __attribute__((always_inline)) void hold_loads_here() { asm volatile("" ::: "memory"); }

/// kWhole: the last vector of columns is filled. Masked loads, of lines that are not in the L1 cache yet,
/// have halved the speed of whole tiles.
template <typename Vector, int kRows, int kVectors, bool kWhole>
__attribute__((always_inline)) inline void matmul_tile_of(const MatmulTile& tile) {
  using Register = typename Vector::Register;
  constexpr int kLanes = Vector::kLanes;
  constexpr int kLast = kVectors - 1;
  // Rows are addressed as base + {0, 1, 2} strides, so that a third as many pointers advance.
  constexpr int kBases = (kRows + 2) / 3;
  const auto tail = Vector::mask(tile.columns - kLast * kLanes);
  const auto load_row = [&](const float* row, int v) __attribute__((always_inline)) {
    return kWhole || v != kLast ? Vector::load(row + v * kLanes) : Vector::load(row + v * kLanes, tail);
  };

  Register sum[kRows][kVectors];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v)
      sum[i][v] = tile.first ? Vector::zero() : load_row(tile.c + i * tile.c_row, v);
  }

  const float* a[kBases];
#pragma GCC unroll 16
  for (int base = 0; base < kBases; ++base) a[base] = tile.a + 3 * base * tile.a_row;
  const float* b = tile.b;
  const std::int64_t a_row = tile.a_row;
  const std::int64_t a_depth = tile.a_depth;
  const std::int64_t b_depth = tile.b_depth;
  const auto step = [&]() __attribute__((always_inline)) {
    hold_loads_here();
    Register b_row[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) b_row[v] = load_row(b, v);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Register a_element = Vector::broadcast(a[i / 3] + (i % 3) * a_row);
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sum[i][v] = Vector::multiply_add(a_element, b_row[v], sum[i][v]);
    }
#pragma GCC unroll 16
    for (int base = 0; base < kBases; ++base) a[base] += a_depth;
    b += b_depth;
  };

  constexpr int kUnroll = Vector::kUnroll;
  std::int64_t k = tile.depth;
  const float* c_next = tile.c_next;
  for (int i = 0; i < kRows && k >= kUnroll; ++i, k -= kUnroll) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) __builtin_prefetch(c_next + v * kLanes, 1, 3);
    c_next += tile.c_row;
#pragma GCC unroll 16
    for (int unroll = 0; unroll < kUnroll; ++unroll) step();
  }
  for (; k >= kUnroll; k -= kUnroll) {
#pragma GCC unroll 16
    for (int unroll = 0; unroll < kUnroll; ++unroll) step();
  }
  for (; k > 0; --k) step();

  if (tile.last) Vector::template finish<kRows * kVectors>(&sum[0][0]);
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    float* row = tile.c + i * tile.c_row;
#pragma GCC unroll 16
    for (int v = 0; v < kLast; ++v) Vector::store(row + v * kLanes, sum[i][v]);
    if constexpr (kWhole)
      Vector::store(row + kLast * kLanes, sum[i][kLast]);
    else
      Vector::store(row + kLast * kLanes, sum[i][kLast], tail);
  }
}

template <typename Vector, int kRows, int kVectors>
void matmul_tile(const MatmulTile& tile) {
  if (tile.columns == kVectors * Vector::kLanes)
    matmul_tile_of<Vector, kRows, kVectors, true>(tile);
  else
    matmul_tile_of<Vector, kRows, kVectors, false>(tile);
}

template <typename Vector, int kRows, int kVectors>
struct MatmulTileTable {
  template <std::size_t... kIndex>
  static constexpr auto make(std::index_sequence<kIndex...>) {
    return std::array<MatmulTileFunction, sizeof...(kIndex)>{
        &matmul_tile<Vector, static_cast<int>(kIndex) / kVectors + 1,
                     static_cast<int>(kIndex) % kVectors + 1>...};
  }
  static constexpr auto kFunctions =
      make(std::make_index_sequence<static_cast<std::size_t>(kRows* kVectors)>());
  static constexpr MatmulTileSet kSet{kRows, kVectors, kFunctions.data()};
};

/// Packs lines that lie next to each other (line_stride 1). A few steps of k together fill whole cache lines
/// of a panel, and are few enough that rows a page apart do not drive each other out of the L1 cache.
template <typename Vector>
void matmul_pack_adjacent(const MatmulPacking& p) {
  constexpr int kLanes = Vector::kLanes;
  constexpr std::int64_t kSteps = 8;
  constexpr std::int64_t kLineFloats = 16;
  for (std::int64_t k = 0; k < p.depth; k += kSteps) {
    const std::int64_t steps = std::min(kSteps, p.depth - k);
    // The rows of the next steps, which the hardware does not foresee when they lie pages apart.
    for (std::int64_t next = k + kSteps; next < std::min(p.depth, k + 2 * kSteps); ++next) {
      for (std::int64_t i = 0; i < p.count; i += kLineFloats)
        __builtin_prefetch(p.from + next * p.depth_stride + i);
    }
    for (std::int64_t line = 0; line < p.count; line += p.width) {
      const float* from = p.from + k * p.depth_stride + line;
      float* to = p.to + line * p.depth + k * p.width;
      for (std::int64_t i = 0; i < p.width; i += kLanes) {
        const auto present = Vector::mask(p.count - line - i);
        const auto stored = Vector::mask(p.width - i);
        for (std::int64_t step = 0; step < steps; ++step) {
          Vector::store(to + step * p.width + i, Vector::load(from + step * p.depth_stride + i, present),
                        stored);
        }
      }
    }
  }
}

/// One block of a vector's lanes of lines by as many steps of k, where k is contiguous.
template <typename Vector>
void matmul_pack_block(const MatmulPacking& p, std::int64_t line, std::int64_t k, float* to) {
  constexpr int kLanes = Vector::kLanes;
  const float* from = p.from + line * p.line_stride + k;
  const std::int64_t lines = p.count - line;
  const std::int64_t steps = p.depth - k;
  const auto present = Vector::mask(steps);
  typename Vector::Register row[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i)
    row[i] = i < lines ? Vector::load(from + i * p.line_stride, present) : Vector::zero();
  Vector::transpose(row);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    if (i < steps) Vector::store(to + i * p.width, row[i]);
  }
}

/// Packs lines along which k is contiguous (depth_stride 1) into panels of whole vectors.
template <typename Vector>
void matmul_pack_transposed(const MatmulPacking& p) {
  for (std::int64_t line = 0; line < p.count; line += p.width) {
    float* panel = p.to + line * p.depth;
    for (std::int64_t i = 0; i < p.width; i += Vector::kLanes) {
      for (std::int64_t k = 0; k < p.depth; k += Vector::kLanes) {
        matmul_pack_block<Vector>(p, line + i, k, panel + k * p.width + i);
      }
    }
  }
}

template <typename Vector>
void matmul_pack(const MatmulPacking& p) {
  if (p.line_stride == 1) {
    matmul_pack_adjacent<Vector>(p);
  } else if (p.depth_stride == 1 && p.width % Vector::kLanes == 0) {
    matmul_pack_transposed<Vector>(p);
  } else {
    matmul_pack_strided(p);
  }
}

}  // namespace lydian::kernels
