#include "lydian/ledger/rpc_json.h"

#include <algorithm>

namespace lydian::ledger {
namespace {

/// Members of one JSON object; errors say which object it is.
class Fields {
 public:
  static Result<Fields> of(const Json& json, const char* name) {
    if (!json.is_object()) return fail("the ledger's answer: a {} is not an object", name);
    return Fields(json, name);
  }

  [[nodiscard]] bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  [[nodiscard]] Result<Uint256> quantity(const char* key) const { return read_quantity(at(key), where(key)); }
  [[nodiscard]] Result<std::uint64_t> u64(const char* key) const { return read_u64(at(key), where(key)); }
  [[nodiscard]] Result<Bytes> data(const char* key) const { return read_data(at(key), where(key)); }
  [[nodiscard]] Result<Root> hash(const char* key) const { return read_hash(at(key), where(key)); }
  [[nodiscard]] Result<Address> address(const char* key) const {
    const Bytes bytes = TRY(data(key));
    if (bytes.size() != 20) return fail("{}: an address has 20 bytes, found {}", where(key), bytes.size());
    return Address::from_bytes(bytes);
  }
  [[nodiscard]] Result<std::optional<Address>> optional_address(const char* key) const {
    if (!has(key)) return std::nullopt;
    return TRY(address(key));
  }
  /// Null where there is none.
  [[nodiscard]] const Json& at(const char* key) const {
    static const Json kNone;
    const auto found = json_.find(key);
    return found == json_.end() ? kNone : *found;
  }

 private:
  Fields(const Json& json, const char* name) : json_(json), name_(name) {}
  [[nodiscard]] std::string where(const char* key) const { return fmt::format("{} of a {}", key, name_); }

  const Json& json_;
  const char* name_;
};

std::string shown(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 100);
}

Result<Log> read_log(const Json& json) {
  const Fields fields = TRY(Fields::of(json, "log"));
  Log log{.address = TRY(fields.address("address")),
          .data = TRY(fields.data("data")),
          .block_number = TRY(fields.u64("blockNumber")),
          .block_hash = TRY(fields.hash("blockHash")),
          .transaction_hash = TRY(fields.hash("transactionHash")),
          .log_index = TRY(fields.u64("logIndex"))};
  const Json& topics = fields.at("topics");
  if (!topics.is_array() || topics.size() > 4) return fail("topics of a log: a list of at most 4 is needed");
  for (const Json& topic : topics) log.topics.push_back(TRY(read_hash(topic, "topic of a log")));
  return log;
}

bool is_revert(std::int64_t code, std::string_view message) {
  return code == 3 || message.find("revert") != std::string_view::npos;
}

LedgerError error_of(const Json& json) {
  using Kind = LedgerError::Kind;
  if (!json.is_object() || !json.contains("message") || !json["message"].is_string())
    return {Kind::kMalformed, "the ledger's answer: an error without a message: " + shown(json)};
  const std::string message = json["message"];
  const bool has_code = json.contains("code") && json["code"].is_number_integer();
  const std::int64_t code = has_code ? json["code"].get<std::int64_t>() : 0;
  LedgerError error{is_revert(code, message) ? Kind::kReverted : Kind::kRefused,
                    fmt::format("the ledger refuses: {} (code {})", excerpt(message, 400), code)};
  error.code = code;
  if (error.kind == Kind::kReverted && json.contains("data")) {
    if (auto data = read_data(json["data"], "data of an error")) error.revert_data = std::move(*data);
  }
  return error;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t size = std::min(text.size(), bytes_max);
  if (size < text.size())
    while (size > 0 && continues(text[size])) --size;
  std::string line(text.substr(0, size));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line;
}

std::string to_data(ByteView bytes) { return "0x" + to_hex(bytes); }

Json to_json(const CallRequest& call) {
  Json json = {{"data", to_data(call.data)}, {"value", call.value.hex()}};
  if (call.from) json["from"] = to_data(call.from->bytes);
  if (call.to) json["to"] = to_data(call.to->bytes);
  return json;
}

Json to_json(const LogFilter& filter, std::uint64_t from_block, std::uint64_t to_block) {
  Json json = {{"fromBlock", Uint256(from_block).hex()}, {"toBlock", Uint256(to_block).hex()}};
  if (!filter.addresses.empty()) json["address"] = Json::array();
  for (const Address& address : filter.addresses) json["address"].push_back(to_data(address.bytes));
  if (!filter.topics.empty()) json["topics"] = Json::array();
  for (const auto& choices : filter.topics) {
    Json set = Json::array();
    for (const Root& topic : choices) set.push_back(to_data(topic.bytes));
    json["topics"].push_back(choices.empty() ? Json() : set);
  }
  return json;
}

Result<Uint256> read_quantity(const Json& json, std::string_view where) {
  if (!json.is_string())
    return fail("{}: a quantity (0x and hex digits) is needed, found {}", where, shown(json));
  const auto value = Uint256::from_hex(json.get_ref<const std::string&>());
  if (!value) return within(std::string(where), value.error());
  return *value;
}

Result<std::uint64_t> read_u64(const Json& json, std::string_view where) {
  const auto value = TRY(read_quantity(json, where)).to_u64();
  if (!value) return within(std::string(where), value.error());
  return *value;
}

Result<Bytes> read_data(const Json& json, std::string_view where) {
  const bool prefixed = json.is_string() && json.get_ref<const std::string&>().starts_with("0x");
  if (!prefixed) return fail("{}: data (0x and hex digits) is needed, found {}", where, shown(json));
  auto bytes = from_hex(json.get_ref<const std::string&>());
  if (!bytes) return within(std::string(where), bytes.error());
  return std::move(*bytes);
}

Result<Root> read_hash(const Json& json, std::string_view where) {
  const Bytes bytes = TRY(read_data(json, where));
  if (bytes.size() != 32) return fail("{}: a hash has 32 bytes, found {}", where, bytes.size());
  return Root::from_bytes(bytes);
}

Result<BlockHeader> read_block(const Json& json) {
  const Fields fields = TRY(Fields::of(json, "block"));
  return BlockHeader{.number = TRY(fields.u64("number")),
                     .hash = TRY(fields.hash("hash")),
                     .parent_hash = TRY(fields.hash("parentHash")),
                     .timestamp = TRY(fields.u64("timestamp")),
                     .base_fee = TRY(fields.quantity("baseFeePerGas"))};
}

Result<Receipt> read_receipt(const Json& json) {
  const Fields fields = TRY(Fields::of(json, "receipt"));
  const std::uint64_t status = TRY(fields.u64("status"));
  if (status > 1) return fail("status of a receipt: 0 or 1 is needed, found {}", status);
  return Receipt{.transaction_hash = TRY(fields.hash("transactionHash")),
                 .block_number = TRY(fields.u64("blockNumber")),
                 .block_hash = TRY(fields.hash("blockHash")),
                 .succeeded = status == 1,
                 .gas_used = TRY(fields.u64("gasUsed")),
                 .effective_gas_price = TRY(fields.quantity("effectiveGasPrice")),
                 .l1_fee = fields.has("l1Fee") ? TRY(fields.quantity("l1Fee")) : Uint256{},
                 .contract_address = TRY(fields.optional_address("contractAddress")),
                 .logs = TRY(read_logs(fields.at("logs")))};
}

Result<TransactionInfo> read_transaction(const Json& json) {
  const Fields fields = TRY(Fields::of(json, "transaction"));
  TransactionInfo info{.hash = TRY(fields.hash("hash")),
                       .from = TRY(fields.address("from")),
                       .to = TRY(fields.optional_address("to")),
                       .nonce = TRY(fields.u64("nonce")),
                       .value = TRY(fields.quantity("value")),
                       .input = TRY(fields.data("input"))};
  if (fields.has("blockNumber")) info.block_number = TRY(fields.u64("blockNumber"));
  return info;
}

Result<std::vector<Log>> read_logs(const Json& json) {
  if (!json.is_array()) return fail("the ledger's answer: a list of logs is needed, found {}", shown(json));
  std::vector<Log> logs;
  for (const Json& log : json) logs.push_back(TRY(read_log(log)));
  return logs;
}

LedgerResult<Json> read_answer(std::string_view body, std::uint64_t id) {
  const auto malformed = [&](std::string_view what) {
    return std::unexpected(LedgerError(LedgerError::Kind::kMalformed,
                                       fmt::format("the ledger's answer {}: {}", what, excerpt(body, 100))));
  };
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return malformed("is no JSON object");
  if (json.contains("error") && !json["error"].is_null()) return std::unexpected(error_of(json["error"]));
  const auto found = json.find("id");
  if (found == json.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() != id)
    return malformed("is to another request");
  if (!json.contains("result")) return malformed("has no result");
  return std::move(json["result"]);
}

}  // namespace lydian::ledger
