// SHA-256 of sixteen messages of one length at a time, one in each 32-bit lane of AVX-512 registers.
#pragma once

#include <array>
#include <span>

#include "lydian/core/bytes.h"

namespace lydian::crypto {

inline constexpr std::size_t kSha256Lanes = 16;

/// This machine can run sha256_lanes.
[[nodiscard]] bool has_sha256_lanes();

/// All messages must have the length of the first.
[[nodiscard]] std::array<Root, kSha256Lanes> sha256_lanes(const std::array<ByteView, kSha256Lanes>& messages);

}  // namespace lydian::crypto
