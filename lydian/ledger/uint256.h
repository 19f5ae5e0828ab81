// The EVM's word as a value: an unsigned 256-bit integer, and its decimal, hexadecimal and token-amount
// texts.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian::ledger {

class Uint256 {
 public:
  constexpr Uint256() = default;
  constexpr Uint256(std::unsigned_integral auto value) {
    set(value, 0);
  }  // NOLINT(google-explicit-constructor)
  /// Negative values become two's complement, as the EVM's int256.
  constexpr Uint256(std::signed_integral auto value) {  // NOLINT(google-explicit-constructor)
    set(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), value < 0 ? 0xff : 0);
  }

  /// Big-endian, at most 32 bytes; more is our bug.
  static Uint256 from_bytes(ByteView big_endian);
  static Uint256 from_word(const Root& word) { return from_bytes(word.bytes); }
  static Result<Uint256> from_decimal(std::string_view text);
  /// A JSON-RPC quantity: 0x and 1 to 64 digits.
  static Result<Uint256> from_hex(std::string_view text);

  auto operator<=>(const Uint256&) const = default;

  [[nodiscard]] const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }
  [[nodiscard]] Root word() const { return Root{bytes_}; }
  [[nodiscard]] std::string decimal() const;
  /// 0x and no leading zeros: a JSON-RPC quantity.
  [[nodiscard]] std::string hex() const;
  /// Bits up to the highest set one; 0 for zero.
  [[nodiscard]] int bit_width() const;
  [[nodiscard]] bool is_zero() const { return *this == Uint256{}; }
  /// Fails if the value does not fit.
  [[nodiscard]] Result<std::uint64_t> to_u64() const;
  /// Reads the word as int256; fails if the value does not fit.
  [[nodiscard]] Result<std::int64_t> to_i64() const;

  /// Nothing on overflow.
  [[nodiscard]] std::optional<Uint256> checked_add(const Uint256& other) const;
  [[nodiscard]] std::optional<Uint256> checked_mul(const Uint256& other) const;
  /// These abort on overflow, on a negative difference and on division by zero.
  friend Uint256 operator+(const Uint256& a, const Uint256& b);
  friend Uint256 operator-(const Uint256& a, const Uint256& b);
  friend Uint256 operator*(const Uint256& a, const Uint256& b);
  friend Uint256 operator/(const Uint256& a, const Uint256& b);
  friend Uint256 operator%(const Uint256& a, const Uint256& b);

 private:
  constexpr void set(std::uint64_t low, std::uint8_t fill) {
    bytes_.fill(fill);
    for (std::size_t i = 32; i-- > 24; low >>= 8) bytes_[i] = static_cast<std::uint8_t>(low);
  }

  std::array<std::uint8_t, 32> bytes_{};  // big-endian, so that comparing bytes compares numbers
};

/// An amount of a token in whole units, "12.5", against its smallest unit: 12.5 with 18 decimals
/// is 12.5·10^18.
[[nodiscard]] Result<Uint256> parse_units(std::string_view text, int decimals);
/// The shortest text that parse_units reads back.
[[nodiscard]] std::string format_units(const Uint256& value, int decimals);

}  // namespace lydian::ledger
