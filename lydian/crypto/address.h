// An Ethereum address and its text with the EIP-55 checksum.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian::crypto {

/// All zero is "none".
struct Address {
  std::array<std::uint8_t, 20> bytes{};

  auto operator<=>(const Address&) const = default;
  [[nodiscard]] bool is_zero() const { return *this == Address{}; }
  /// 0x and 40 digits, upper and lower case as EIP-55 says.
  [[nodiscard]] std::string text() const;
  /// Accepts 0x and 40 digits in one case, or in mixed case if the checksum is right.
  static Result<Address> parse(std::string_view text);
  /// Copies exactly 20 bytes; a shorter or longer view is our bug.
  static Address from_bytes(ByteView bytes);
};

}  // namespace lydian::crypto

template <>
struct std::hash<lydian::crypto::Address> {
  std::size_t operator()(const lydian::crypto::Address& address) const noexcept {
    return static_cast<std::size_t>(lydian::load_le<std::uint64_t>(address.bytes.data()));
  }
};
