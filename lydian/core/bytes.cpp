#include "lydian/core/bytes.h"

#include "lydian/core/ensure.h"

namespace lydian {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.size() % 2 != 0) return fail("hex text has {} digits, an even number is needed", text.size());
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return fail("hex text has a character that is no hex digit near position {}", 2 * i);
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string Root::hex() const { return to_hex(bytes); }

Result<Root> Root::from_hex(std::string_view text) {
  const Bytes raw = TRY(lydian::from_hex(text));
  if (raw.size() != 32) return fail("a root is 32 bytes (64 hex digits), found {} bytes", raw.size());
  return from_bytes(raw);
}

Root Root::from_bytes(ByteView view) {
  ENSURE(view.size() == 32, "{} bytes", view.size());
  Root root;
  std::memcpy(root.bytes.data(), view.data(), 32);
  return root;
}

}  // namespace lydian
