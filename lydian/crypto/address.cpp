#include "lydian/crypto/address.h"

#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/crypto/keccak.h"

namespace lydian::crypto {

std::string Address::text() const {
  std::string digits = to_hex(bytes);
  const Root hash = keccak256(as_bytes(digits));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int nibble = i % 2 == 0 ? hash.bytes[i / 2] >> 4 : hash.bytes[i / 2] & 15;
    if (digits[i] >= 'a' && nibble >= 8) digits[i] = static_cast<char>(digits[i] - 'a' + 'A');
  }
  return "0x" + digits;
}

Result<Address> Address::parse(std::string_view text) {
  if (text.size() != 42 || !text.starts_with("0x"))
    return fail("address '{}': 0x and 40 hex digits are needed", text.substr(0, 64));
  const auto raw = from_hex(text);
  if (!raw) return fail("address '{}': 0x and 40 hex digits are needed", text);
  const Address address = from_bytes(*raw);
  const auto any_in = [&](char first, char last) {
    return std::ranges::any_of(text.substr(2), [=](char c) { return c >= first && c <= last; });
  };
  const bool mixed = any_in('a', 'f') && any_in('A', 'F');
  if (mixed && address.text() != text)
    return fail(
        "address '{}': the checksum in its upper and lower case is wrong, so a character was mistyped", text);
  return address;
}

Address Address::from_bytes(ByteView view) {
  ENSURE(view.size() == 20, "{} bytes", view.size());
  Address address;
  std::ranges::copy(view, address.bytes.begin());
  return address;
}

}  // namespace lydian::crypto
