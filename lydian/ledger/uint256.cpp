#include "lydian/ledger/uint256.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "lydian/core/ensure.h"

namespace lydian::ledger {
namespace {

// Wide enough for every product; what does not fit 256 bits is found afterwards.
using Wide = boost::multiprecision::uint512_t;

Wide wide(const Uint256& value) {
  Wide result;
  boost::multiprecision::import_bits(result, value.bytes().begin(), value.bytes().end());
  return result;
}

std::optional<Uint256> narrow(const Wide& value) {
  if ((value >> 256) != 0) return std::nullopt;
  Bytes bytes;
  boost::multiprecision::export_bits(value, std::back_inserter(bytes), 8);
  return Uint256::from_bytes(bytes);
}

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Uint256 Uint256::from_bytes(ByteView big_endian) {
  ENSURE(big_endian.size() <= 32, "{} bytes", big_endian.size());
  Uint256 value;
  std::ranges::copy(big_endian, value.bytes_.end() - static_cast<std::ptrdiff_t>(big_endian.size()));
  return value;
}

Result<Uint256> Uint256::from_decimal(std::string_view text) {
  // 78 digits hold 2^256 - 1, and fit the wide type.
  if (text.empty() || text.size() > 78 || !is_digits(text))
    return fail("number '{}': 1 to 78 decimal digits are needed", text.substr(0, 100));
  Wide value = 0;
  for (const char digit : text) value = value * 10 + static_cast<unsigned>(digit - '0');
  const auto narrowed = narrow(value);
  if (!narrowed) return fail("number '{}' does not fit 256 bits", text);
  return *narrowed;
}

Result<Uint256> Uint256::from_hex(std::string_view text) {
  if (!text.starts_with("0x") || text.size() < 3 || text.size() > 66)
    return fail("quantity '{}': 0x and 1 to 64 hex digits are needed", text.substr(0, 100));
  const std::string even = (text.size() % 2 == 0 ? "" : "0") + std::string(text.substr(2));
  const auto bytes = lydian::from_hex(even);
  if (!bytes || even.starts_with("0x"))
    return fail("quantity '{}': 0x and 1 to 64 hex digits are needed", text);
  return from_bytes(*bytes);
}

std::string Uint256::decimal() const { return wide(*this).str(); }

std::string Uint256::hex() const {
  const std::string digits = to_hex(bytes_);
  return "0x" + digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

int Uint256::bit_width() const {
  for (std::size_t i = 0; i < 32; ++i)
    if (bytes_[i] != 0) return static_cast<int>(8 * (31 - i)) + std::bit_width(bytes_[i]);
  return 0;
}

Result<std::uint64_t> Uint256::to_u64() const {
  if (bit_width() > 64) return fail("number {} does not fit 64 bits", decimal());
  return load_be<std::uint64_t>(&bytes_[24]);
}

Result<std::int64_t> Uint256::to_i64() const {
  const auto low = static_cast<std::int64_t>(load_be<std::uint64_t>(&bytes_[24]));
  if (Uint256(low) != *this) return fail("word {} does not fit a signed number of 64 bits", hex());
  return low;
}

std::optional<Uint256> Uint256::checked_add(const Uint256& other) const {
  return narrow(wide(*this) + wide(other));
}
std::optional<Uint256> Uint256::checked_mul(const Uint256& other) const {
  return narrow(wide(*this) * wide(other));
}

Uint256 operator+(const Uint256& a, const Uint256& b) {
  const auto sum = a.checked_add(b);
  ENSURE(sum.has_value(), "{} + {}", a.decimal(), b.decimal());
  return *sum;
}

Uint256 operator-(const Uint256& a, const Uint256& b) {
  ENSURE(a >= b, "{} - {}", a.decimal(), b.decimal());
  return *narrow(wide(a) - wide(b));
}

Uint256 operator*(const Uint256& a, const Uint256& b) {
  const auto product = a.checked_mul(b);
  ENSURE(product.has_value(), "{} * {}", a.decimal(), b.decimal());
  return *product;
}

Uint256 operator/(const Uint256& a, const Uint256& b) {
  ENSURE(!b.is_zero(), "{} / 0", a.decimal());
  return *narrow(wide(a) / wide(b));
}

Uint256 operator%(const Uint256& a, const Uint256& b) {
  ENSURE(!b.is_zero(), "{} % 0", a.decimal());
  return *narrow(wide(a) % wide(b));
}

Result<Uint256> parse_units(std::string_view text, int decimals) {
  ENSURE(decimals >= 0 && decimals < 78, "{} decimals", decimals);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  const bool complete = !whole.empty() && (point == std::string_view::npos || !fraction.empty());
  if (!complete || !is_digits(whole) || !is_digits(fraction))
    return fail("amount '{}': digits with at most one decimal point are needed", text.substr(0, 100));
  if (fraction.size() > static_cast<std::size_t>(decimals))
    return fail("amount '{}' has {} decimals, at most {} exist", text.substr(0, 100), fraction.size(),
                decimals);
  const std::size_t start = std::min(whole.find_first_not_of('0'), whole.size() - 1);
  std::string digits(whole.substr(start));
  digits += fraction;
  digits.append(static_cast<std::size_t>(decimals) - fraction.size(), '0');
  return Uint256::from_decimal(digits);
}

std::string format_units(const Uint256& value, int decimals) {
  ENSURE(decimals >= 0 && decimals < 78, "{} decimals", decimals);
  std::string digits = value.decimal();
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

}  // namespace lydian::ledger
