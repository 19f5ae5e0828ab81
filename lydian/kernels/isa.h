// The instruction sets that kernels are written for, and which one this process uses. All give the same bits;
// the choice is for speed, and LYDIAN_ISA=portable|avx2|avx512|neon overrides it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lydian/core/result.h"

/// Whether the *_avx2.cpp and *_avx512.cpp files are in this build.
#if defined(__x86_64__)
#define LYDIAN_HAS_X86_KERNELS 1
#else
#define LYDIAN_HAS_X86_KERNELS 0
#endif

/// Whether the *_neon.cpp files are: every little-endian aarch64 has the instructions.
#if defined(__aarch64__) && defined(__AARCH64EL__)
#define LYDIAN_HAS_NEON_KERNELS 1
#else
#define LYDIAN_HAS_NEON_KERNELS 0
#endif

namespace lydian::kernels {

/// In ascending order of preference on one architecture.
enum class Isa : std::uint8_t { portable = 0, avx2 = 1, avx512 = 2, neon = 3 };

[[nodiscard]] std::string_view name_of(Isa isa);

/// Those that this machine can run, portable first, the fastest last.
[[nodiscard]] const std::vector<Isa>& supported_isas();

/// The one that a value of LYDIAN_ISA asks for; the fastest when the value is empty.
[[nodiscard]] Result<Isa> choose_isa(std::string_view requested);

/// choose_isa of the environment, read once. The command checks it before any work and shows the error.
[[nodiscard]] const Result<Isa>& isa_from_environment();

/// The set in use. A bad LYDIAN_ISA that nobody checked aborts here.
[[nodiscard]] Isa active_isa();

}  // namespace lydian::kernels
