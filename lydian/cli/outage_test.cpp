// A ledger that is away, and nodes that are killed: the built binary and a real ledger, stopped and started
// again.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <set>
#include <thread>

#include "lydian/cli/cli_test_network.h"
#include "lydian/ledger/market.h"
#include "lydian/store/database.h"
#include "lydian/store/schema.h"

namespace lydian::cli {
namespace {

using Signed = std::map<std::pair<std::uint64_t, std::uint64_t>, std::set<Root>>;

/// Every root that a home's node ever signed, by job and checkpoint.
Signed signed_roots(const fs::path& home) {
  constexpr std::string_view kCommit = "commitCheckpoint(uint256,uint64,bytes32)";
  Signed roots;
  auto database = store::Database::open(
      home / "node.db", {.application_id = store::kApplicationId, .migrations = store::kMigrations});
  EXPECT_TRUE(database) << database.error().message;
  auto rows = database->query("SELECT raw FROM transaction_log WHERE purpose LIKE 'commit:%'");
  EXPECT_TRUE(rows) << rows.error().message;
  while (*rows->step()) {
    const auto transaction = ledger::read_signed_transaction(*rows->get<Bytes>(0));
    const auto values = ledger::decode_call(kCommit, transaction->transaction.data);
    EXPECT_TRUE(values) << values.error().message;
    roots[{(*values)[0].as_u64(), (*values)[1].as_u64()}].insert((*values)[2].as_root());
  }
  return roots;
}

void expect_one_root_each(const Signed& roots, std::size_t checkpoints) {
  EXPECT_EQ(roots.size(), checkpoints);
  for (const auto& [checkpoint, signed_for_it] : roots) {
    EXPECT_EQ(signed_for_it.size(), 1U) << "job " << checkpoint.first << ", checkpoint " << checkpoint.second;
  }
}

class Outage : public Network {
 protected:
  /// Tokens in hand, to be claimed and at stake, in the smallest unit.
  ledger::Uint256 wealth(int account) {
    const auto deployment = ledger::parse_deployment(*read_text_file(folder_ / "net/network.json"));
    auto rpc = ledger::RpcClient::open(deployment->rpc_url);
    const ledger::Market market(*rpc, *deployment);
    const Json key = Json::parse(*read_text_file(folder_ / fmt::format("net/keys/account{}.json", account)));
    const auto address = ledger::Address::parse("0x" + key["address"].get<std::string>());
    EXPECT_TRUE(address) << address.error().message;
    const ledger::Stake stake = *market.stake(*address);
    return *market.balance(*address) + *market.claimable(*address) + stake.free + stake.locked;
  }
};

TEST_F(Outage, solver_goes_on_when_the_ledger_is_back_and_is_paid) {
  const ledger::Uint256 before = wealth(1);
  Command node(solver(1));
  Command submitter(submit({"--steps", "400"}));
  ASSERT_TRUE(node.wait_for("reached")) << node.err();
  stop_devnet();
  const auto error = node.wait_for("error");
  ASSERT_TRUE(error) << node.err();
  EXPECT_NE((*error)["text"].get<std::string>().find("127.0.0.1:" + std::to_string(port_)), std::string::npos)
      << *error;
  start_devnet();
  ASSERT_TRUE(node.wait_for("recovered")) << node.err();
  const auto result = submitter.wait_for("result");
  ASSERT_TRUE(result) << submitter.out() << submitter.err() << node.out();
  EXPECT_EQ((*result)["root"], root_by_training({"--steps", "400"}));
  EXPECT_GT(wealth(1), before);
  EXPECT_EQ(node.stop(), 0) << node.err();
  expect_one_root_each(signed_roots(folder_ / "account1"), 80);
}

TEST_F(Outage, solver_that_is_killed_again_and_again_signs_one_root_for_each_checkpoint) {
  std::optional<Command> node(std::in_place, solver(1));
  Command submitter(submit({"--steps", "400"}));
  for (const char* moment : {"working", "reached", "progress", "confirmed"}) {
    ASSERT_TRUE(node->wait_for(moment)) << node->out() << node->err();
    node->kill_hard();
    node.emplace(solver(1));
  }
  const auto result = submitter.wait_for("result");
  ASSERT_TRUE(result) << submitter.out() << submitter.err();
  EXPECT_EQ((*result)["root"], root_by_training({"--steps", "400"}));
  EXPECT_EQ(node->stop(), 0) << node->err();
  expect_one_root_each(signed_roots(folder_ / "account1"), 80);
}

TEST_F(Outage, node_waits_for_a_ledger_that_is_not_there_yet) {
  stop_devnet();
  Command node(solver(1));
  const auto error = node.wait_for("error");
  ASSERT_TRUE(error) << node.out() << node.err();
  EXPECT_NE((*error)["text"].get<std::string>().find("127.0.0.1:" + std::to_string(port_)), std::string::npos)
      << *error;
  start_devnet();
  EXPECT_TRUE(node.wait_for("recovered")) << node.out() << node.err();
  EXPECT_TRUE(node.wait_for("staked")) << node.out() << node.err();
  EXPECT_EQ(node.stop(), 0) << node.err();
}

TEST_F(Outage, is_one_clear_error_for_people) {
  stop_devnet();
  const std::string where = "127.0.0.1:" + std::to_string(port_);
  expect_error(run(visitor({"jobs"})), where);
  expect_error(run(visitor({"fetch", "1"})), where);
  expect_error(run(visitor({"verify", "1"})), where);
  expect_error(run(with_account({"watch", "1"}, 3)), where);
  expect_error(run(submit()), where);
}

class WrongLedger : public Outage {
 protected:
  void change_network(const std::string& key, const Json& value) {
    Json network = Json::parse(*read_text_file(folder_ / "net/network.json"));
    network[key] = value;
    write(folder_ / "net/network.json", network.dump());
  }
};

TEST_F(WrongLedger, of_another_chain_ends_the_node) {
  change_network("chain_id", 901);
  expect_error(run(solver(1)), "names chain 901");
  expect_error(run(visitor({"jobs"})), "names chain 901");
}

TEST_F(WrongLedger, without_the_contracts_ends_the_node) {
  change_network("market", "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
  expect_error(run(solver(1)), "no market contract at 0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
}

TEST_F(WrongLedger, started_anew_ends_a_node_that_worked_with_the_old_one) {
  Command node(solver(1));
  ASSERT_TRUE(node.wait_for("staked")) << node.err();
  EXPECT_EQ(node.stop(), 0);
  stop_devnet();
  fs::remove(folder_ / "net/ledger.json");
  start_devnet();
  expect_error(run(solver(1)), "is not the one that this home knows");
}

/// Answers whatever comes with a page that is no ledger's.
class WebServer {
 public:
  WebServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 8), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~WebServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    constexpr std::string_view kPage =
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    for (int peer = 0; (peer = ::accept(socket_, nullptr, nullptr)) >= 0;) {
      std::array<char, 4096> request{};
      while (std::string_view(request.data()).find("\r\n\r\n") == std::string_view::npos) {
        const std::size_t have = std::strlen(request.data());
        if (::read(peer, request.data() + have, request.size() - 1 - have) <= 0) break;
      }
      EXPECT_EQ(::write(peer, kPage.data(), kPage.size()), static_cast<ssize_t>(kPage.size()));
      ::close(peer);
    }
  }

  int socket_;
  int port_ = 0;
  std::thread thread_;
};

TEST_F(WrongLedger, that_is_no_ledger_at_all_ends_the_node) {
  const WebServer server;
  change_network("rpc_url", server.url());
  expect_error(run(solver(1)), "is no JSON object");
}

}  // namespace
}  // namespace lydian::cli
