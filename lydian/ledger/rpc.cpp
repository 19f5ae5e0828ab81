#include "lydian/ledger/rpc.h"

#include <httplib.h>

#include <mutex>

#include "lydian/core/ensure.h"
#include "lydian/ledger/rpc_json.h"

namespace lydian::ledger {
namespace {

struct Url {
  std::string server;  // scheme, host and port
  std::string path;
};

Result<Url> parse_url(std::string_view text) {
  const auto wrong = [&] {
    return fail("ledger address '{}': http://host:port or https://host is needed", text.substr(0, 200));
  };
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  if (scheme == 0) return wrong();
  const std::size_t slash = std::min(text.find('/', scheme), text.size());
  const std::string_view host = text.substr(scheme, slash - scheme);
  const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
  if (host.empty() || host.starts_with(':') || !printable) return wrong();
  return Url{std::string(text.substr(0, slash)), slash < text.size() ? std::string(text.substr(slash)) : "/"};
}

/// What a person can act on, for each way in which a request can get no answer.
std::string reason_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nobody listens there, or the host is unknown";
    case httplib::Error::Read:
      return "the connection ended, or the time was up";
    default:
      return httplib::to_string(error);
  }
}

Json tag_of(const BlockTag& tag) { return tag.text(); }

}  // namespace

struct RpcClient::Connection {
  Connection(Url where, const RpcOptions& with)
      : url(where.server + where.path), path(where.path), options(with), http(where.server) {
    http.set_connection_timeout(std::chrono::milliseconds(options.connect_timeout_ms));
    http.set_read_timeout(std::chrono::milliseconds(options.answer_timeout_ms));
    http.set_write_timeout(std::chrono::milliseconds(options.answer_timeout_ms));
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
  }

  LedgerResult<Json> ask(const char* method, Json params);
  LedgerResult<std::string> post(std::string body);

  template <typename Read>
  auto ask(const char* method, Json params, Read read)
      -> LedgerResult<typename decltype(read(Json()))::value_type> {
    const Json result = TRY(ask(method, std::move(params)));
    auto value = read(result);
    if (!value)
      return std::unexpected(LedgerError(Error{fmt::format("{}: {}", method, value.error().message)}));
    return std::move(*value);
  }

  /// For questions whose answer is null when there is no such thing.
  template <typename T>
  LedgerResult<std::optional<T>> ask_optional(const char* method, Json params,
                                              Result<T> (*read)(const Json&)) {
    return ask(method, std::move(params), [&](const Json& json) -> Result<std::optional<T>> {
      if (json.is_null()) return std::nullopt;
      return TRY(read(json));
    });
  }

  std::string url;
  std::string path;
  RpcOptions options;
  std::mutex mutex;
  httplib::Client http;
  std::uint64_t next_id = 1;
};

LedgerResult<std::string> RpcClient::Connection::post(std::string body) {
  using Kind = LedgerError::Kind;
  const auto error = [&](Kind kind, std::string_view what) {
    return std::unexpected(LedgerError(kind, fmt::format("ledger at {}: {}", url, what)));
  };
  std::string answer;
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(body);
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    answer.append(data, size);
    return answer.size() <= options.answer_bytes_max;
  };
  const httplib::Result result = http.send(request);
  if (answer.size() > options.answer_bytes_max)
    return error(Kind::kMalformed,
                 fmt::format("the answer is longer than {} bytes", options.answer_bytes_max));
  if (!result) return error(Kind::kTransport, fmt::format("no answer ({})", reason_of(result.error())));
  // Some nodes send RPC errors with an HTTP error status.
  if (result->status != 200 && !answer.starts_with('{')) {
    // Overload passes; a server that knows no such path is no ledger.
    const bool passes = result->status >= 500 || result->status == 429 || result->status == 408;
    return error(
        passes ? Kind::kTransport : Kind::kMalformed,
        fmt::format("HTTP status {} instead of an answer: {}", result->status, excerpt(answer, 200)));
  }
  return answer;
}

LedgerResult<Json> RpcClient::Connection::ask(const char* method, Json params) {
  const std::lock_guard lock(mutex);
  const std::uint64_t id = next_id++;
  const Json request = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
  const std::string body = TRY(post(request.dump()));
  auto result = read_answer(body, id);
  if (!result) result.error().message = fmt::format("{}: {}", method, result.error().message);
  return result;
}

RpcClient::RpcClient(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
RpcClient::RpcClient(RpcClient&&) noexcept = default;
RpcClient& RpcClient::operator=(RpcClient&&) noexcept = default;
RpcClient::~RpcClient() = default;

Result<RpcClient> RpcClient::open(std::string_view url, RpcOptions options) {
  return RpcClient(std::make_unique<Connection>(TRY(parse_url(url)), options));
}

const std::string& RpcClient::url() const { return connection_->url; }

LedgerResult<std::uint64_t> RpcClient::chain_id() {
  return connection_->ask("eth_chainId", Json::array(),
                          [](const Json& json) { return read_u64(json, "chain id"); });
}

LedgerResult<std::uint64_t> RpcClient::block_number() {
  return connection_->ask("eth_blockNumber", Json::array(),
                          [](const Json& json) { return read_u64(json, "block number"); });
}

LedgerResult<std::optional<BlockHeader>> RpcClient::block(const BlockTag& tag) {
  return connection_->ask_optional("eth_getBlockByNumber", {tag_of(tag), false}, read_block);
}

LedgerResult<Uint256> RpcClient::balance(const Address& address, const BlockTag& tag) {
  return connection_->ask("eth_getBalance", {to_data(address.bytes), tag_of(tag)},
                          [](const Json& json) { return read_quantity(json, "balance"); });
}

LedgerResult<std::uint64_t> RpcClient::transaction_count(const Address& address, const BlockTag& tag) {
  return connection_->ask("eth_getTransactionCount", {to_data(address.bytes), tag_of(tag)},
                          [](const Json& json) { return read_u64(json, "transaction count"); });
}

LedgerResult<Bytes> RpcClient::code(const Address& address) {
  return connection_->ask("eth_getCode", {to_data(address.bytes), "latest"},
                          [](const Json& json) { return read_data(json, "code"); });
}

LedgerResult<Bytes> RpcClient::call(const CallRequest& request, const BlockTag& tag) {
  return connection_->ask("eth_call", {to_json(request), tag_of(tag)},
                          [](const Json& json) { return read_data(json, "returned data"); });
}

LedgerResult<std::uint64_t> RpcClient::estimate_gas(const CallRequest& request) {
  return connection_->ask("eth_estimateGas", Json::array({to_json(request)}),
                          [](const Json& json) { return read_u64(json, "gas"); });
}

LedgerResult<Uint256> RpcClient::max_priority_fee() {
  return connection_->ask("eth_maxPriorityFeePerGas", Json::array(),
                          [](const Json& json) { return read_quantity(json, "priority fee"); });
}

LedgerResult<Root> RpcClient::send_raw_transaction(ByteView raw) {
  return connection_->ask("eth_sendRawTransaction", Json::array({to_data(raw)}),
                          [](const Json& json) { return read_hash(json, "transaction hash"); });
}

LedgerResult<std::optional<Receipt>> RpcClient::receipt(const Root& transaction_hash) {
  return connection_->ask_optional("eth_getTransactionReceipt",
                                   Json::array({to_data(transaction_hash.bytes)}), read_receipt);
}

LedgerResult<std::optional<TransactionInfo>> RpcClient::transaction(const Root& hash) {
  return connection_->ask_optional("eth_getTransactionByHash", Json::array({to_data(hash.bytes)}),
                                   read_transaction);
}

LedgerResult<std::vector<Log>> RpcClient::logs(const LogFilter& filter, std::uint64_t from_block,
                                               std::uint64_t to_block) {
  return connection_->ask("eth_getLogs", Json::array({to_json(filter, from_block, to_block)}), read_logs);
}

LedgerResult<std::string> RpcClient::request(const std::string& method, const std::string& params_json) {
  Json params = Json::parse(params_json, nullptr, false);
  ENSURE(params.is_array(), "{} {}", method, params_json);
  const Json result = TRY(connection_->ask(method.c_str(), std::move(params)));
  return result.dump();
}

}  // namespace lydian::ledger
