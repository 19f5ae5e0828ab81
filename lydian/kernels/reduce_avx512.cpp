// Reductions over AVX-512 vectors.
#include "lydian/kernels/reduce_vector.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 16;
};

}  // namespace

const ReduceKernel& reduce_kernel_avx512() { return kReduceKernelOf<Vector>; }

}  // namespace lydian::kernels
