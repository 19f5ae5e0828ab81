// RLP, Ethereum's encoding of nested byte strings (Yellow Paper, appendix B). Decoding accepts only what
// encoding would have written.
#pragma once

#include <variant>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/ledger/uint256.h"

namespace lydian::ledger {

/// A byte string or a list of items.
struct RlpItem {
  using List = std::vector<RlpItem>;
  std::variant<Bytes, List> content;

  static RlpItem string(ByteView bytes) { return {Bytes(bytes.begin(), bytes.end())}; }
  /// Big-endian without leading zeros; zero is the empty string.
  static RlpItem integer(const Uint256& value);
  static RlpItem list(List items) { return {std::move(items)}; }

  bool operator==(const RlpItem&) const = default;
  [[nodiscard]] bool is_list() const { return content.index() == 1; }
  /// The item must be of that kind: asking otherwise is our bug.
  [[nodiscard]] const Bytes& bytes() const { return std::get<Bytes>(content); }
  [[nodiscard]] const List& items() const { return std::get<List>(content); }
};

[[nodiscard]] Bytes rlp_encode(const RlpItem& item);
/// One item and nothing after it. Refuses what is longer than need be, and lists more than 64 deep.
[[nodiscard]] Result<RlpItem> rlp_decode(ByteView bytes);
/// The item as an integer of at most 32 bytes without leading zeros.
[[nodiscard]] Result<Uint256> rlp_integer(const RlpItem& item);

}  // namespace lydian::ledger
