// Reductions over NEON vectors.
#include "lydian/kernels/reduce_vector.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 4;
};

}  // namespace

const ReduceKernel& reduce_kernel_neon() { return kReduceKernelOf<Vector>; }

}  // namespace lydian::kernels
