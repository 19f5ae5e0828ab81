// Every move of real games, spoiled in every field: each variant is refused, names its rule, and changes
// nothing.
#include <gtest/gtest.h>

#include <map>

#include "sim/job.h"
#include "sim/spoil.h"

namespace lydian::sim {
namespace {

using namespace dispute;

void expect_refused(const Game& game, const Move& move, std::uint64_t now, const std::string& rule) {
  Game copy = game;
  const Status status = apply(copy, move, now);
  ASSERT_FALSE(status) << info_of(phase_of(move)).move << " was to be refused: " << rule;
  EXPECT_NE(status.error().message.find(rule), std::string::npos)
      << status.error().message << ", not: " << rule;
  EXPECT_TRUE(same_state(copy, game)) << status.error().message;
}

TEST(DisputeMoves, spoiled_moves_are_refused_and_change_nothing) {
  std::map<Phase, int> refused;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Job job(4000 + seed);
    for_each_fault(job, [&](const FalseClaim& wrong) {
      const MoveObserver try_spoiled = [&](const Game& game, const Move& move) {
        for (const Spoiled& spoiled : spoil(game, move)) {
          expect_refused(game, spoiled.move, game.clock.start, spoiled.rule);
          ++refused[game.phase];
        }
      };
      const Game game = play(open_game(job.claim(wrong.at, wrong.faulty.root(wrong.at.hi)), 0),
                             responder(wrong.faulty), challenger(job.honest), try_spoiled);
      EXPECT_EQ(game.outcome, Outcome::challenger_won) << seed;
    });
  }
  for (const PhaseInfo& info : kPhases) {
    if (info.phase == Phase::over) continue;
    EXPECT_GT(refused[info.phase], 0) << info.move;
  }
}

TEST(DisputeMoves, moves_of_another_phase_and_late_moves_are_refused) {
  Job job(17);
  std::map<Phase, Move> seen;
  const int faults = for_each_fault(job, [&](const FalseClaim& wrong) {
    const MoveObserver try_others = [&](const Game& game, const Move& move) {
      seen.emplace(game.phase, move);
      for (const auto& [phase, other] : seen)
        if (phase != game.phase) expect_refused(game, other, game.clock.start, "it is the turn of");
      expect_refused(game, move, game.deadline() + 1, "the time was up at");
      Game in_time = game;
      EXPECT_TRUE(apply(in_time, move, game.deadline()));
      EXPECT_FALSE(timeout(in_time, game.clock.start)) << "too early";
    };
    const Game over = play(open_game(job.claim(wrong.at, wrong.faulty.root(wrong.at.hi)), 0),
                           responder(wrong.faulty), challenger(job.honest), try_others);
    for (const auto& [phase, move] : seen) expect_refused(over, move, over.clock.start, "the game is over");
    Game copy = over;
    EXPECT_FALSE(timeout(copy, ~std::uint64_t{0} >> 1));
    EXPECT_FALSE(cancel(copy));
  });
  EXPECT_GT(faults, 10);
  EXPECT_GT(seen.size(), 8U);
}

}  // namespace
}  // namespace lydian::sim
