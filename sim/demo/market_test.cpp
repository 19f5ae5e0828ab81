// The market with honest nodes and a cheat, and what it costs whom.
#include "lydian/node/submitter.h"
#include "lydian/runtime/engine.h"
#include "sim/demo/market_fixture.h"
#include "sim/demo/sabotage.h"

namespace lydian::sim {
namespace {

Root expected_result(const SmallJob& job) {
  ThreadPool pool(1);
  runtime::Engine engine(job.program, {job.tokens}, pool);
  while (!engine.is_done()) engine.advance();
  return merkle::blob_root(engine.state());
}

TEST_F(MarketTest, an_honest_job_is_paid_and_its_result_is_the_only_right_one) {
  const SmallJob job = small_job(12, 4);
  add_node(1, true, false, tokens(0));
  const std::uint64_t id = post(job, 5);
  const ledger::Job settled = run_until_settled(id, 120);
  print_events();
  ASSERT_EQ(settled.status, ledger::JobStatus::settled);
  EXPECT_EQ(must(market_->checkpoint(id, 2)).root, expected_result(job));
  // 800 left after the stake, and the floor of the auction, 10, but for roundings of the smallest unit.
  EXPECT_GE(must(market_->claimable(account(1).address())) + must(market_->balance(account(1).address())),
            tokens(809));
}

TEST_F(MarketTest, a_job_that_cannot_be_run_keeps_a_challenger_from_no_other) {
  const SmallJob job = small_job(12, 4);
  accept_idly(post(job, 5, Bytes(1000, 0x5a)), 4);
  add_node(2, false, true, tokens(0));
  ASSERT_TRUE(run_until([&] { return happened(2, "left"); }, 60));
  add_node(1, true, false, tokens(0));
  const std::uint64_t id = post(job, 5);
  EXPECT_EQ(run_until_settled(id, 120).status, ledger::JobStatus::settled);
  print_events();
  EXPECT_TRUE(happened(2, "verified"));
}

TEST_F(MarketTest, a_wrong_multiply_add_is_found_and_another_solver_finishes_the_job) {
  const SmallJob job = small_job(12, 4);
  const auto sabotage = [](const node::JobFiles& files,
                           ThreadPool& pool) -> std::unique_ptr<dispute::Machine> {
    return std::make_unique<SabotagedMachine>(files, pool, fault_in(files.program, 6));
  };
  add_node(1, true, false, tokens(0), sabotage);
  add_node(2, false, true, tokens(0));
  const std::uint64_t id = post(job, 5);
  run_until([&] { return must(market_->job(id)).status == ledger::JobStatus::running; }, 60);
  add_node(3, true, false, tokens(0));
  const ledger::Job settled = run_until_settled(id, 240);
  print_events();
  ASSERT_EQ(settled.status, ledger::JobStatus::settled);
  EXPECT_EQ(settled.solver, account(3).address());
  EXPECT_EQ(must(market_->checkpoint(id, 2)).root, expected_result(job));
  const ledger::Stake stake = must(market_->stake(account(1).address()));
  EXPECT_EQ(stake.free + stake.locked, tokens(50));
  EXPECT_TRUE(happened(2, "verdict"));
  // 1000 and a tenth of the bond of 150.
  EXPECT_EQ(must(market_->claimable(account(2).address())) + must(market_->balance(account(2).address())),
            tokens(1015));
}

TEST_F(MarketTest, a_submitter_puts_up_what_its_audits_may_cost_and_nodes_leave_such_a_job_alone) {
  const SmallJob job = small_job(12, 4);
  node::Submitter submitter(add_node(4, false, false, tokens(0)).context());
  node::Posting posting{job.program, {job.tokens}, terms_of(job)};
  posting.terms.audit_rate = 5000;
  posting.terms.audit_fee = tokens(3);
  ASSERT_TRUE(submitter.post(posting));
  Status turn;
  const auto is_posted = [&] {
    turn = submitter.tick();
    return !turn || submitter.job();
  };
  ASSERT_TRUE(run_until(is_posted, 60));
  ASSERT_TRUE(turn) << turn.error().message;
  // One audit, and twice the half of three checkpoints.
  EXPECT_EQ(must(market_->job(*submitter.job())).audit_escrow, tokens(12));
  EXPECT_EQ(must(market_->balance(account(4).address())), tokens(1000 - 100 - 12));
  EXPECT_EQ(must(market_->allowance(account(4).address())), tokens(0));

  // A node that does not answer audits would lose its bond over such a job.
  add_node(1, true, false, tokens(0));
  const auto is_left = [&] {
    return std::ranges::any_of(events_, [](const auto& told) { return told.second.kind == "left"; });
  };
  EXPECT_TRUE(run_until(is_left, 60));
  EXPECT_EQ(must(market_->job(*submitter.job())).status, ledger::JobStatus::open);
}

TEST_F(MarketTest, a_node_that_does_not_qualify_leaves_the_job_alone) {
  const SmallJob job = small_job(12, 4);
  node::Submitter submitter(add_node(4, false, false, tokens(0)).context());
  node::Posting posting{job.program, {job.tokens}, terms_of(job)};
  posting.terms.qualification.reputation = 5;  // tokens earned before
  ASSERT_TRUE(submitter.post(posting));
  ASSERT_TRUE(run_until([&] { return !submitter.tick() || submitter.job(); }, 60));
  add_node(1, true, false, tokens(0));
  const auto is_left = [&] {
    return std::ranges::any_of(events_, [](const auto& told) {
      return told.second.kind == "left" && told.second.sentence.contains("NotQualified");
    });
  };
  EXPECT_TRUE(run_until(is_left, 60));
  EXPECT_EQ(must(market_->job(*submitter.job())).status, ledger::JobStatus::open);
}

}  // namespace
}  // namespace lydian::sim
