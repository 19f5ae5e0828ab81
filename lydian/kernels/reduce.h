// Reductions over one axis (DESIGN.md section 4). The sum has a fixed order of 32 lanes; maximum and argmax
// have one value whatever the order. Every instruction set and thread count gives the same bits.
#pragma once

#include <cstdint>

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"
#include "lydian/kernels/scalar.h"
#include "lydian/tensor/dtype.h"

namespace lydian::kernels {

/// sum: lane l adds elements l, l + 32, ... from +0, then lane l += lane l + w for w = 16, 8, 4, 2, 1, and
/// f32 gets the NaN and tiny rules; i32 wraps. maximum: NaN if any is NaN, -0 < +0; of nothing -infinity or
/// the least i32. argmax: the i32 index of the first maximum, NaN above all; of nothing 0.
inline constexpr int kSumLanes = 32;

/// A view [outer, n, inner] of f32 or i32 elements, reduced over n to a dense [outer, inner]. Strides in
/// elements.
struct ReduceShape {
  std::int64_t outer = 1;
  std::int64_t n = 0;
  std::int64_t inner = 1;
  std::int64_t outer_stride = 0;
  std::int64_t n_stride = 1;
  std::int64_t inner_stride = 1;
};

/// in holds elements of dtype; out holds the same, or i32 for argmax.
void reduce(Isa isa, ThreadPool& pool, ReduceFn fn, tensor::DType dtype, const ReduceShape& shape,
            const void* in, void* out);

/// On the calling thread: row r is n contiguous elements at in + r * row_stride; out[r] is dense.
void reduce_rows(Isa isa, ReduceFn fn, tensor::DType dtype, std::int64_t rows, std::int64_t n, const void* in,
                 std::int64_t row_stride, void* out);

/// The definition: the oracle for the above.
void reduce_reference(ReduceFn fn, tensor::DType dtype, const ReduceShape& shape, const void* in, void* out);

}  // namespace lydian::kernels
