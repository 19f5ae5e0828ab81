// The game in C++ and the contracts on an EVM node, move by move over random games: the same state after
// each, the same moves refused. The players read the game and the posts from the ledger.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lydian/kernels/scalar.h"
#include "lydian/ledger/anvil.h"
#include "lydian/ledger/games.h"
#include "sim/job.h"
#include "sim/spoil.h"

namespace lydian::sim {
namespace {

using namespace dispute;
using ledger::AbiValue;
using ledger::Address;
using ledger::TransactionSender;

/// Stands in for the market, which alone may open games: stops when the games call with a verdict, and passes
/// every other call on to them.
std::string market_code(const Address& games) {
  const std::string to = to_hex(games.bytes);
  return "0x365f5f37"  // calldata to memory
         "73" +
         to +
         "3314604457"  // from the games: go to the end
         "5f5f365f5f73" +
         to +
         "5af1604457"      // call the games; if that went well, go to the end
         "3d5f5f3e3d5ffd"  // pass on why not
         "5b00";           // 68: stop
}

/// What a node does, and whether it makes f32: games go on until each was judged.
using Operator = std::tuple<program::Form, std::uint8_t, bool>;
Operator operator_of(const program::Node& node) {
  return {node.form, node.fn, node.dtype == tensor::DType::f32};
}

class DisputeDifferential : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path contracts = std::filesystem::path(LYDIAN_SOURCE_DIR) / "contracts";
    auto node = ledger::EvmNode::start(
        {.binary = contracts / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", .rollup = true});
    ASSERT_TRUE(node) << node.error().message;
    node_.emplace(std::move(*node));
    rpc_.emplace(std::move(*ledger::RpcClient::open(node_->url())));
    responder_.emplace(account("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    challenger_.emplace(account("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"));
    auto deployment = ledger::deploy(*responder_, contracts / "out");
    ASSERT_TRUE(deployment) << deployment.error().message;
    const auto replaced = rpc_->request(
        "anvil_setCode",
        fmt::format(R"(["{}", "{}"])", deployment->market.text(), market_code(deployment->games)));
    ASSERT_TRUE(replaced) << replaced.error().message;
    market_.emplace(*rpc_, *deployment);
    games_.emplace(*market_);
    now_ = (*rpc_->block(ledger::BlockTag::latest()))->timestamp;
  }

  TransactionSender account(const char* key) {
    return *TransactionSender::open(*rpc_, *crypto::PrivateKey::from_bytes(*from_hex(key)),
                                    ledger::contract_errors(),
                                    {.poll_interval = std::chrono::milliseconds(2)});
  }

  /// The next block's time, some seconds later.
  void pass_time(std::uint64_t seconds) {
    now_ += seconds;
    const auto set = rpc_->request("evm_setNextBlockTimestamp", fmt::format("[{}]", now_));
    ASSERT_TRUE(set) << set.error().message;
  }

  std::uint64_t open(const Claim& claim) {
    const std::uint64_t id = ++opened_;
    pass_time(1);
    const auto receipt = responder_->send(ledger::call_of(
        market_->deployment().market,
        "open(uint256,(address,address,bytes32,bytes32,bytes32,uint64,uint64,uint64,uint32,uint32))",
        {id, AbiValue::list({responder_->address(), challenger_->address(), claim.program_root, claim.root_lo,
                             claim.root_hi, claim.boundaries.lo, claim.boundaries.hi, claim.steps,
                             claim.step_millis, claim.move_budget})}));
    EXPECT_TRUE(receipt) << receipt.error().message;
    from_block_ = receipt->block_number;
    return id;
  }

  TransactionSender& sender(Seat seat) { return seat == Seat::responder ? *responder_ : *challenger_; }

  /// Whether the contract refuses what the game refuses.
  void expect_refused(std::uint64_t id, const Game& game, const Spoiled& spoiled) {
    const ledger::Call call = games_->move(id, spoiled.move);
    const auto answer =
        rpc_->call({.from = sender(game.mover()).address(), .to = call.to, .data = call.data});
    EXPECT_FALSE(answer) << info_of(game.phase).move
                         << ": the contract accepts, the game says: " << spoiled.rule;
    ++refused_;
  }

  /// What the ledger has, which must be what the twin has.
  Game read(std::uint64_t id, const Game& twin) {
    auto found = games_->game(id);
    EXPECT_TRUE(found) << found.error().message;
    if (!found) return twin;
    if (twin.is_over()) found->game.clock.start = twin.clock.start;  // the ledger names no deadline any more
    EXPECT_TRUE(same_state(found->game, twin))
        << "phase " << static_cast<int>(found->game.phase) << ", twin " << static_cast<int>(twin.phase);
    return found->game;
  }

  /// Plays on the ledger and in the twin; the clocks run by random amounts.
  Game play_both(const Claim& claim, const PlayerFn& responder, const PlayerFn& challenger, Random& random) {
    const std::uint64_t id = open(claim);
    Game twin = open_game(claim, now_);
    Game on_ledger = read(id, twin);
    while (!twin.is_over() && !HasFailure()) {
      const bool responds = twin.mover() == Seat::responder;
      const auto posts = responds ? Result<std::vector<Move>>() : games_->posts(id, from_block_);
      EXPECT_TRUE(posts) << posts.error().message;
      const auto move = (responds ? responder : challenger)(on_ledger, *posts);
      if (move) note(twin);
      if (move && random.chance(15))
        for (const Spoiled& spoiled : spoil(twin, *move)) expect_refused(id, twin, spoiled);
      // A liar may end with a move that is refused: then its time runs out.
      if (!move || !make_move(id, twin, *move, random)) time_out(id, twin);
      on_ledger = read(id, twin);
    }
    return twin;
  }

  void note(const Game& game) {
    ++moves_[game.phase];
    if (game.phase != Phase::judge) return;
    ++judged_[operator_of(game.node)];
  }

  /// Whether it was accepted, by both.
  bool make_move(std::uint64_t id, Game& twin, const Move& move, Random& random) {
    const std::uint64_t left = twin.deadline() - now_;
    pass_time(std::min(left, random.chance(50) ? 1 : 1 + random.below(30)));
    const auto receipt = sender(twin.mover()).send(games_->move(id, move), {.gas_limit = 16'000'000});
    const Status status = apply(twin, move, now_);
    EXPECT_EQ(receipt.has_value(), status.has_value())
        << (receipt ? "the ledger accepts" : receipt.error().message)
        << "; the game: " << (status ? "accepts" : status.error().message);
    return status.has_value();
  }

  void time_out(std::uint64_t id, Game& twin) {
    pass_time(twin.deadline() + 1 - now_);
    const auto receipt = responder_->send(games_->timeout(id), {.gas_limit = 1'000'000});
    EXPECT_TRUE(receipt) << receipt.error().message;
    EXPECT_TRUE(timeout(twin, now_));
  }

  std::optional<ledger::EvmNode> node_;
  std::optional<ledger::RpcClient> rpc_;
  std::optional<TransactionSender> responder_;
  std::optional<TransactionSender> challenger_;
  std::optional<ledger::Market> market_;
  std::optional<ledger::Games> games_;
  std::uint64_t now_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t from_block_ = 0;
  int refused_ = 0;
  std::map<Phase, int> moves_;
  std::map<Operator, int> judged_;
};

TEST_F(DisputeDifferential, games_on_the_ledger_and_in_the_twin_agree_at_every_move) {
  constexpr std::uint64_t kPrograms = 40;
  constexpr int kVerdictsOfAnOperator = 2;
  constexpr int kGamesOfAnOperator = 8;  // those that end before a verdict too
  std::map<Operator, int> played;
  int games = 0;
  for (std::uint64_t seed = 5000; seed < 5000 + kPrograms && !HasFailure(); ++seed) {
    Job job(seed);
    for_each_fault(job, [&](const FalseClaim& wrong) {
      const program::Node& node = job.machine.graph(wrong.fault.transition).nodes[wrong.fault.node];
      const Operator op = operator_of(node);
      if (HasFailure() || judged_[op] >= kVerdictsOfAnOperator || played[op]++ >= kGamesOfAnOperator) return;
      ++games;
      const bool liar_responds = job.random.chance(60);
      const Root claimed = liar_responds ? wrong.faulty.root(wrong.at.hi) : job.honest.root(wrong.at.hi);
      const PlayerFn left = !liar_responds          ? responder(job.honest)
                            : job.random.chance(20) ? noisy_responder(wrong.faulty, job.random)
                                                    : responder(wrong.faulty);
      const PlayerFn right = liar_responds           ? challenger(job.honest)
                             : job.random.chance(70) ? challenger(wrong.faulty)
                                                     : random_challenger(job.honest, job.random);
      const Game game = play_both(job.claim(wrong.at, claimed), left, right, job.random);
      EXPECT_EQ(game.outcome, liar_responds ? Outcome::challenger_won : Outcome::responder_won)
          << "seed " << seed << ", " << name_of(node.form);
    });
  }
  for (const PhaseInfo& info : kPhases) {
    if (info.phase == Phase::over) continue;
    EXPECT_GT(moves_[info.phase], 0) << info.move;
  }
  std::set<std::pair<program::Form, int>> judged;
  for (const auto& [op, count] : judged_)
    if (count > 0) judged.emplace(std::get<program::Form>(op), std::get<std::uint8_t>(op));
  for (const kernels::ScalarFnInfo& fn : kernels::kScalarFns)
    EXPECT_TRUE(judged.contains({program::Form::map, static_cast<int>(fn.fn)})) << fn.name;
  for (const int fn : {0, 1, 2}) EXPECT_TRUE(judged.contains({program::Form::reduce, fn})) << fn;
  for (const auto form : {program::Form::iota, program::Form::view, program::Form::concat,
                          program::Form::matmul, program::Form::gather, program::Form::scatter_add})
    EXPECT_TRUE(judged.contains({form, 0})) << name_of(form);
  EXPECT_GT(refused_, 500);
  RecordProperty("games", games);
}

}  // namespace
}  // namespace lydian::sim
