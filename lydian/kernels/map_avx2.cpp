#include "lydian/kernels/map_kernels.h"
#include "lydian/kernels/simd_avx2.h"

namespace lydian::kernels {

constinit const MapTable kMapTableAvx2 = make_map_table<SimdAvx2>();

}  // namespace lydian::kernels
