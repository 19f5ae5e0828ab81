// Follows a chain's logs across restarts and reorganisations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lydian/ledger/rpc.h"

namespace lydian::ledger {

/// What is new since the last look.
struct LogNews {
  /// The chain was reorganised: everything taken from logs of later blocks than this one is void. Undo it
  /// first.
  std::optional<std::uint64_t> rewound_to;
  /// In the order of the chain.
  std::vector<Log> logs;
};

/// How far the logs have been read: the last block read, and some before it to go back to when it is gone.
/// Store text() in the same transaction as what was made of the logs.
class LogCursor {
 public:
  /// Reads from this block on.
  explicit LogCursor(std::uint64_t first_block) : first_block_(first_block) {}
  static Result<LogCursor> parse(std::string_view text);
  [[nodiscard]] std::string text() const;

  [[nodiscard]] std::uint64_t next_block() const {
    return read_.empty() ? first_block_ : read_.back().number + 1;
  }

  /// The logs of the next blocks, at most blocks_max. The cursor moves only if all went well.
  LedgerResult<LogNews> poll(RpcClient& rpc, const LogFilter& filter, std::uint64_t blocks_max = 1000);

 private:
  struct BlockName {
    std::uint64_t number;
    Root hash;
  };

  /// Drops what the chain no longer has. Whether anything was.
  LedgerResult<bool> rewind(RpcClient& rpc, std::vector<BlockName>& read) const;

  std::uint64_t first_block_;
  std::vector<BlockName> read_;  // ascending; the last is where the reading stands
};

}  // namespace lydian::ledger
