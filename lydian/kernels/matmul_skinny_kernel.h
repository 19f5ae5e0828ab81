// Products of a few rows, written once for all instruction sets: every element of B is read once, so what
// counts is that many lines of memory are on their way at a time. Vector is as in matmul_tile.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lydian/kernels/matmul_kernel.h"

namespace lydian::kernels {

/// How many rows of B are read side by side where columns are contiguous. More would drive each other out of
/// the L1 cache where they lie a multiple of 4 KB apart: all then share one of its sets.
inline constexpr std::int64_t kSkinnyStreams = 8;
/// How far ahead those rows are fetched, in columns.
inline constexpr std::int64_t kSkinnyAhead = 128;

/// kSteps steps of k over kVectors vectors of columns; `steps` of them where kSteps is 0. `ahead` is where to
/// fetch from for later.
template <typename Vector, int kRows, int kVectors, int kSteps, bool kWhole>
__attribute__((always_inline)) inline void matmul_skinny_streams(const MatmulSkinny& p, std::int64_t k,
                                                                 std::int64_t column, std::int64_t steps,
                                                                 const float* ahead) {
  using Register = typename Vector::Register;
  constexpr int kLanes = Vector::kLanes;
  constexpr int kLast = kVectors - 1;
  constexpr int kLineFloats = 16;
  const auto tail = Vector::mask(p.columns - column - kLast * kLanes);
  const auto load_vector = [&](const float* from, int v) __attribute__((always_inline)) {
    return kWhole || v != kLast ? Vector::load(from + v * kLanes) : Vector::load(from + v * kLanes, tail);
  };
  Register sum[kRows][kVectors];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sum[i][v] = p.first && k == 0 ? Vector::zero() : load_vector(p.c + i * p.c_row + column, v);
    }
  }
  const float* b = p.b + k * p.b_depth + column;
  const float* a = p.a + k * kRows;
  const std::int64_t count = kSteps == 0 ? steps : kSteps;
#pragma GCC unroll 8
  for (std::int64_t step = 0; step < count; ++step) {
    Register b_row[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      b_row[v] = load_vector(b, v);
      if (v * kLanes % kLineFloats == 0) __builtin_prefetch(ahead + v * kLanes, 0, 3);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Register a_element = Vector::broadcast(a + i);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[i][v] = Vector::multiply_add(a_element, b_row[v], sum[i][v]);
    }
    a += kRows;
    b += p.b_depth;
    ahead += p.b_depth;
  }
  if (p.last && k + count == p.depth) Vector::template finish<kRows * kVectors>(&sum[0][0]);
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    float* row = p.c + i * p.c_row + column;
#pragma GCC unroll 4
    for (int v = 0; v < kLast; ++v) Vector::store(row + v * kLanes, sum[i][v]);
    if constexpr (kWhole)
      Vector::store(row + kLast * kLanes, sum[i][kLast]);
    else
      Vector::store(row + kLast * kLanes, sum[i][kLast], tail);
  }
}

/// Columns of B are contiguous: its rows as parallel streams, the sums of all columns in the L1 cache.
template <typename Vector, int kRows>
void matmul_skinny_adjacent(const MatmulSkinny& p) {
  constexpr int kVectors = Vector::kSkinnyVectors;
  constexpr std::int64_t kWidth = kVectors * Vector::kLanes;
  std::int64_t k = 0;
  do {
    const std::int64_t steps = std::min(kSkinnyStreams, p.depth - k);
    // Beyond the end of these rows the next ones begin.
    const auto ahead = [&](std::int64_t column) __attribute__((always_inline)) {
      const std::int64_t later = column + kSkinnyAhead;
      return p.b + (later < p.columns ? k * p.b_depth + later
                                      : (k + kSkinnyStreams) * p.b_depth + later - p.columns);
    };
    std::int64_t column = 0;
    if (steps == kSkinnyStreams) {
      for (; column + kWidth <= p.columns; column += kWidth)
        matmul_skinny_streams<Vector, kRows, kVectors, kSkinnyStreams, true>(p, k, column, steps,
                                                                             ahead(column));
    } else {
      for (; column + kWidth <= p.columns; column += kWidth)
        matmul_skinny_streams<Vector, kRows, kVectors, 0, true>(p, k, column, steps, ahead(column));
    }
    for (; column + Vector::kLanes <= p.columns; column += Vector::kLanes)
      matmul_skinny_streams<Vector, kRows, 1, 0, true>(p, k, column, steps, ahead(column));
    if (column < p.columns)
      matmul_skinny_streams<Vector, kRows, 1, 0, false>(p, k, column, steps, ahead(column));
    k += kSkinnyStreams;
  } while (k < p.depth);
}

/// A vector's lanes of columns by as many steps of k, k contiguous; rows of `block` become steps.
template <typename Vector>
__attribute__((always_inline)) inline void matmul_skinny_load(
    const MatmulSkinny& p, const float* from, std::int64_t lines, std::int64_t steps,
    typename Vector::Register (&block)[Vector::kLanes]) {
  constexpr int kLanes = Vector::kLanes;
  if (lines >= kLanes && steps >= kLanes) {
    const float* ahead = from + kLanes * p.b_line;
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) {
      block[i] = Vector::load(from + i * p.b_line);
      __builtin_prefetch(ahead + i * p.b_line, 0, 3);
    }
  } else {
    const auto present = Vector::mask(steps);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i)
      block[i] = i < lines ? Vector::load(from + i * p.b_line, present) : Vector::zero();
  }
  Vector::transpose(block);
}

/// Columns of B are lines along which k is contiguous: blocks of them are transposed in registers.
template <typename Vector, int kRows>
void matmul_skinny_lines(const MatmulSkinny& p) {
  using Register = typename Vector::Register;
  constexpr int kLanes = Vector::kLanes;
  for (std::int64_t column = 0; column < p.columns; column += kLanes) {
    const std::int64_t lines = p.columns - column;
    const auto present = Vector::mask(lines);
    Register sum[kRows];
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
      sum[i] = p.first ? Vector::zero() : Vector::load(p.c + i * p.c_row + column, present);
    const float* a = p.a;
    for (std::int64_t k = 0; k < p.depth; k += kLanes) {
      Register block[kLanes];
      const std::int64_t steps = p.depth - k;
      matmul_skinny_load<Vector>(p, p.b + column * p.b_line + k, lines, steps, block);
#pragma GCC unroll 16
      for (int step = 0; step < kLanes; ++step) {
        if (step >= steps) break;
#pragma GCC unroll 16
        for (int i = 0; i < kRows; ++i)
          sum[i] = Vector::multiply_add(Vector::broadcast(a + i), block[step], sum[i]);
        a += kRows;
      }
    }
    if (p.last) Vector::template finish<kRows>(sum);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) Vector::store(p.c + i * p.c_row + column, sum[i], present);
  }
}

template <typename Vector>
struct MatmulSkinnyTable {
  template <std::size_t... kIndex>
  static constexpr auto adjacent(std::index_sequence<kIndex...>) {
    return std::array<MatmulSkinnyFunction, sizeof...(kIndex)>{
        &matmul_skinny_adjacent<Vector, static_cast<int>(kIndex) + 1>...};
  }
  template <std::size_t... kIndex>
  static constexpr auto lines(std::index_sequence<kIndex...>) {
    return std::array<MatmulSkinnyFunction, sizeof...(kIndex)>{
        &matmul_skinny_lines<Vector, static_cast<int>(kIndex) + 1>...};
  }
  static constexpr auto kAdjacent = adjacent(std::make_index_sequence<kSkinnyRowsAdjacent>());
  static constexpr auto kLines = lines(std::make_index_sequence<kSkinnyRowsLines>());
  static constexpr MatmulSkinnySet kSet{kAdjacent.data(), kLines.data()};
};

}  // namespace lydian::kernels
