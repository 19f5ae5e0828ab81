#include "lydian/kernels/map_kernels.h"
#include "lydian/kernels/simd_portable.h"

namespace lydian::kernels {

constinit const MapTable kMapTablePortable = make_map_table<SimdPortable>();

}  // namespace lydian::kernels
