// Bytes that nobody can predict, for keys, salts and nonces of commitments. Never for a value that others
// recompute.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace lydian::crypto {

/// Aborts if the system has no randomness to give: there is no safe way to go on.
void fill_random(std::span<std::uint8_t> out);

template <std::size_t kSize>
[[nodiscard]] std::array<std::uint8_t, kSize> random_array() {
  std::array<std::uint8_t, kSize> bytes;
  fill_random(bytes);
  return bytes;
}

}  // namespace lydian::crypto
