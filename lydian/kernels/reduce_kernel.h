// What an instruction set supplies to reductions (reduce.cpp).
#pragma once

#include <cstdint>

#include "lydian/kernels/reduce.h"

namespace lydian::kernels {

/// `lines` results, each of n elements: element i of line j is in[j * line_stride + i * n_stride]. The kernel
/// for rows is for n_stride 1, the kernel for columns for line_stride 1; in that order the other stride is
/// given.
using ReduceFunction = void (*)(std::int64_t lines, std::int64_t n, const void* in, std::int64_t stride,
                                void* out);

struct ReduceKernel {
  struct Functions {
    ReduceFunction sum;
    ReduceFunction maximum;
    ReduceFunction argmax;
  };
  Functions f32_rows;
  Functions f32_columns;
  Functions i32_rows;
  Functions i32_columns;
};

const ReduceKernel& reduce_kernel_portable();
#if LYDIAN_HAS_X86_KERNELS
const ReduceKernel& reduce_kernel_avx2();
const ReduceKernel& reduce_kernel_avx512();
#endif
#if LYDIAN_HAS_NEON_KERNELS
const ReduceKernel& reduce_kernel_neon();
#endif

}  // namespace lydian::kernels
