// Reductions over 4 lanes at a time: what every target has, or the compiler makes of scalars.
#include "lydian/kernels/reduce_vector.h"

namespace lydian::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 4;
};

}  // namespace

const ReduceKernel& reduce_kernel_portable() { return kReduceKernelOf<Vector>; }

}  // namespace lydian::kernels
