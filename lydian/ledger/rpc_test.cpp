#include "lydian/ledger/rpc.h"

#include <httplib.h>

#include <future>
#include <thread>

#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::ledger {
namespace {

using Kind = LedgerError::Kind;

/// An HTTP server that answers every POST with the same status and body.
class FixedServer {
 public:
  FixedServer(int status, std::string body) {
    server_.Post(".*", [=](const httplib::Request&, httplib::Response& response) {
      response.status = status;
      response.set_content(body, "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~FixedServer() {
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

Kind kind_of_answer(int status, const std::string& body, RpcOptions options = {}) {
  const FixedServer server(status, body);
  const auto answer = RpcClient::open(server.url(), options)->chain_id();
  EXPECT_FALSE(answer) << body;
  return answer ? Kind::kRefused : answer.error().kind;
}

TEST(RpcClient, reads_addresses_of_ledgers) {
  for (const char* url : {"http://127.0.0.1:8545", "https://rpc.example.org/v1/key", "http://localhost"})
    EXPECT_TRUE(RpcClient::open(url)) << url;
  for (const char* url :
       {"", "127.0.0.1:8545", "ws://127.0.0.1", "http://", "http://:80", "http://a b", "http:///x"})
    EXPECT_FALSE(RpcClient::open(url)) << url;
}

TEST(RpcClient, tells_what_kind_of_answer_it_got) {
  EXPECT_EQ(kind_of_answer(200, "not json"), Kind::kMalformed);
  EXPECT_EQ(kind_of_answer(200, R"({"id":1,"result":5})"), Kind::kMalformed);
  EXPECT_EQ(kind_of_answer(200, R"({"id":1,"error":{"code":-32601,"message":"no such method"}})"),
            Kind::kRefused);
  EXPECT_EQ(kind_of_answer(400, R"({"id":1,"error":{"code":-32600,"message":"bad"}})"), Kind::kRefused);
  EXPECT_EQ(kind_of_answer(503, "overloaded"), Kind::kTransport);
  EXPECT_EQ(kind_of_answer(429, "slower"), Kind::kTransport);
  EXPECT_EQ(kind_of_answer(404, "no such page"), Kind::kMalformed);
}

TEST(RpcClient, stops_reading_an_answer_without_end) {
  EXPECT_EQ(kind_of_answer(200, std::string(100'000, ' '), {.answer_bytes_max = 50'000}), Kind::kMalformed);
}

TEST(RpcClient, says_when_nobody_answers) {
  std::string url;
  {
    url = FixedServer(200, "").url();
  }
  const auto answer = RpcClient::open(url)->chain_id();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::kTransport);
  EXPECT_NE(answer.error().message.find(url), std::string::npos) << answer.error().message;
}

TEST(RpcClient, does_not_wait_for_ever) {
  std::promise<void> released;
  httplib::Server server;
  server.Post(".*", [&](const httplib::Request&, httplib::Response&) { released.get_future().wait(); });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread([&] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  const auto answer =
      RpcClient::open("http://127.0.0.1:" + std::to_string(port), {.answer_timeout_ms = 20})->chain_id();
  released.set_value();
  server.stop();
  thread.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::kTransport);
}

class Rpc : public LedgerTest {};

TEST_F(Rpc, asks_a_real_node) {
  EXPECT_EQ(*rpc_->chain_id(), 31337u);
  EXPECT_EQ(*rpc_->block_number(), 0u);
  const auto genesis = *rpc_->block(BlockTag::number(0));
  ASSERT_TRUE(genesis);
  EXPECT_EQ(genesis->number, 0u);
  EXPECT_FALSE(rpc_->block(BlockTag::number(5))->has_value());
  EXPECT_EQ(rpc_->balance(funded_key(0).address())->decimal(), "10000000000000000000000");
  EXPECT_EQ(*rpc_->transaction_count(funded_key(0).address(), BlockTag::latest()), 0u);
  EXPECT_FALSE(rpc_->receipt(Root{})->has_value());
  EXPECT_FALSE(rpc_->transaction(Root{})->has_value());
  EXPECT_TRUE(rpc_->code(Address{})->empty());
  const auto unknown = rpc_->request("eth_noSuchThing", "[]");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, Kind::kRefused);
  EXPECT_EQ(unknown.error().code, -32601);
}

TEST_F(Rpc, may_be_used_from_several_threads) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int call = 0; call < 20; ++call) right += rpc_->chain_id() == 31337u ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

}  // namespace
}  // namespace lydian::ledger
