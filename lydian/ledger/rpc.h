// A client of one Ethereum node's JSON-RPC. The node is taken to be slow, reorganising and sometimes down:
// every call can fail, and none waits longer than its timeout.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lydian/ledger/rpc_types.h"

namespace lydian::ledger {

struct RpcOptions {
  int connect_timeout_ms = 5'000;
  int answer_timeout_ms = 30'000;
  std::size_t answer_bytes_max = 64u << 20;
};

/// One connection, kept open between calls. Any thread may call; calls take turns.
class RpcClient {
 public:
  /// http://host:port/path or https://. Only reads the text: whether somebody answers there, the first call
  /// tells.
  static Result<RpcClient> open(std::string_view url, RpcOptions options = {});
  RpcClient(RpcClient&&) noexcept;
  RpcClient& operator=(RpcClient&&) noexcept;
  ~RpcClient();

  [[nodiscard]] const std::string& url() const;

  LedgerResult<std::uint64_t> chain_id();
  LedgerResult<std::uint64_t> block_number();
  /// Nothing if there is no such block.
  LedgerResult<std::optional<BlockHeader>> block(const BlockTag& tag);
  LedgerResult<Uint256> balance(const Address& address, const BlockTag& tag = BlockTag::latest());
  /// How many transactions the address has sent: the nonce of its next one.
  LedgerResult<std::uint64_t> transaction_count(const Address& address, const BlockTag& tag);
  LedgerResult<Bytes> code(const Address& address);
  /// What a contract returns, without a transaction.
  LedgerResult<Bytes> call(const CallRequest& request, const BlockTag& tag = BlockTag::latest());
  LedgerResult<std::uint64_t> estimate_gas(const CallRequest& request);
  LedgerResult<Uint256> max_priority_fee();
  /// The transaction's hash.
  LedgerResult<Root> send_raw_transaction(ByteView raw);
  /// Nothing until it is in a block.
  LedgerResult<std::optional<Receipt>> receipt(const Root& transaction_hash);
  LedgerResult<std::optional<TransactionInfo>> transaction(const Root& hash);
  /// Both blocks included.
  LedgerResult<std::vector<Log>> logs(const LogFilter& filter, std::uint64_t from_block,
                                      std::uint64_t to_block);

  /// Any other method: parameters as the text of a JSON list, the result as JSON text.
  LedgerResult<std::string> request(const std::string& method, const std::string& params_json);

 private:
  struct Connection;
  explicit RpcClient(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace lydian::ledger
