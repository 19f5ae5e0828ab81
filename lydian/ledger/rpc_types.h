// What an Ethereum node is asked and what it answers, as plain values.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/address.h"
#include "lydian/ledger/uint256.h"

namespace lydian::ledger {

using crypto::Address;

/// Why the ledger gave no answer. It is an Error too, so a function that returns Result can TRY one that
/// returns LedgerResult.
struct LedgerError : Error {
  enum class Kind {
    kTransport,    // nobody answered in time, or not with an RPC answer: ask again later
    kMalformed,    // the answer makes no sense
    kRefused,      // the node knows the request and says no
    kReverted,     // a contract reverted; revert_data says why
    kWrongLedger,  // it answers, and is not the ledger that was meant
  };

  LedgerError(Kind kind_of, std::string text) : Error{std::move(text)}, kind(kind_of) {}
  /// From a decoder: the answer makes no sense.
  LedgerError(Error error) : Error(std::move(error)), kind(Kind::kMalformed) {}  // NOLINT

  Kind kind;
  std::int64_t code = 0;  // the node's own number for it, 0 if there is none
  Bytes revert_data;
};

template <typename T>
using LedgerResult = std::expected<T, LedgerError>;
using LedgerStatus = LedgerResult<void>;

/// A block by number or by the name of a place in the chain.
class BlockTag {
 public:
  static BlockTag latest() { return BlockTag("latest"); }
  static BlockTag pending() { return BlockTag("pending"); }
  static BlockTag finalized() { return BlockTag("finalized"); }
  static BlockTag number(std::uint64_t number) { return BlockTag(Uint256(number).hex()); }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  explicit BlockTag(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct BlockHeader {
  std::uint64_t number = 0;
  Root hash;
  Root parent_hash;
  std::uint64_t timestamp = 0;  // seconds
  Uint256 base_fee;             // wei per gas
};

/// A transaction to be, or a call that is only simulated.
struct CallRequest {
  std::optional<Address> from;
  std::optional<Address> to;  // none: deploys a contract
  Bytes data;
  Uint256 value;  // wei
};

struct Log {
  Address address;
  std::vector<Root> topics;
  Bytes data;
  std::uint64_t block_number = 0;
  Root block_hash;
  Root transaction_hash;
  std::uint64_t log_index = 0;  // within the block
};

/// Topics are matched by position; an empty set there matches anything.
struct LogFilter {
  std::vector<Address> addresses;
  std::vector<std::vector<Root>> topics;
};

struct Receipt {
  Root transaction_hash;
  std::uint64_t block_number = 0;
  Root block_hash;
  bool succeeded = false;
  std::uint64_t gas_used = 0;
  Uint256 effective_gas_price;  // wei per gas
  Uint256 l1_fee;               // wei, on a rollup; otherwise 0
  std::optional<Address> contract_address;
  std::vector<Log> logs;
};

struct TransactionInfo {
  Root hash;
  Address from;
  std::optional<Address> to;
  std::uint64_t nonce = 0;
  Uint256 value;
  Bytes input;
  std::optional<std::uint64_t> block_number;  // none: not in a block yet
};

}  // namespace lydian::ledger
