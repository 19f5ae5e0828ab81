// What an instruction set supplies to the blocked product (matmul.cpp): tiles of C held in registers, and
// packing. The blocking, the threads and the scratch are common and are compiled without any instruction
// set's flags.
#pragma once

#include <cstdint>
#include <span>

#include "lydian/kernels/isa.h"

namespace lydian::kernels {

/// One tile of C over one block of k. Strides are in elements.
struct MatmulTile {
  std::int64_t depth;  // steps of k
  const float* a;      // element (row, k) at a[row * a_row + k * a_depth]
  std::int64_t a_row;
  std::int64_t a_depth;
  const float* b;  // element (k, column) at b[k * b_depth + column]
  std::int64_t b_depth;
  float* c;  // element (row, column) at c[row * c_row + column]
  std::int64_t c_row;
  const float* c_next;   // the tile that will follow, to prefetch
  std::int64_t columns;  // of the tile; its last vector may be partly filled
  bool first;            // starts the chains at +0, otherwise continues them from c
  bool last;             // ends the chains: applies the NaN and tiny rules
};

using MatmulTileFunction = void (*)(const MatmulTile&);

/// Tiles of up to `rows` rows and up to `vectors` vectors of columns.
struct MatmulTileSet {
  int rows;
  int vectors;
  const MatmulTileFunction* functions;  // [rows][vectors]

  [[nodiscard]] MatmulTileFunction function(std::int64_t row_count, std::int64_t vector_count) const {
    return functions[(row_count - 1) * vectors + vector_count - 1];
  }
};

/// Rearranges `count` rows or columns ("lines") into panels of `width` lines each, all `depth` steps of k of
/// a panel together: to[panel][k][line within panel]. Lines beyond count are filled with zeros.
struct MatmulPacking {
  const float* from;  // element (line, k) at from[line * line_stride + k * depth_stride]
  std::int64_t line_stride;
  std::int64_t depth_stride;
  std::int64_t count;
  std::int64_t depth;
  std::int64_t width;
  float* to;
};

/// Packs lines of any strides, one element at a time.
void matmul_pack_strided(const MatmulPacking& packing);

/// All columns of a part of C, for a few rows, over one block of k (matmul_skinny.cpp). Strides are in
/// elements.
struct MatmulSkinny {
  std::int64_t depth;  // steps of k
  const float* a;      // element (row, k) at a[k * rows + row]
  const float* b;      // element (k, column) at b[k * b_depth + column * b_line]; one of the strides is 1
  std::int64_t b_depth;
  std::int64_t b_line;
  float* c;  // element (row, column) at c[row * c_row + column]
  std::int64_t c_row;
  std::int64_t columns;
  bool first;  // as in MatmulTile
  bool last;
};

using MatmulSkinnyFunction = void (*)(const MatmulSkinny&);

/// Up to how many rows a product is skinny: for columns that are contiguous (b_line 1), whose tiles are as
/// good from there on, and for k that is (b_depth 1), whose transposition then repays being stored.
inline constexpr std::int64_t kSkinnyRowsAdjacent = 4;
inline constexpr std::int64_t kSkinnyRowsLines = 8;

/// By rows, from 1.
struct MatmulSkinnySet {
  const MatmulSkinnyFunction* adjacent;
  const MatmulSkinnyFunction* lines;
};

struct MatmulKernel {
  int lanes;                             // columns in a vector
  std::span<const MatmulTileSet> tiles;  // the driver picks by shape
  void (*pack)(const MatmulPacking&);
  const MatmulSkinnySet* skinny;
};

const MatmulKernel& matmul_kernel_portable();
#if LYDIAN_HAS_X86_KERNELS
const MatmulKernel& matmul_kernel_avx2();
const MatmulKernel& matmul_kernel_avx512();
#endif
#if LYDIAN_HAS_NEON_KERNELS
const MatmulKernel& matmul_kernel_neon();
#endif

}  // namespace lydian::kernels
