// The tile of the i8 product, written once over the compiler's vector types. Operands arrive as pairs: a
// 32-bit word holds elements 2k and 2k + 1 as i16, which the usual instruction multiplies and adds in one
// step. Vector must live in an unnamed namespace of the including file.
#pragma once

#include <cstdint>
#include <cstring>

#include "lydian/kernels/isa.h"

namespace lydian::kernels {

inline constexpr int kI8PanelColumns = 64;
inline constexpr int kI8TileRows = 4;

struct MatmulI8Tile {
  std::int64_t pairs;     // of k
  const std::int32_t* a;  // row r's pairs at a + r * pairs
  const std::int32_t* b;  // kI8PanelColumns words for each pair of k
  std::int32_t* c;        // dense, kI8TileRows x kI8PanelColumns
};

using MatmulI8Function = void (*)(const MatmulI8Tile&);

MatmulI8Function matmul_i8_portable();
#if LYDIAN_HAS_X86_KERNELS
MatmulI8Function matmul_i8_avx2();
MatmulI8Function matmul_i8_avx512();
#endif
#if LYDIAN_HAS_NEON_KERNELS
MatmulI8Function matmul_i8_neon();
#endif

/// Vector::Words is a vector of i32; Vector::multiply_pairs gives for each word low * low + high * high.
template <typename Vector>
void matmul_i8_tile(const MatmulI8Tile& tile) {
  using Words = typename Vector::Words;
  constexpr int kLanes = sizeof(Words) / sizeof(std::int32_t);
  constexpr int kVectors = Vector::kVectors;
  for (int column = 0; column < kI8PanelColumns; column += kLanes * kVectors) {
    Words sum[kI8TileRows][kVectors] = {};
    const std::int32_t* b = tile.b + column;
    for (std::int64_t k = 0; k < tile.pairs; ++k, b += kI8PanelColumns) {
      Words b_row[kVectors];
      std::memcpy(b_row, b, sizeof(b_row));
#pragma GCC unroll 4
      for (int i = 0; i < kI8TileRows; ++i) {
        const Words pair = Words{} + tile.a[i * tile.pairs + k];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sum[i][v] += Vector::multiply_pairs(pair, b_row[v]);
      }
    }
    for (int i = 0; i < kI8TileRows; ++i)
      std::memcpy(tile.c + i * kI8PanelColumns + column, sum[i], sizeof(sum[i]));
  }
}

}  // namespace lydian::kernels
