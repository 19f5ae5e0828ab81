#include "lydian/kernels/map_kernels.h"
#include "lydian/kernels/simd_neon.h"

namespace lydian::kernels {

constinit const MapTable kMapTableNeon = make_map_table<SimdNeon>();

}  // namespace lydian::kernels
