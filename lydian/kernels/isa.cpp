#include "lydian/kernels/isa.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "lydian/core/ensure.h"

namespace lydian::kernels {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"portable", "avx2", "avx512", "neon"};

std::vector<Isa> detect() {
  std::vector<Isa> found = {Isa::portable};
#if LYDIAN_HAS_X86_KERNELS
  // The features that cmake/LydianLayer.cmake lets the compiler use in files of each name.
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx2) found.push_back(Isa::avx2);
  if (avx2 && avx512) found.push_back(Isa::avx512);
#elif LYDIAN_HAS_NEON_KERNELS
  found.push_back(Isa::neon);
#endif
  return found;
}

}  // namespace

std::string_view name_of(Isa isa) { return kNames[static_cast<std::size_t>(isa)]; }

const std::vector<Isa>& supported_isas() {
  static const std::vector<Isa> kSupported = detect();
  return kSupported;
}

Result<Isa> choose_isa(std::string_view requested) {
  if (requested.empty()) return supported_isas().back();
  const auto* const name = std::ranges::find(kNames, requested);
  if (name == kNames.end())
    return fail("LYDIAN_ISA='{}' is no instruction set: expected portable, avx2, avx512 or neon", requested);
  const auto isa = static_cast<Isa>(name - kNames.begin());
  if (std::ranges::find(supported_isas(), isa) == supported_isas().end())
    return fail("LYDIAN_ISA='{}', but the best that this machine supports is {}", requested,
                name_of(supported_isas().back()));
  return isa;
}

const Result<Isa>& isa_from_environment() {
  static const Result<Isa> kChosen = [] {
    const char* const value = std::getenv("LYDIAN_ISA");
    return choose_isa(value == nullptr ? "" : value);
  }();
  return kChosen;
}

Isa active_isa() {
  const Result<Isa>& isa = isa_from_environment();
  ENSURE(isa, "{}", isa ? "" : isa.error().message);
  return *isa;
}

}  // namespace lydian::kernels
