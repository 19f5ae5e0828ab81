#include "lydian/ledger/rlp.h"

#include <algorithm>

namespace lydian::ledger {
namespace {

constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShortMax = 55;
constexpr int kDepthMax = 64;

void append_header(Bytes& out, std::uint8_t base, std::size_t size) {
  if (size <= kShortMax) {
    out.push_back(static_cast<std::uint8_t>(base + size));
    return;
  }
  std::array<std::uint8_t, 8> digits;
  store_be<std::uint64_t>(digits.data(), size);
  const auto first = std::ranges::find_if(digits, [](std::uint8_t digit) { return digit != 0; });
  out.push_back(static_cast<std::uint8_t>(base + kShortMax + (digits.end() - first)));
  out.insert(out.end(), first, digits.end());
}

struct Header {
  bool is_list;
  std::size_t size;    // of the content
  std::size_t prefix;  // bytes of the header itself
};

Result<Header> read_header(ByteView bytes) {
  if (bytes.empty()) return fail("RLP: an item is needed where the data ends");
  const std::uint8_t first = bytes[0];
  if (first < kString) return Header{false, 1, 0};
  const bool is_list = first >= kList;
  const std::size_t code = first - (is_list ? kList : kString);
  Header header{is_list, code, 1};
  if (code > kShortMax) {
    const std::size_t digits = code - kShortMax;
    if (bytes.size() < 1 + digits) return fail("RLP: the length of an item is cut off");
    header.size = 0;
    for (std::size_t i = 1; i <= digits; ++i) header.size = header.size << 8 | bytes[i];
    header.prefix = 1 + digits;
    if (bytes[1] == 0 || header.size <= kShortMax)
      return fail("RLP: a length is written longer than need be");
  }
  if (header.size > bytes.size() - header.prefix)
    return fail("RLP: an item of {} bytes where {} are left", header.size, bytes.size() - header.prefix);
  if (!is_list && header.size == 1 && bytes[header.prefix] < kString)
    return fail("RLP: the single byte {} is written as a string", bytes[header.prefix]);
  return header;
}

/// Takes one item from the front of bytes.
Result<RlpItem> take(ByteView& bytes, int depth) {
  if (depth > kDepthMax) return fail("RLP: lists are nested more than {} deep", kDepthMax);
  const Header header = TRY(read_header(bytes));
  ByteView content = bytes.subspan(header.prefix, header.size);
  bytes = bytes.subspan(header.prefix + header.size);
  if (!header.is_list) return RlpItem::string(content);
  RlpItem::List items;
  while (!content.empty()) items.push_back(TRY(take(content, depth + 1)));
  return RlpItem::list(std::move(items));
}

}  // namespace

RlpItem RlpItem::integer(const Uint256& value) {
  return string(ByteView(value.bytes()).last(static_cast<std::size_t>(value.bit_width() + 7) / 8));
}

Bytes rlp_encode(const RlpItem& item) {
  Bytes out;
  if (item.is_list()) {
    Bytes content;
    for (const RlpItem& part : item.items()) {
      const Bytes encoded = rlp_encode(part);
      content.insert(content.end(), encoded.begin(), encoded.end());
    }
    append_header(out, kList, content.size());
    out.insert(out.end(), content.begin(), content.end());
    return out;
  }
  const Bytes& bytes = item.bytes();
  if (bytes.size() != 1 || bytes[0] >= kString) append_header(out, kString, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

Result<RlpItem> rlp_decode(ByteView bytes) {
  RlpItem item = TRY(take(bytes, 0));
  if (!bytes.empty()) return fail("RLP: {} bytes after the end of the item", bytes.size());
  return item;
}

Result<Uint256> rlp_integer(const RlpItem& item) {
  if (item.is_list()) return fail("RLP: a list where an integer is needed");
  if (item.bytes().size() > 32)
    return fail("RLP: an integer of {} bytes, at most 32 are possible", item.bytes().size());
  if (!item.bytes().empty() && item.bytes()[0] == 0) return fail("RLP: an integer with leading zeros");
  return Uint256::from_bytes(item.bytes());
}

}  // namespace lydian::ledger
