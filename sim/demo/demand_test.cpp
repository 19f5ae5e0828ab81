// Somebody demands blocks of what a node committed: the node shows them and is paid for it, or it is
// convicted.
#include <bit>

#include "lydian/core/ensure.h"
#include "lydian/ledger/demands.h"
#include "sim/demo/market_fixture.h"

namespace lydian::sim {
namespace {

class DemandTest : public MarketTest {
 protected:
  void SetUp() override {
    challenge_window_ = 60;
    MarketTest::SetUp();
    asker_.emplace(must(ledger::TransactionSender::open(*rpc_, account(kAsker), ledger::contract_errors())));
    demands_.emplace(*market_);
    must(asker_->send(demands_->approve(tokens(1000))));
  }

  /// A node that works on a job, when it has committed so many checkpoints.
  std::uint64_t start_job(std::uint64_t checkpoints) {
    add_node(kSolver, true, false, tokens(0));
    const std::uint64_t id = post(job_, 5);
    EXPECT_TRUE(run_until([&] { return must(market_->job(id)).committed >= checkpoints; }, 120));
    return id;
  }

  /// The demand's number.
  std::uint64_t ask(std::uint64_t job, std::uint64_t checkpoint, std::uint64_t block) {
    const auto receipt = must(asker_->send(demands_->ask(job, checkpoint, block, job_.program)));
    const auto made = std::ranges::find(receipt.logs, deployment_.demands, &ledger::Log::address);
    ENSURE(made != receipt.logs.end());
    const ledger::Demanded demanded = must(ledger::Demands::read(*made));
    EXPECT_EQ(demanded.solver, account(kSolver).address());
    EXPECT_EQ(demanded.asker, asker_->address());
    EXPECT_EQ(demanded.checkpoint, checkpoint);
    EXPECT_EQ(demanded.block_index, block);
    return demanded.id;
  }

  /// The job's end, with its windows passed at once when all is committed.
  ledger::Job finish(std::uint64_t job) {
    EXPECT_TRUE(run_until([&] { return must(market_->job(job)).committed == 3; }, 120));
    must(rpc_->request("evm_increaseTime", fmt::format("[{}]", challenge_window_ + 1)));
    return run_until_settled(job, 120);
  }

  bool is_open(std::uint64_t demand) { return must(demands_->demand(demand)).is_open; }
  /// In hand, to be claimed and at stake.
  Uint256 wealth(int who) {
    const ledger::Address address = account(who).address();
    const ledger::Stake stake = must(market_->stake(address));
    return must(market_->balance(address)) + must(market_->claimable(address)) +
           must(demands_->claimable(address)) + stake.free + stake.locked;
  }
  /// As after an accident of the solver's disk.
  void lose(std::uint64_t job, std::uint64_t checkpoint) {
    auto blobs = must(store::BlobStore::open(folder_ / std::to_string(kSolver) / "blobs"));
    const Root root = must(market_->checkpoint(job, checkpoint)).root;
    const swarm::BlobId id{root, static_cast<std::uint64_t>(job_.program.state_bytes)};
    ASSERT_TRUE(blobs.has(id));
    ASSERT_TRUE(blobs.remove(id));
  }

  static constexpr int kSolver = 1;
  static constexpr int kAsker = 4;
  SmallJob job_ = small_job(12, 4);
  std::optional<ledger::TransactionSender> asker_;
  std::optional<ledger::Demands> demands_;
};

TEST_F(DemandTest, every_block_is_shown_and_paid_for_and_the_job_settles) {
  const std::uint64_t id = start_job(1);
  std::vector<std::uint64_t> asked;
  const auto blocks = [](std::int64_t bytes) {
    return merkle::block_count_of(static_cast<std::uint64_t>(bytes));
  };
  // A tree with padding, and a last block that is shorter.
  ASSERT_FALSE(std::has_single_bit(blocks(job_.program.state_bytes)));
  for (std::uint64_t block = 0; block < blocks(job_.program.state_bytes); ++block)
    asked.push_back(ask(id, 0, block));
  ASSERT_TRUE(run_until([&] { return must(market_->job(id)).committed == 3; }, 120));
  asked.push_back(ask(id, 2, blocks(job_.program.result_bytes) - 1));
  const ledger::Job settled = finish(id);
  print_events();
  ASSERT_EQ(settled.status, ledger::JobStatus::settled);
  EXPECT_EQ(settled.attempt, 0U);
  for (const std::uint64_t demand : asked) EXPECT_FALSE(is_open(demand)) << demand;
  const Uint256 bonds = tokens(5 * asked.size());
  EXPECT_EQ(wealth(kAsker), tokens(1000) - bonds);
  // The floor of the auction, 10, without the fee of a hundredth.
  EXPECT_GE(wealth(kSolver), tokens(1009) + bonds);
  EXPECT_TRUE(run_until([&] { return must(demands_->claimable(account(kSolver).address())).is_zero(); }, 60));
  EXPECT_GE(must(market_->balance(account(kSolver).address())), tokens(800) + bonds);
}

TEST_F(DemandTest, a_node_that_was_down_answers_when_it_is_back) {
  const std::uint64_t id = start_job(1);
  const std::uint64_t demand = ask(id, 0, 0);
  nodes_.clear();
  EXPECT_TRUE(is_open(demand));
  add_node(kSolver, true, false, tokens(0));
  EXPECT_TRUE(run_until([&] { return !is_open(demand); }, 120));
  EXPECT_EQ(finish(id).attempt, 0U);
  EXPECT_EQ(wealth(kAsker), tokens(995));
}

TEST_F(DemandTest, a_state_that_was_lost_is_computed_again) {
  const std::uint64_t id = start_job(2);
  const std::uint64_t demand = ask(id, 1, 1);
  lose(id, 0);
  lose(id, 1);
  EXPECT_TRUE(run_until([&] { return !is_open(demand); }, 120));
  print_events();
  EXPECT_TRUE(happened(kSolver, "recomputing"));
  EXPECT_EQ(finish(id).attempt, 0U);
}

TEST_F(DemandTest, a_solver_that_does_not_answer_loses_its_bond_and_the_job) {
  const std::uint64_t id = start_job(1);
  const std::uint64_t demand = ask(id, 0, 0);
  nodes_.clear();
  must(rpc_->request("evm_increaseTime", "[601]"));
  must(asker_->send(demands_->expire(demand)));
  EXPECT_FALSE(is_open(demand));
  const ledger::Job job = must(market_->job(id));
  EXPECT_EQ(job.status, ledger::JobStatus::open);
  EXPECT_EQ(job.attempt, 1U);
  EXPECT_EQ(job.settled, 0U);
  EXPECT_EQ(wealth(kSolver), tokens(1000 - 150));
  // Its own bond back, and a tenth of the solver's.
  EXPECT_EQ(wealth(kAsker), tokens(1000 + 15));
}

}  // namespace
}  // namespace lydian::sim
