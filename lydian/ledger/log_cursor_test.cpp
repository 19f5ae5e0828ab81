#include "lydian/ledger/log_cursor.h"

#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::ledger {
namespace {

class Logs : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    sender_.emplace(sender());
    contract_ = deploy(*sender_);
    filter_ = {.addresses = {contract_}};
  }

  void store(std::uint64_t value) {
    const auto receipt = sender_->send(set(contract_, value));
    ASSERT_TRUE(receipt) << receipt.error().message;
  }

  /// The values of the Stored events that are new; -n says that the chain was rewound to block n.
  std::vector<std::int64_t> news(LogCursor& cursor, std::uint64_t blocks_max = 1000) {
    const auto polled = cursor.poll(*rpc_, filter_, blocks_max);
    EXPECT_TRUE(polled) << polled.error().message;
    std::vector<std::int64_t> values;
    if (!polled) return values;
    if (polled->rewound_to) values.push_back(-static_cast<std::int64_t>(*polled->rewound_to));
    for (const Log& log : polled->logs)
      values.push_back(static_cast<std::int64_t>(*Uint256::from_word(log.topics[1]).to_u64()));
    return values;
  }

  using Values = std::vector<std::int64_t>;
  std::optional<TransactionSender> sender_;
  Address contract_;
  LogFilter filter_;
};

TEST_F(Logs, each_is_seen_once) {
  LogCursor cursor(0);
  EXPECT_EQ(news(cursor), Values{});
  store(10);
  store(11);
  EXPECT_EQ(news(cursor), (Values{10, 11}));
  EXPECT_EQ(news(cursor), Values{});
  store(12);
  EXPECT_EQ(news(cursor), Values{12});
}

TEST_F(Logs, are_read_in_portions) {
  for (std::uint64_t value = 1; value <= 5; ++value) store(value);
  LogCursor cursor(0);
  EXPECT_EQ(news(cursor, 3),
            Values{1});  // blocks 0 to 2; the first had no transaction, the second the deployment
  EXPECT_EQ(news(cursor, 2), (Values{2, 3}));
  EXPECT_EQ(news(cursor, 100), (Values{4, 5}));
}

TEST_F(Logs, are_filtered_by_address_and_topic) {
  store(1);
  store(2);
  filter_ = {.addresses = {contract_}, .topics = {{}, {Uint256(2).word()}}};
  LogCursor cursor(0);
  EXPECT_EQ(news(cursor), Values{2});
  filter_ = {.addresses = {Address{{1}}}};
  LogCursor other(0);
  EXPECT_EQ(news(other), Values{});
}

TEST_F(Logs, go_on_after_a_restart) {
  LogCursor cursor(0);
  store(1);
  EXPECT_EQ(news(cursor), Values{1});
  store(2);
  LogCursor back = *LogCursor::parse(cursor.text());
  EXPECT_EQ(back.text(), cursor.text());
  EXPECT_EQ(news(back), Values{2});
}

TEST_F(Logs, of_an_abandoned_branch_are_taken_back) {
  LogCursor cursor(0);
  store(1);
  EXPECT_EQ(news(cursor), Values{1});  // up to block 2
  control("evm_snapshot");
  store(2);
  EXPECT_EQ(news(cursor), Values{2});
  store(3);
  EXPECT_EQ(news(cursor), Values{3});
  control("evm_revert", "[\"0x0\"]");
  store(4);
  LogCursor back = *LogCursor::parse(cursor.text());
  EXPECT_EQ(news(back), (Values{-2, 4}));
  EXPECT_EQ(news(back), Values{});
}

TEST_F(Logs, of_a_branch_that_only_became_shorter_are_taken_back_too) {
  LogCursor cursor(0);
  EXPECT_EQ(news(cursor), Values{});
  control("evm_snapshot");
  store(1);
  EXPECT_EQ(news(cursor), Values{1});
  control("evm_revert", "[\"0x0\"]");
  EXPECT_EQ(news(cursor), Values{-1});
  EXPECT_EQ(news(cursor), Values{});
}

TEST_F(Logs, stay_unread_when_the_ledger_does_not_answer) {
  LogCursor cursor(0);
  store(1);
  const std::string before = cursor.text();
  node_->stop();
  EXPECT_FALSE(cursor.poll(*rpc_, filter_));
  EXPECT_EQ(cursor.text(), before);
}

TEST(LogCursorText, refuses_what_is_none) {
  const std::string hash(64, 'a');
  EXPECT_TRUE(LogCursor::parse("5"));
  EXPECT_TRUE(LogCursor::parse("5 7:" + hash + " 9:" + hash));
  const std::string refused[] = {
      "", "x", "5 " + hash, "5 7:aa", "5 4:" + hash, "5 7:" + hash + " 7:" + hash, "5  7:" + hash};
  for (const std::string& text : refused) EXPECT_FALSE(LogCursor::parse(text)) << text;
}

}  // namespace
}  // namespace lydian::ledger
