#include "lydian/ledger/log_cursor.h"

#include <algorithm>
#include <charconv>

namespace lydian::ledger {
namespace {

/// One for each poll that found new blocks: enough to go back behind any reorganisation of a rollup.
constexpr std::size_t kRememberedMax = 64;

std::unexpected<LedgerError> try_again(std::string_view what) {
  return std::unexpected(
      LedgerError(LedgerError::Kind::kTransport,
                  fmt::format("the ledger changed while its logs were read ({}); ask again", what)));
}

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail("log cursor: '{}' is no block number", text.substr(0, 40));
  return number;
}

/// The text up to the separator, which is taken off with it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), taken.size() + 1));
  return taken;
}

}  // namespace

/// "first number:hash number:hash ..."
std::string LogCursor::text() const {
  std::string text = std::to_string(first_block_);
  for (const auto& [number, hash] : read_) text += fmt::format(" {}:{}", number, hash.hex());
  return text;
}

Result<LogCursor> LogCursor::parse(std::string_view text) {
  LogCursor cursor(TRY(parse_number(take_until(text, ' '))));
  while (!text.empty()) {
    std::string_view entry = take_until(text, ' ');
    const std::uint64_t number = TRY(parse_number(take_until(entry, ':')));
    if (number < cursor.next_block()) return fail("log cursor: block {} is out of order", number);
    cursor.read_.push_back({number, TRY(Root::from_hex(entry))});
  }
  return cursor;
}

LedgerResult<bool> LogCursor::rewind(RpcClient& rpc, std::vector<BlockName>& read) const {
  bool dropped = false;
  while (!read.empty()) {
    const auto block = TRY(rpc.block(BlockTag::number(read.back().number)));
    if (block && block->hash == read.back().hash) break;
    read.pop_back();
    dropped = true;
  }
  return dropped;
}

LedgerResult<LogNews> LogCursor::poll(RpcClient& rpc, const LogFilter& filter, std::uint64_t blocks_max) {
  LogCursor moved = *this;
  LogNews news;
  const auto head = TRY(rpc.block(BlockTag::latest()));
  if (!head) return try_again("no latest block");
  const bool rewound = TRY(rewind(rpc, moved.read_));
  const std::uint64_t from = moved.next_block();
  if (rewound) news.rewound_to = from == 0 ? 0 : from - 1;
  const std::uint64_t to = std::min(head->number, from + blocks_max - 1);
  if (from <= to) {
    // Its ends, looked at again afterwards, pin the chain that the logs between belong to.
    const auto before = TRY(rpc.block(BlockTag::number(to)));
    news.logs = TRY(rpc.logs(filter, from, to));
    const auto after = TRY(rpc.block(BlockTag::number(to)));
    if (!before || !after || before->hash != after->hash) return try_again("its last block is another");
    if (TRY(rewind(rpc, moved.read_))) return try_again("an earlier block is another");
    for (const Log& log : news.logs) {
      if (log.block_number < from || log.block_number > to)
        return try_again("a log of a block not asked for");
      if (log.block_number == to && log.block_hash != before->hash)
        return try_again("a log of another block");
    }
    moved.read_.push_back({to, before->hash});
    if (moved.read_.size() > kRememberedMax) moved.read_.erase(moved.read_.begin());
  }
  *this = std::move(moved);
  return news;
}

}  // namespace lydian::ledger
