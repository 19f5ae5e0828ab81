// Every move of real games, spoiled in every field: each variant is refused, names its rule, and changes
// nothing.
#include <gtest/gtest.h>

#include <map>

#include "sim/job.h"

namespace lydian::sim {
namespace {

using namespace dispute;

struct Spoiled {
  Move move;
  std::string rule;  // part of the error
};

void flip(Root& root) { root.bytes[7] ^= 1; }

/// A move with one thing wrong. Rules are those of docs/protocol.md, section 5.
struct Spoiler {
  const Game& game;
  std::vector<Spoiled> out;

  template <typename M, typename Change>
  void with(const M& move, std::string rule, const Change& change) {
    M copy = move;
    change(copy);
    out.push_back({std::move(copy), std::move(rule)});
  }

  void operator()(const PostSteps& m) {
    with(m, "roots, ", [](auto& c) { c.roots.emplace_back(); });
    if (!m.roots.empty()) with(m, "roots, ", [](auto& c) { c.roots.pop_back(); });
  }
  void operator()(const PickStep& m) {
    with(m, "piece", [&](auto& c) { c.piece = game.claim.boundaries.pieces(); });
    with(m, "not those that were posted", [](auto& c) { c.roots.emplace_back(); });
    if (!m.roots.empty()) with(m, "not those that were posted", [](auto& c) { flip(c.roots.back()); });
  }
  void operator()(const PostTrace& m) {
    with(m, "the header hashes to", [](auto& c) { c.header[383] ^= 1; });
    with(m, "leads to root", [](auto& c) { flip(c.trace_root); });
    with(m, "siblings", [](auto& c) { c.path.emplace_back(); });
    if (m.path.empty()) return;
    with(m, "siblings", [](auto& c) { c.path.pop_back(); });
    with(m, "leads to root", [](auto& c) { flip(c.path.front()); });
  }
  void operator()(const Descend& m) {
    with(m, "children, ", [](auto& c) { c.children.pop_back(); });
    with(m, "children, ", [](auto& c) { c.children.resize(2 * c.children.size()); });
    with(m, "the children hash to", [](auto& c) { flip(c.children.back()); });
    with(m, "the children hash to", [](auto& c) { std::swap(c.children.front(), c.children.back()); });
    if (m.children.front() == m.children.back()) out.pop_back();
  }
  void operator()(const PickChild& m) {
    with(m, "piece", [](auto& c) { c.child = c.children.size(); });
    with(m, "not those that were posted", [](auto& c) { flip(c.children[0]); });
  }
  void operator()(const OpenNode& m) {
    with(m, "the header hashes to", [](auto& c) { c.header[0] ^= 1; });
    with(m, "leads to root", [](auto& c) { c.node[255] ^= 1; });
    with(m, "siblings", [](auto& c) { c.path.emplace_back(); });
  }
  void operator()(const Publish& m) {
    with(m, "bytes, ", [](auto& c) { c.block.push_back(0); });
    if (m.block.empty()) return;
    with(m, "bytes, ", [](auto& c) { c.block.pop_back(); });
    with(m, "the block hashes to", [](auto& c) { c.block[0] ^= 1; });
  }
  void operator()(const PickElement& m) {
    with(m, "of the block's", [](auto& c) { c.element_in_block = 1 << 14; });
    with(m, "of the block's", [](auto& c) { c.element_in_block = ~std::uint64_t{0}; });
    with(m, "not those that were posted", [](auto& c) { flip(c.chunk_hashes[0]); });
    with(m, "not those that were posted", [](auto& c) { c.chunk_hashes.pop_back(); });
    with(m, "the chunk is not", [](auto& c) { c.chunk[0] ^= 1; });
    with(m, "the chunk is not", [](auto& c) { c.chunk.clear(); });
  }
  void operator()(const PostLanes& m) {
    with(m, "the lanes fold to", [](auto& c) { c.lanes.fill(0x3f800000); });
    if (game.claimed == 0x42000000) out.pop_back();  // 32 ones are 32
  }
  void operator()(const PickLane& m) {
    with(m, "piece", [](auto& c) { c.lane = 32; });
    with(m, "not those that were posted", [](auto& c) { c.lanes[31] ^= 1; });
  }
  void operator()(const PostPartials& m) {
    with(m, "accumulators, ", [](auto& c) { c.values.push_back(c.values.back()); });
    with(m, "accumulators, ", [](auto& c) { c.values.pop_back(); });
    const std::uint32_t other = m.values.back() == 0x3fc00000 ? 0x40200000 : 0x3fc00000;
    with(m, "the chain ends at", [&](auto& c) { c.values.back() = other; });
  }
  void operator()(const PickPartial& m) {
    with(m, "piece", [](auto& c) { c.piece = c.values.size(); });
    with(m, "not those that were posted", [](auto& c) { c.values[0] ^= 1; });
  }
  void operator()(const Judge& m) {
    with(m, "the header hashes to", [](auto& c) { c.header[40] ^= 1; });
    with(m, "not the one that was opened", [](auto& c) { c.node[1] ^= 1; });
    if (m.openings.empty()) return;
    with(m, "missing", [](auto& c) { c.openings.pop_back(); });
    with(m, "the operation reads", [](auto& c) { c.openings.push_back(c.openings.back()); });
    for (std::size_t i = 0; i < m.openings.size(); ++i) {
      with(m, "opening of operand", [&](auto& c) { flip(c.openings[i].root); });
      with(m, "the node says", [&](auto& c) { ++c.openings[i].length; });
      with(m, "opening of operand", [&](auto& c) { c.openings[i].link_path.emplace_back(); });
      with(m, "are needed", [&](auto& c) { c.openings[i].block.push_back(0); });
      with(m, "opening of operand", [&](auto& c) { c.openings[i].block[0] ^= 1; });
      with(m, "siblings", [&](auto& c) { c.openings[i].block_path.emplace_back(); });
    }
  }
};

std::vector<Spoiled> spoil(const Game& game, const Move& move) {
  Spoiler spoiler{game, {}};
  std::visit(spoiler, move);
  return std::move(spoiler.out);
}

bool same(const Game& a, const Game& b) {
  return a.claim == b.claim && a.clock == b.clock && a.phase == b.phase && a.outcome == b.outcome &&
         a.pending == b.pending && a.trace_root == b.trace_root && a.cursor == b.cursor &&
         a.in_output == b.in_output && a.node_index == b.node_index && a.node_hash == b.node_hash &&
         a.element == b.element && a.claimed == b.claimed && a.lane == b.lane && a.chain == b.chain &&
         a.acc_lo == b.acc_lo && a.acc_hi == b.acc_hi && a.acc_hi_fixed == b.acc_hi_fixed;
}

void expect_refused(const Game& game, const Move& move, std::uint64_t now, const std::string& rule) {
  Game copy = game;
  const Status status = apply(copy, move, now);
  ASSERT_FALSE(status) << info_of(phase_of(move)).move << " was to be refused: " << rule;
  EXPECT_NE(status.error().message.find(rule), std::string::npos)
      << status.error().message << ", not: " << rule;
  EXPECT_TRUE(same(copy, game)) << status.error().message;
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
