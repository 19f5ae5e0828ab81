#include "lydian/kernels/map.h"

#include "lydian/core/ensure.h"
#include "lydian/kernels/map_kernels.h"

namespace lydian::kernels {
namespace {

const MapTable& table_of(Isa isa) {
#if LYDIAN_HAS_X86_KERNELS
  if (isa == Isa::avx2) return kMapTableAvx2;
  if (isa == Isa::avx512) return kMapTableAvx512;
#endif
#if LYDIAN_HAS_NEON_KERNELS
  if (isa == Isa::neon) return kMapTableNeon;
#endif
  ENSURE(isa == Isa::portable, "{} kernels are not in this build", name_of(isa));
  return kMapTablePortable;
}

}  // namespace

MapKernel map_kernel(Isa isa, ScalarFn fn, DType in, DType out, SplatMask splats) {
  const MapTable& table = table_of(isa);
  ENSURE(splats >> arity_of(fn) == 0, "splats {:#b} of {}", splats, info_of(fn).name);
  const bool has_arithmetic = in == DType::f32 || in == DType::i32;
  MapKernel kernel = nullptr;
  if (fn == ScalarFn::convert) {
    kernel = table.conversions[static_cast<std::size_t>(in)][static_cast<std::size_t>(out)][splats];
  } else if (has_arithmetic && out == (info_of(fn).is_comparison ? DType::i32 : in)) {
    kernel = table.functions[index_of(fn)][in == DType::f32 ? 0 : 1][splats];
  }
  ENSURE(kernel != nullptr, "no kernel of {} from {} to {}", info_of(fn).name, tensor::name_of(in),
         tensor::name_of(out));
  return kernel;
}

}  // namespace lydian::kernels
