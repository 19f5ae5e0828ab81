// SHA-256 of sixteen messages of one length at a time, one in each 32-bit lane of AVX-512 registers.
#pragma once

#include <array>
#include <span>

#include "lydian/core/bytes.h"

namespace lydian::crypto {

inline constexpr std::size_t kSha256Lanes = 16;

/// This machine can run sha256_lanes.
[[nodiscard]] bool has_sha256_lanes();

/// out[i] = SHA-256 of messages[i], all of which have the length of the first. Twice as many at once are
/// faster each.
void sha256_lanes(std::span<const ByteView, kSha256Lanes> messages, std::span<Root> out);
void sha256_lanes(std::span<const ByteView, 2 * kSha256Lanes> messages, std::span<Root> out);

}  // namespace lydian::crypto
