// Transactions that must arrive, on a real ledger that loses them.
#include "lydian/node/outbox.h"

#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::node {
namespace {

namespace fs = std::filesystem;

class OutboxTest : public ledger::LedgerTest {
 protected:
  void SetUp() override {
    ledger::LedgerTest::SetUp();
    std::string name = (fs::temp_directory_path() / "lydian-outbox-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    store_.emplace(std::move(*store::Store::open(folder_ / "node.db")));
    sender_.emplace(sender());
    contract_ = deploy(*sender_);
    open();
    control("evm_setAutomine", "[false]");
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// As after a restart.
  void open() { outbox_.emplace(std::move(*Outbox::open(*sender_, *store_))); }
  void submit(const std::string& purpose, std::uint64_t value) {
    const Status submitted = outbox_->submit(purpose, set(contract_, value));
    ASSERT_TRUE(submitted) << submitted.error().message;
  }
  /// What the ledger had not put into a block is lost.
  void lose_pool() { control("anvil_dropAllTransactions"); }
  void mine() { control("evm_mine"); }
  std::vector<Outbox::Ended> tick() {
    auto ended = outbox_->tick();
    EXPECT_TRUE(ended) << ended.error().message;
    return ended ? std::move(*ended) : std::vector<Outbox::Ended>();
  }
  std::uint64_t stored() { return sender_->read(contract_, "get()", {}, "(uint256)")->front().as_u64(); }

  fs::path folder_;
  std::optional<store::Store> store_;
  std::optional<ledger::TransactionSender> sender_;
  std::optional<Outbox> outbox_;
  ledger::Address contract_;
};

TEST_F(OutboxTest, sends_again_what_the_ledger_lost_even_after_a_restart) {
  submit("seven", 7);
  lose_pool();
  open();
  EXPECT_TRUE(outbox_->in_flight("seven"));
  EXPECT_TRUE(tick().empty());
  mine();
  const auto ended = tick();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].purpose, "seven");
  EXPECT_TRUE(ended[0].receipt && ended[0].receipt->succeeded);
  EXPECT_EQ(stored(), 7U);
  EXPECT_FALSE(outbox_->in_flight("seven"));
}

TEST_F(OutboxTest, signs_again_under_the_same_nonce_when_fees_have_risen) {
  submit("seven", 7);
  const std::uint64_t nonce = *sender_->next_nonce() - 1;
  lose_pool();
  control("anvil_setNextBlockBaseFeePerGas", "[\"0x174876e800\"]");  // 100 gwei
  mine();
  control("anvil_setNextBlockBaseFeePerGas", "[\"0x174876e800\"]");
  EXPECT_TRUE(tick().empty());
  EXPECT_EQ(*sender_->next_nonce(), nonce + 1);
  mine();
  const auto ended = tick();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].receipt && ended[0].receipt->succeeded);
  EXPECT_EQ(stored(), 7U);
  EXPECT_TRUE(store_->pending_transactions()->empty());
}

TEST_F(OutboxTest, refuses_what_would_revert_and_sends_again_all_that_was_lost) {
  const Status refused = outbox_->submit("never", {.to = contract_, .data = {1, 2, 3, 4}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("never"), std::string::npos);
  submit("first", 1);
  submit("second", 2);
  lose_pool();
  EXPECT_TRUE(tick().empty());
  mine();
  EXPECT_EQ(tick().size(), 2U);
  EXPECT_EQ(stored(), 2U);
}

}  // namespace
}  // namespace lydian::node
