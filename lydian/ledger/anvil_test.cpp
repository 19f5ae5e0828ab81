#include "lydian/ledger/anvil.h"

#include <csignal>
#include <fstream>

#include "lydian/core/file.h"
#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::ledger {
namespace {

class Anvil : public LedgerTest {};

TEST_F(Anvil, ends_when_stopped) {
  const pid_t pid = node_->pid();
  EXPECT_TRUE(node_->is_running());
  EXPECT_EQ(kill(pid, 0), 0);
  node_->stop();
  EXPECT_FALSE(node_->is_running());
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_FALSE(rpc_->chain_id());
}

TEST_F(Anvil, notices_that_it_died) {
  kill(node_->pid(), SIGKILL);
  while (node_->is_running()) std::this_thread::yield();
  EXPECT_FALSE(rpc_->chain_id());
}

TEST_F(Anvil, takes_chain_id_time_and_rollup_mode) {
  start({.chain_id = 901, .rollup = true, .genesis_time = 1'700'000'000});
  EXPECT_EQ(*rpc_->chain_id(), 901u);
  EXPECT_EQ((*rpc_->block(BlockTag::number(0)))->timestamp, 1'700'000'000u);
  TransactionSender from = sender();
  const auto receipt = from.send({.to = funded_key(1).address(), .value = 1});
  ASSERT_TRUE(receipt) << receipt.error().message;
}

TEST_F(Anvil, keeps_its_state_over_a_restart) {
  const std::filesystem::path folder = testing::TempDir() + "lydian_anvil_" + std::to_string(node_->pid());
  std::filesystem::create_directory(folder);
  const EvmNodeOptions options{.state = folder / "state.json", .log_file = folder / "log.txt"};
  start(options);
  ASSERT_TRUE(sender().send({.to = Address{{1}}, .value = 77}));
  node_->stop();
  start(options);
  EXPECT_EQ(*rpc_->balance(Address{{1}}), Uint256(77));
  EXPECT_EQ(*sender().next_nonce(), 1u);
  EXPECT_NE(read_text_file(folder / "log.txt")->find("Listening on"), std::string::npos);
  node_->stop();
  std::filesystem::remove_all(folder);
}

TEST(AnvilStart, says_why_it_failed) {
  const auto missing = EvmNode::start({.binary = "/nonexistent/anvil"});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nonexistent/anvil"), std::string::npos);
  const auto other = EvmNode::start({.binary = "/bin/false"});
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("ended instead of listening"), std::string::npos);
  const auto no_log = EvmNode::start({.binary = "/bin/false", .log_file = "/nonexistent/log"});
  ASSERT_FALSE(no_log);
  EXPECT_NE(no_log.error().message.find("/nonexistent/log"), std::string::npos);
}

TEST(AnvilStart, tells_a_taken_port_from_a_free_one) {
  auto first = EvmNode::start({.binary = anvil_path()});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(EvmNode::start({.binary = anvil_path(), .port = first->port()}));
  EXPECT_TRUE(first->is_running());
}

}  // namespace
}  // namespace lydian::ledger
