// Clocks, the beginning and the end of a game. Its rounds are played in sim/dispute_games_test.cpp.
#include "lydian/dispute/game.h"

#include <gtest/gtest.h>

namespace lydian::dispute {
namespace {

Claim claim_of(Interval boundaries) {
  return {.program_root = {},
          .root_lo = {},
          .root_hi = {},
          .boundaries = boundaries,
          .steps = 100,
          .step_millis = 300,
          .move_budget = 60};
}

TEST(Game, begins_with_steps_or_with_the_trace_of_the_only_one) {
  EXPECT_EQ(open_game(claim_of({0, 2}), 5).phase, Phase::steps);
  EXPECT_EQ(open_game(claim_of({4, 5}), 5).phase, Phase::trace);
  EXPECT_EQ(open_game(claim_of({4, 5}), 5).mover(), Seat::responder);
}

TEST(Game, steps_have_grace_for_the_whole_interval_and_other_moves_for_eight) {
  EXPECT_EQ(open_game(claim_of({0, 51}), 0).grace_seconds(), 16U) << "15.3 s, rounded up";
  EXPECT_EQ(open_game(claim_of({4, 5}), 0).grace_seconds(), 3U) << "2.4 s, rounded up";
}

TEST(Game, a_move_within_its_grace_costs_nothing) {
  Game game = open_game(claim_of({0, 10}), 1000);
  ASSERT_TRUE(apply(game, PostSteps{std::vector<Root>(9)}, 1003));
  EXPECT_EQ(game.clock, (Clock{1003, 60, 60}));
}

TEST(Game, time_beyond_the_grace_comes_off_the_movers_budget) {
  Game game = open_game(claim_of({0, 10}), 1000);
  ASSERT_TRUE(apply(game, PostSteps{std::vector<Root>(9)}, 1023));
  EXPECT_EQ(game.clock, (Clock{1023, 40, 60}));
  ASSERT_TRUE(apply(game, PickStep{9, std::vector<Root>(9)}, 1036));
  EXPECT_EQ(game.clock, (Clock{1036, 40, 50}));
}

TEST(Game, the_last_second_is_in_time_and_the_next_is_not) {
  const Game start = open_game(claim_of({0, 10}), 1000);
  EXPECT_EQ(start.deadline(), 1063U);
  Game game = start;
  EXPECT_FALSE(timeout(game, 1063));
  EXPECT_TRUE(apply(game, PostSteps{std::vector<Root>(9)}, 1063));
  EXPECT_EQ(game.clock.responder_budget, 0U);
  game = start;
  EXPECT_FALSE(apply(game, PostSteps{std::vector<Root>(9)}, 1064));
  EXPECT_TRUE(timeout(game, 1064));
  EXPECT_EQ(game.outcome, Outcome::challenger_won);
}

TEST(Game, a_challenger_that_does_not_pick_loses) {
  Game game = open_game(claim_of({0, 10}), 0);
  ASSERT_TRUE(apply(game, PostSteps{std::vector<Root>(9)}, 0));
  ASSERT_TRUE(timeout(game, game.deadline() + 1));
  EXPECT_EQ(game.outcome, Outcome::responder_won);
}

TEST(Game, narrows_to_the_picked_piece_and_its_roots) {
  std::vector<Root> roots(31);
  for (std::size_t i = 0; i < roots.size(); ++i) roots[i].bytes[0] = static_cast<std::uint8_t>(i + 1);
  Claim claim = claim_of({3, 103});
  claim.root_lo.bytes[1] = 1;
  claim.root_hi.bytes[1] = 2;
  const auto picked = [&](std::uint64_t piece) {
    Game game = open_game(claim, 0);
    EXPECT_TRUE(apply(game, PostSteps{roots}, 0));
    EXPECT_TRUE(apply(game, PickStep{piece, roots}, 0));
    return game;
  };
  const Game first = picked(0);
  EXPECT_EQ(first.claim.boundaries, (Interval{3, 6}));
  EXPECT_EQ(first.claim.root_lo, claim.root_lo);
  EXPECT_EQ(first.claim.root_hi, roots[0]);
  const Game middle = picked(5);
  EXPECT_EQ(middle.claim.boundaries, (Interval{18, 21}));
  EXPECT_EQ(middle.claim.root_lo, roots[4]);
  EXPECT_EQ(middle.claim.root_hi, roots[5]);
  const Game last = picked(31);
  EXPECT_EQ(last.claim.boundaries, (Interval{99, 103}));
  EXPECT_EQ(last.claim.root_lo, roots[30]);
  EXPECT_EQ(last.claim.root_hi, claim.root_hi);
}

TEST(Game, cancel_gives_no_verdict_and_ends_it) {
  Game game = open_game(claim_of({0, 10}), 0);
  ASSERT_TRUE(cancel(game));
  EXPECT_EQ(game.outcome, Outcome::cancelled);
  EXPECT_FALSE(apply(game, PostSteps{std::vector<Root>(9)}, 0));
}

TEST(Posted, values_are_hashed_as_words) {
  // cast keccak $(cast abi-encode "f(uint32,uint32)" 1 2), and of no words.
  const std::vector<std::uint32_t> values = {1, 2};
  EXPECT_EQ(posted_hash(values).hex(), "e90b7bceb6e7df5418fb78d8ee546e97c83a08bbccc01a0644d599ccd2a7c2e0");
  EXPECT_EQ(posted_hash(std::vector<Root>{}).hex(),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST(Posted, a_block_is_hashed_in_chunks_of_512_bytes) {
  EXPECT_EQ(chunk_hashes({}).size(), 0U);
  EXPECT_EQ(chunk_hashes(Bytes(512)).size(), 1U);
  EXPECT_EQ(chunk_hashes(Bytes(513)).size(), 2U);
}

}  // namespace
}  // namespace lydian::dispute
