#include "lydian/kernels/map_kernels.h"
#include "lydian/kernels/simd_avx512.h"

namespace lydian::kernels {

constinit const MapTable kMapTableAvx512 = make_map_table<SimdAvx512>();

}  // namespace lydian::kernels
