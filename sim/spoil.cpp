#include "sim/spoil.h"

namespace lydian::sim {

using namespace dispute;

namespace {

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

}  // namespace

std::vector<Spoiled> spoil(const Game& game, const Move& move) {
  Spoiler spoiler{game, {}};
  std::visit(spoiler, move);
  return std::move(spoiler.out);
}

bool same_state(const Game& a, const Game& b) {
  return a.claim == b.claim && a.clock == b.clock && a.phase == b.phase && a.outcome == b.outcome &&
         a.pending == b.pending && a.trace_root == b.trace_root && a.cursor == b.cursor &&
         a.in_output == b.in_output && a.node_index == b.node_index && a.node_hash == b.node_hash &&
         a.element == b.element && a.claimed == b.claimed && a.lane == b.lane && a.chain == b.chain &&
         a.acc_lo == b.acc_lo && a.acc_hi == b.acc_hi && a.acc_hi_fixed == b.acc_hi_fixed;
}

}  // namespace lydian::sim
