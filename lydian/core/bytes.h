// Byte strings, 32-byte roots, hex, and little- and big-endian integers in byte buffers.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lydian/core/result.h"

namespace lydian {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A SHA-256 Merkle root, or another 32-byte hash. All zero is "none".
struct Root {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Root&) const = default;
  [[nodiscard]] bool is_zero() const { return *this == Root{}; }
  [[nodiscard]] ByteView view() const { return bytes; }
  /// 64 lower-case hex digits, no prefix.
  [[nodiscard]] std::string hex() const;
  /// Accepts 64 hex digits with or without 0x.
  static Result<Root> from_hex(std::string_view text);
  /// Copies exactly 32 bytes; a shorter or longer view is our bug.
  static Root from_bytes(ByteView bytes);
};

[[nodiscard]] std::string to_hex(ByteView bytes);
/// Accepts an even number of hex digits with or without 0x.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An integer or float stored little-endian at p (unaligned is fine), on any host.
template <typename T>
[[nodiscard]] T load_le(const std::uint8_t* p) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::array<std::uint8_t, sizeof(T)> raw;
  std::memcpy(raw.data(), p, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

template <typename T>
void store_le(std::uint8_t* p, T value) {
  auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(raw.begin(), raw.end());
  std::memcpy(p, raw.data(), sizeof(T));
}

template <typename T>
[[nodiscard]] T load_be(const std::uint8_t* p) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | p[i]);
  return value;
}

template <typename T>
void store_be(std::uint8_t* p, T value) {
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = sizeof(T); i-- > 0; rest >>= 8) p[i] = static_cast<std::uint8_t>(rest);
}

}  // namespace lydian

template <>
struct std::hash<lydian::Root> {
  std::size_t operator()(const lydian::Root& root) const noexcept {
    return static_cast<std::size_t>(lydian::load_le<std::uint64_t>(root.bytes.data()));
  }
};
