// The inner loops of maps: one scalar function over a run of elements, for each instruction set. All give the
// bits of apply() (scalar.h).
#pragma once

#include <cstdint>

#include "lydian/kernels/isa.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

/// out[i] = fn(a[i], b[i], c[i]) for 0 <= i < n. Operands beyond the function's arity are not read. Any
/// alignment; out may be one of the operands if its elements have the same size, but must not overlap one
/// otherwise.
using MapKernel = void (*)(std::int64_t n, const void* a, const void* b, const void* c, void* out);

/// Which operands are one element that stands for all (bit 0: a, bit 1: b, bit 2: c).
using SplatMask = unsigned;

/// The kernel of fn for operands of type `in` (of select: the values') and results of type `out`. The types
/// must be ones that result_type (scalar.h) accepts, and the mask's bits below the function's arity.
[[nodiscard]] MapKernel map_kernel(Isa isa, ScalarFn fn, DType in, DType out, SplatMask splats = 0);

}  // namespace lydian::kernels
