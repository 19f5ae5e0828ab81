// Reductions over AVX2 vectors.
#include "lydian/kernels/reduce_vector.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 8;
};

}  // namespace

const ReduceKernel& reduce_kernel_avx2() { return kReduceKernelOf<Vector>; }

}  // namespace lydian::kernels
