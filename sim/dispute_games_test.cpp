// Games between honest and dishonest players over random programs: every form, every phase, both seats.
#include <gtest/gtest.h>

#include <map>

#include "lydian/merkle/tree.h"
#include "sim/job.h"

namespace lydian::sim {
namespace {

using namespace dispute;
using program::Form;
using program::GraphKind;

/// What the games of a test went through, so that none passes without having played.
struct Coverage {
  std::map<Form, int> judged;  // the form in question at the end
  std::map<Phase, int> moves;
  int games = 0;

  void note(const Game& game, const Move& move) {
    ++moves[phase_of(move)];
    if (phase_of(move) == Phase::judge) ++judged[game.node.form];
  }
  MoveObserver observer() {
    return [this](const Game& game, const Move& move) { note(game, move); };
  }
};

constexpr int kPrograms = 25;

TEST(DisputeGames, honest_player_wins_from_either_seat_at_every_divergence) {
  Coverage coverage;
  for (int seed = 0; seed < kPrograms; ++seed) {
    Job job(static_cast<std::uint64_t>(seed));
    coverage.games += for_each_fault(job, [&](const FalseClaim& wrong) {
      const std::string where =
          fmt::format("seed {}, transition {}, node {}", seed, wrong.fault.transition, wrong.fault.node);
      const Game caught = play(open_game(job.claim(wrong.at, wrong.faulty.root(wrong.at.hi)), 1000),
                               responder(wrong.faulty), challenger(job.honest), coverage.observer());
      EXPECT_EQ(caught.outcome, Outcome::challenger_won) << where;
      EXPECT_EQ(caught.claim.boundaries.lo, wrong.fault.transition) << where;
      const Game defended = play(open_game(job.claim(wrong.at, job.honest.root(wrong.at.hi)), 1000),
                                 responder(job.honest), challenger(wrong.faulty), coverage.observer());
      EXPECT_EQ(defended.outcome, Outcome::responder_won) << where;
    });
  }
  RecordProperty("games", 2 * coverage.games);
  EXPECT_GT(coverage.games, 500);
  for (const PhaseInfo& info : kPhases) {
    if (info.phase == Phase::over) continue;
    EXPECT_GT(coverage.moves[info.phase], 10) << info.move;
  }
  for (int form = 1; form < program::kForms; ++form)
    EXPECT_GT(coverage.judged[static_cast<Form>(form)], 5) << name_of(static_cast<Form>(form));
}

TEST(DisputeGames, challengers_that_pick_at_random_lose) {
  Coverage coverage;
  for (int seed = 0; seed < kPrograms; ++seed) {
    Job job(1000 + static_cast<std::uint64_t>(seed));
    for (int repeat = 0; repeat < 20; ++repeat) {
      const std::uint64_t count = checkpoint_count(job.steps, job.interval);
      const Interval at = checkpoint(job.random.below(count), job.steps, job.interval);
      const Game game = play(open_game(job.claim(at, job.honest.root(at.hi)), 0), responder(job.honest),
                             random_challenger(job.honest, job.random), coverage.observer());
      EXPECT_EQ(game.outcome, Outcome::responder_won) << "seed " << seed << ", repeat " << repeat;
      ++coverage.games;
    }
  }
  EXPECT_GT(coverage.moves[Phase::judge], 100);
}

TEST(DisputeGames, responders_that_post_noise_lose) {
  int games = 0;
  for (int seed = 0; seed < kPrograms / 2; ++seed) {
    Job job(2000 + static_cast<std::uint64_t>(seed));
    games += for_each_fault(job, [&](const FalseClaim& wrong) {
      const Game game = play(open_game(job.claim(wrong.at, wrong.faulty.root(wrong.at.hi)), 0),
                             noisy_responder(wrong.faulty, job.random), challenger(job.honest));
      EXPECT_EQ(game.outcome, Outcome::challenger_won) << "seed " << seed;
    });
  }
  EXPECT_GT(games, 100);
}

/// Commits the last transition's right output with noise after its last block, where the tree has zeros.
struct NoiseAfterTheLastBlock {
  NoiseAfterTheLastBlock(Job& job, std::uint64_t transition)
      : output(noisy_leaves(job, transition)),
        trace(noisy_trace(job, transition, output.root())),
        job_(job) {}

  static merkle::ListTree noisy_leaves(Job& job, std::uint64_t transition) {
    std::vector<Root> leaves = merkle::block_hashes(job.honest.state(transition + 1));
    leaves.push_back(leaves.front());
    return merkle::ListTree(std::move(leaves));
  }
  static merkle::ListTree noisy_trace(Job& job, std::uint64_t transition, const Root& output) {
    std::vector<Root> roots;
    const merkle::ListTree& right = job.honest.trace(transition);
    for (std::uint64_t i = 0; i < right.leaf_count(); ++i) roots.push_back(right.node(0, i));
    roots.back() = output;
    return merkle::ListTree(std::move(roots));
  }

  Result<Move> move(const Game& game) const {
    if (game.phase == Phase::trace)
      return PostTrace{trace.root(), encode_header(job_.made.program),
                       trace.proof(trace.leaf_count() - 1).siblings};
    const merkle::ListTree& tree = game.in_output ? output : trace;
    Descend descend;
    for (std::uint64_t i = 0; i < game.cursor.children(); ++i) {
      const Cursor child = game.cursor.at_child(i, {});
      descend.children.push_back(tree.node(child.height, child.index));
    }
    return descend;
  }

  merkle::ListTree output;
  merkle::ListTree trace;

 private:
  Job& job_;
};

TEST(DisputeGames, noise_after_the_last_block_convicts) {
  int games = 0;
  for (std::uint64_t seed = 0; games < 10; ++seed) {
    Job job(3000 + seed);
    if (job.made.program.state_bytes != 40000) continue;  // three blocks, a padding leaf
    const std::uint64_t transition = job.random.below(job.steps + 1);
    const NoiseAfterTheLastBlock noisy(job, transition);
    const Claim claim = job.claim({transition, transition + 1}, noisy.output.root());
    const Game game = play(
        open_game(claim, 0), [&](const Game& at, std::span<const Move>) { return noisy.move(at); },
        challenger(job.honest));
    EXPECT_EQ(game.outcome, Outcome::challenger_won) << seed;
    EXPECT_TRUE(game.cursor.is_padding()) << seed;
    ++games;
  }
}

TEST(DisputeGames, players_that_forget_everything_between_moves_win) {
  Job job(6000);
  const Execution::Options no_snapshots{.snapshot_bytes_max = 0};
  const int games = for_each_fault(job, [&](const FalseClaim& wrong) {
    const ByteView agreed = job.honest.state(wrong.at.lo);
    const auto forgetful = [&](const Game& game, std::span<const Move> posts) {
      Execution fresh(job.machine, wrong.at.lo, Bytes(agreed.begin(), agreed.end()), no_snapshots);
      Game as_on_the_ledger = game;
      as_on_the_ledger.node = {};
      return game.mover() == Seat::responder ? responder_move(as_on_the_ledger, fresh)
                                             : challenger_move(as_on_the_ledger, posts, fresh);
    };
    const Game caught = play(open_game(job.claim(wrong.at, wrong.faulty.root(wrong.at.hi)), 0),
                             responder(wrong.faulty), forgetful);
    EXPECT_EQ(caught.outcome, Outcome::challenger_won);
    const Game defended = play(open_game(job.claim(wrong.at, job.honest.root(wrong.at.hi)), 0), forgetful,
                               challenger(wrong.faulty));
    EXPECT_EQ(defended.outcome, Outcome::responder_won);
  });
  EXPECT_GT(games, 10);
}

TEST(DisputeGames, states_are_kept_within_the_given_memory_and_roots_do_not_depend_on_it) {
  Job job(6001, {.steps_max = 70});
  const auto state_bytes = static_cast<std::size_t>(job.made.program.state_bytes);
  for (const std::size_t kept : {0, 1, 3, 100}) {
    Execution execution(job.machine, 0, {}, {.snapshot_bytes_max = kept * state_bytes});
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t boundary = job.random.below(job.steps + 3);
      ASSERT_EQ(execution.root(boundary), job.honest.root(boundary))
          << kept << " states, boundary " << boundary;
    }
  }
}

TEST(DisputeGames, a_player_says_why_it_has_no_move) {
  Job job(6002);
  const Interval at = checkpoint(0, job.steps, job.interval);
  Root wrong = job.honest.root(at.hi);
  wrong.bytes[0] ^= 1;
  const auto not_ours = responder_move(open_game(job.claim(at, wrong), 0), job.honest);
  ASSERT_FALSE(not_ours);
  EXPECT_NE(not_ours.error().message.find("our execution gives"), std::string::npos)
      << not_ours.error().message;

  Game game = open_game(job.claim(at, job.honest.root(at.hi)), 0);
  const auto missing = challenger_move(game, {}, job.honest);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("not the challenger's move"), std::string::npos);
  const Move post = *responder_move(game, job.honest);
  ASSERT_TRUE(apply(game, post, 0));
  const auto nothing = challenger_move(game, std::span(&post, 1), job.honest);
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().message.find("nothing to dispute"), std::string::npos) << nothing.error().message;
  const auto unseen = challenger_move(game, {}, job.honest);
  ASSERT_FALSE(unseen);
  EXPECT_NE(unseen.error().message.find("it is missing"), std::string::npos) << unseen.error().message;
}

}  // namespace
}  // namespace lydian::sim
