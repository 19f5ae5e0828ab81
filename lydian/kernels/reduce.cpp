// Chooses a reduction's kernel by its strides and cuts it into tasks.
#include "lydian/kernels/reduce.h"

#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/kernels/reduce_kernel.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kElementsPerTask = 16 * 1024;
constexpr std::int64_t kColumnsTogether = 64;  // a task's columns fill vectors and cache lines

const ReduceKernel& kernel_of(Isa isa) {
  switch (isa) {
#if LYDIAN_HAS_X86_KERNELS
    case Isa::avx512:
      return reduce_kernel_avx512();
    case Isa::avx2:
      return reduce_kernel_avx2();
#endif
#if LYDIAN_HAS_NEON_KERNELS
    case Isa::neon:
      return reduce_kernel_neon();
#endif
    default:
      return reduce_kernel_portable();
  }
}

ReduceFunction function_of(const ReduceKernel::Functions& functions, ReduceFn fn) {
  switch (fn) {
    case ReduceFn::sum:
      return functions.sum;
    case ReduceFn::maximum:
      return functions.maximum;
    case ReduceFn::argmax:
      return functions.argmax;
  }
  ENSURE(false, "reduce function {}", static_cast<int>(fn));
}

ReduceFunction rows_function(Isa isa, ReduceFn fn, tensor::DType dtype) {
  ENSURE(dtype == tensor::DType::f32 || dtype == tensor::DType::i32, "reduce of {}", tensor::name_of(dtype));
  const ReduceKernel& kernel = kernel_of(isa);
  return function_of(dtype == tensor::DType::f32 ? kernel.f32_rows : kernel.i32_rows, fn);
}

ReduceFunction columns_function(Isa isa, ReduceFn fn, tensor::DType dtype) {
  ENSURE(dtype == tensor::DType::f32 || dtype == tensor::DType::i32, "reduce of {}", tensor::name_of(dtype));
  const ReduceKernel& kernel = kernel_of(isa);
  return function_of(dtype == tensor::DType::f32 ? kernel.f32_columns : kernel.i32_columns, fn);
}

}  // namespace

void reduce_rows(Isa isa, ReduceFn fn, tensor::DType dtype, std::int64_t rows, std::int64_t n, const void* in,
                 std::int64_t row_stride, void* out) {
  rows_function(isa, fn, dtype)(rows, n, in, row_stride, out);
}

void reduce(Isa isa, ThreadPool& pool, ReduceFn fn, tensor::DType dtype, const ReduceShape& given,
            const void* in, void* out) {
  ENSURE(given.outer >= 0 && given.n >= 0 && given.inner >= 0);
  if (given.outer == 0 || given.inner == 0) return;
  ReduceShape s = given;
  if (s.inner == 1) {
    s.inner = s.outer;
    s.inner_stride = s.outer_stride;
    s.outer = 1;
  }
  const bool by_rows = s.n_stride == 1;
  const bool by_columns = !by_rows && s.inner_stride == 1;
  const ReduceFunction function = by_rows ? rows_function(isa, fn, dtype) : columns_function(isa, fn, dtype);

  const std::int64_t wanted = std::max<std::int64_t>(1, kElementsPerTask / std::max<std::int64_t>(1, s.n));
  const std::int64_t lines =
      by_columns ? (wanted + kColumnsTogether - 1) / kColumnsTogether * kColumnsTogether : wanted;
  const std::int64_t tasks = (s.inner + lines - 1) / lines;
  const auto at = [](auto* base, std::int64_t element) { return base + element * 4; };
  pool.parallel_for(s.outer * tasks, [&](std::int64_t index, int) {
    const std::int64_t o = index / tasks;
    const std::int64_t begin = index % tasks * lines;
    const std::int64_t count = std::min(lines, s.inner - begin);
    const auto* from = at(static_cast<const std::uint8_t*>(in), o * s.outer_stride + begin * s.inner_stride);
    auto* to = at(static_cast<std::uint8_t*>(out), o * s.inner + begin);
    if (by_rows) return function(count, s.n, from, s.inner_stride, to);
    if (by_columns) return function(count, s.n, from, s.n_stride, to);
    for (std::int64_t i = 0; i < count; ++i)
      function(1, s.n, at(from, i * s.inner_stride), s.n_stride, at(to, i));
  });
}

}  // namespace lydian::kernels
