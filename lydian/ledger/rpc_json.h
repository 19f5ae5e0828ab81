// The JSON of an Ethereum node's RPC, read strictly: quantities, hashes, addresses and data in their one
// spelling. Internal to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "lydian/core/result.h"
#include "lydian/ledger/rpc_types.h"

namespace lydian::ledger {

using Json = nlohmann::json;

/// The beginning of somebody else's text, fit for a message: on one line, whole characters, nothing that a
/// terminal obeys.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t bytes_max);

[[nodiscard]] std::string to_data(ByteView bytes);
[[nodiscard]] Json to_json(const CallRequest& call);
[[nodiscard]] Json to_json(const LogFilter& filter, std::uint64_t from_block, std::uint64_t to_block);

// where: names the value in an error.
[[nodiscard]] Result<Uint256> read_quantity(const Json& json, std::string_view where);
[[nodiscard]] Result<std::uint64_t> read_u64(const Json& json, std::string_view where);
[[nodiscard]] Result<Bytes> read_data(const Json& json, std::string_view where);
[[nodiscard]] Result<Root> read_hash(const Json& json, std::string_view where);

[[nodiscard]] Result<BlockHeader> read_block(const Json& json);
[[nodiscard]] Result<Receipt> read_receipt(const Json& json);
[[nodiscard]] Result<TransactionInfo> read_transaction(const Json& json);
[[nodiscard]] Result<std::vector<Log>> read_logs(const Json& json);

/// The result of the answer to the request with this id, or the error that it carries.
[[nodiscard]] LedgerResult<Json> read_answer(std::string_view body, std::uint64_t id);

}  // namespace lydian::ledger
