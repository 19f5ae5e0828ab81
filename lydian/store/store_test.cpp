#include "lydian/store/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace lydian::store {
namespace {

namespace fs = std::filesystem;

Root root_of(std::uint8_t fill) {
  Root root;
  root.bytes.fill(fill);
  return root;
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("lydian_store_test." + std::to_string(::getpid()));
    fs::create_directories(folder_);
    reopen();
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  void reopen() {
    store_.reset();
    auto opened = Store::open(folder_ / "node.db");
    ASSERT_TRUE(opened) << opened.error().message;
    store_.emplace(*std::move(opened));
  }

  fs::path folder_;
  std::optional<Store> store_;
};

TEST_F(StoreTest, remembers_named_values) {
  EXPECT_EQ(*store_->meta("peer_key"), std::nullopt);
  ASSERT_TRUE(store_->set_meta("peer_key", Bytes{1}));
  ASSERT_TRUE(store_->set_meta("peer_key", Bytes{2, 3}));
  ASSERT_TRUE(store_->set_meta("empty", Bytes{}));
  reopen();
  EXPECT_EQ(**store_->meta("peer_key"), (Bytes{2, 3}));
  EXPECT_EQ(**store_->meta("empty"), Bytes{});
}

TEST_F(StoreTest, never_gives_a_checkpoint_a_second_root) {
  EXPECT_EQ(*store_->record_commitment(4, 2, root_of(1)), root_of(1));
  EXPECT_EQ(*store_->record_commitment(4, 2, root_of(2)), root_of(1));
  reopen();
  EXPECT_EQ(*store_->record_commitment(4, 2, root_of(3)), root_of(1));
  EXPECT_EQ(*store_->record_commitment(4, 1, root_of(3)), root_of(3));
  EXPECT_EQ(*store_->record_commitment(5, 2, root_of(4)), root_of(4));
  EXPECT_EQ(*store_->commitments(4), (std::vector<Commitment>{{1, root_of(3)}, {2, root_of(1)}}));
  EXPECT_EQ(**store_->commitment(5, 2), root_of(4));
  EXPECT_EQ(*store_->commitment(5, 3), std::nullopt);
}

TEST_F(StoreTest, plans_each_act_once) {
  const auto first = store_->plan("commit", 1, 2, Bytes{9});
  ASSERT_TRUE(first) << first.error().message;
  const auto again = store_->plan("commit", 1, 2, Bytes{8});
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(again->payload, Bytes{9});

  ASSERT_TRUE(store_->settle(first->id, IntentState::kDone));
  EXPECT_EQ(store_->plan("commit", 1, 2, Bytes{8})->state, IntentState::kDone);
  EXPECT_EQ(*store_->planned_intents(), std::vector<Intent>{});
}

TEST_F(StoreTest, plans_an_abandoned_act_anew) {
  const auto first = store_->plan("accept", 1, 0, Bytes{1});
  ASSERT_TRUE(store_->settle(first->id, IntentState::kAbandoned));
  const auto second = store_->plan("accept", 1, 0, Bytes{2});
  EXPECT_EQ(second->state, IntentState::kPlanned);
  EXPECT_EQ(second->payload, Bytes{2});
}

TEST_F(StoreTest, lists_what_is_to_be_finished_after_a_restart_in_order) {
  ASSERT_TRUE(store_->plan("move", 7, 1, Bytes{}));
  ASSERT_TRUE(store_->plan("accept", 3, 0, Bytes{}));
  ASSERT_TRUE(store_->settle(store_->plan("commit", 1, 1, Bytes{})->id, IntentState::kDone));
  reopen();
  const auto open = store_->planned_intents();
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2U);
  EXPECT_EQ(open->at(0).kind, "move");
  EXPECT_EQ(open->at(1).kind, "accept");
  EXPECT_EQ(*store_->intent("accept", 3, 1), std::nullopt);
}

TEST_F(StoreTest, keeps_transactions_until_the_ledger_settles_them) {
  EXPECT_EQ(*store_->last_nonce(), std::nullopt);
  const TransactionRecord later{root_of(2), 6, Bytes{2}, "commit 1/2", TransactionState::kPrepared};
  const TransactionRecord sooner{root_of(1), 5, Bytes{1}, "accept 1", TransactionState::kPrepared};
  const TransactionRecord bumped{root_of(3), 5, Bytes{3}, "accept 1, higher fee",
                                 TransactionState::kPrepared};
  for (const auto& transaction : {later, sooner, bumped, later})
    ASSERT_TRUE(store_->record_transaction(transaction));
  reopen();
  EXPECT_EQ(*store_->last_nonce(), 6U);
  EXPECT_EQ(*store_->pending_transactions(), (std::vector{sooner, bumped, later}));

  ASSERT_TRUE(store_->set_transaction_state(bumped.hash, TransactionState::kConfirmed));
  ASSERT_TRUE(store_->set_transaction_state(sooner.hash, TransactionState::kReplaced));
  ASSERT_TRUE(store_->set_transaction_state(later.hash, TransactionState::kSent));
  ASSERT_TRUE(store_->record_transaction(bumped));  // does not fall back to prepared
  EXPECT_EQ(store_->pending_transactions()->size(), 1U);
  EXPECT_EQ((*store_->transaction(bumped.hash))->state, TransactionState::kConfirmed);
  EXPECT_EQ(*store_->transaction(root_of(9)), std::nullopt);
}

TEST_F(StoreTest, moves_the_ledger_cursor) {
  EXPECT_EQ(*store_->cursor("market"), std::nullopt);
  ASSERT_TRUE(store_->set_cursor("market", {10, root_of(1)}));
  ASSERT_TRUE(store_->set_cursor("market", {9, root_of(2)}));
  reopen();
  EXPECT_EQ(**store_->cursor("market"), (Cursor{9, root_of(2)}));
}

TEST_F(StoreTest, replaces_a_jobs_record_per_role) {
  const JobRecord solver{1, "solver", "training", 50, Bytes{1, 2}};
  const JobRecord watcher{1, "challenger", "watching", 0, Bytes{}};
  ASSERT_TRUE(store_->put_job({1, "solver", "accepted", 0, Bytes{}}));
  ASSERT_TRUE(store_->put_job(solver));
  ASSERT_TRUE(store_->put_job(watcher));
  reopen();
  EXPECT_EQ(**store_->job(1, "solver"), solver);
  EXPECT_EQ(*store_->jobs(), (std::vector{watcher, solver}));
  ASSERT_TRUE(store_->remove_job(1, "solver"));
  EXPECT_EQ(*store_->job(1, "solver"), std::nullopt);
}

TEST_F(StoreTest, groups_writes_into_one) {
  {
    auto transaction = store_->begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(store_->record_commitment(1, 1, root_of(1)));
    ASSERT_TRUE(store_->plan("commit", 1, 1, Bytes{}));
  }
  EXPECT_EQ(*store_->commitment(1, 1), std::nullopt);
  EXPECT_EQ(*store_->planned_intents(), std::vector<Intent>{});
}

TEST_F(StoreTest, refuses_numbers_it_cannot_hold) {
  const auto refused = store_->record_commitment(std::uint64_t{1} << 63, 0, root_of(1));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("below 2^63"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace lydian::store
