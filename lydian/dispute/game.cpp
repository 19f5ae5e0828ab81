#include "lydian/dispute/game.h"

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256.h"
#include "lydian/merkle/proof.h"
#include "lydian/merkle/tree.h"

namespace lydian::dispute {
namespace {

using program::Form;

constexpr std::uint64_t kGraceSteps = 8;  // for a move that re-executes at most a step or so

void decide(Game& game, bool responder_won) {
  game.phase = Phase::over;
  game.outcome = responder_won ? Outcome::responder_won : Outcome::challenger_won;
}

// ---- what a move must satisfy

Status require_count(std::size_t found, std::size_t wanted, std::string_view what) {
  if (found != wanted) return fail("{} {}, {} are needed", found, what, wanted);
  return {};
}

Status require_piece(std::uint64_t piece, std::uint64_t pieces) {
  if (piece >= pieces) return fail("piece {} of {}", piece, pieces);
  return {};
}

template <typename Value>
Status require_posted(const Game& game, std::span<const Value> values) {
  if (posted_hash(values) != game.pending) return fail("the values are not those that were posted");
  return {};
}

Status require_program(const Game& game, const HeaderBytes& header) {
  const Root root = crypto::sha256(header);
  if (root != game.claim.program_root)
    return fail("the header hashes to {}, the program is {}", root.hex(), game.claim.program_root.hex());
  return {};
}

std::size_t graph_index(const Game& game) {
  return static_cast<std::size_t>(graph_of(game.claim.boundaries.lo, game.claim.steps));
}

Root fold(std::vector<Root> nodes) {
  for (; nodes.size() > 1; nodes.resize(nodes.size() / 2))
    for (std::size_t i = 0; i < nodes.size() / 2; ++i)
      nodes[i] = crypto::sha256_pair(nodes[2 * i], nodes[2 * i + 1]);
  return nodes.front();
}

// ---- entering a phase

void enter_steps(Game& game) {
  game.phase = game.claim.boundaries.length() > 1 ? Phase::steps : Phase::trace;
}

void enter_cursor(Game& game) {
  if (game.cursor.is_padding())
    return decide(game, game.cursor.node == merkle::zero_subtree(game.cursor.height));
  if (game.cursor.height > 0) {
    game.phase = Phase::tree;
  } else {
    game.phase = game.in_output ? Phase::publish : Phase::node;
  }
}

void enter_tree(Game& game, const Root& root, std::uint64_t leaf_count) {
  game.cursor = Cursor::at_root(root, leaf_count);
  enter_cursor(game);
}

void enter_chain(Game& game, std::int64_t length) {
  game.chain = {0, static_cast<std::uint64_t>(length)};
  game.acc_lo = runtime::initial_accumulator(game.node);
  game.phase = Phase::chain;
}

void enter_accumulation(Game& game) {
  const program::Node& node = game.node;
  if (!runtime::has_chain(node)) {
    game.phase = Phase::judge;
  } else if (node.extent == 0) {
    decide(game, game.claimed == runtime::finish(node, runtime::initial_accumulator(node)));
  } else if (runtime::has_lanes(node)) {
    game.phase = Phase::lanes;
  } else {
    enter_chain(game, runtime::chain_length(node));
  }
}

// ---- the rows of the table, in its order. A move that fails leaves a game that is thrown away.

Status play(Game& game, const PostSteps& move) {
  TRY_STATUS(require_count(move.roots.size(), game.claim.boundaries.pieces() - 1, "roots"));
  game.pending = posted_hash(move.roots);
  game.phase = Phase::steps_pick;
  return {};
}

Status play(Game& game, const PickStep& move) {
  Claim& claim = game.claim;
  TRY_STATUS(require_piece(move.piece, claim.boundaries.pieces()));
  TRY_STATUS(require_posted<Root>(game, move.roots));
  claim.boundaries = claim.boundaries.piece(move.piece);
  // roots[i] is the root of the boundary where piece i ends.
  if (move.piece > 0) claim.root_lo = move.roots[move.piece - 1];
  if (move.piece < move.roots.size()) claim.root_hi = move.roots[move.piece];
  enter_steps(game);
  return {};
}

Status play(Game& game, const PostTrace& move) {
  TRY_STATUS(require_program(game, move.header));
  const std::uint64_t nodes = Header::read(move.header).node_counts[graph_index(game)];
  TRY_STATUS(merkle::verify_leaf(move.trace_root, nodes, game.claim.root_hi, nodes - 1, move.path));
  game.trace_root = move.trace_root;
  game.in_output = false;
  enter_tree(game, move.trace_root, nodes);
  return {};
}

Status play(Game& game, const Descend& move) {
  TRY_STATUS(require_count(move.children.size(), game.cursor.children(), "children"));
  if (const Root root = fold(move.children); root != game.cursor.node)
    return fail("the children hash to {}, not to {}", root.hex(), game.cursor.node.hex());
  game.pending = posted_hash(move.children);
  game.phase = Phase::tree_pick;
  return {};
}

Status play(Game& game, const PickChild& move) {
  TRY_STATUS(require_piece(move.child, move.children.size()));
  TRY_STATUS(require_posted<Root>(game, move.children));
  game.cursor = game.cursor.at_child(move.child, move.children[move.child]);
  enter_cursor(game);
  return {};
}

Status play(Game& game, const OpenNode& move) {
  TRY_STATUS(require_program(game, move.header));
  const Header header = Header::read(move.header);
  const std::size_t graph = graph_index(game);
  game.node_index = game.cursor.index;
  game.node_hash = crypto::sha256(move.node);
  TRY_STATUS(merkle::verify_leaf(header.graph_roots[graph], header.node_counts[graph], game.node_hash,
                                 game.node_index, move.path));
  game.node = TRY(program::decode_node(move.node));
  if (game.node.form == Form::literal) {
    decide(game, game.node.literal == game.cursor.node);
    return {};
  }
  game.in_output = true;
  enter_tree(game, game.cursor.node, merkle::block_count_of(static_cast<std::uint64_t>(game.node.bytes())));
  return {};
}

Status play(Game& game, const Publish& move) {
  const std::size_t size =
      merkle::block_size_of(static_cast<std::uint64_t>(game.node.bytes()), game.cursor.index);
  TRY_STATUS(require_count(move.block.size(), size, "bytes"));
  if (const Root hash = crypto::sha256(move.block); hash != game.cursor.node)
    return fail("the block hashes to {}, not to {}", hash.hex(), game.cursor.node.hex());
  game.pending = posted_hash(chunk_hashes(move.block));
  game.phase = Phase::element;
  return {};
}

Status play(Game& game, const PickElement& move) {
  TRY_STATUS(require_posted<Root>(game, move.chunk_hashes));
  const auto size = static_cast<std::uint64_t>(tensor::size_of(game.node.dtype));
  const std::uint64_t elements =
      merkle::block_size_of(static_cast<std::uint64_t>(game.node.bytes()), game.cursor.index) / size;
  if (move.element_in_block >= elements)
    return fail("element {} of the block's {}", move.element_in_block, elements);
  const std::uint64_t offset = move.element_in_block * size;
  if (chunk_hashes(move.chunk) != std::vector{move.chunk_hashes[offset / kChunkBytes]})
    return fail("the chunk is not number {} of the published block", offset / kChunkBytes);
  game.element = game.cursor.index * (merkle::kBlockBytes / size) + move.element_in_block;
  game.claimed = runtime::load_element(move.chunk, game.node.dtype,
                                       static_cast<std::int64_t>(offset % kChunkBytes / size));
  enter_accumulation(game);
  return {};
}

Status play(Game& game, const PostLanes& move) {
  const std::uint32_t sum = runtime::finish(game.node, runtime::fold_lanes(move.lanes));
  if (sum != game.claimed) return fail("the lanes fold to {:#010x}, claimed is {:#010x}", sum, game.claimed);
  game.pending = posted_hash(move.lanes);
  game.phase = Phase::lanes_pick;
  return {};
}

Status play(Game& game, const PickLane& move) {
  TRY_STATUS(require_piece(move.lane, runtime::kLanes));
  TRY_STATUS(require_posted<std::uint32_t>(game, move.lanes));
  game.lane = move.lane;
  const std::int64_t length = runtime::chain_length(game.node, static_cast<int>(move.lane));
  if (length == 0) {
    decide(game, move.lanes[move.lane] == runtime::initial_accumulator(game.node));
    return {};
  }
  enter_chain(game, length);
  game.acc_hi = move.lanes[move.lane];
  game.acc_hi_fixed = true;
  return {};
}

Status play(Game& game, const PostPartials& move) {
  TRY_STATUS(require_count(move.values.size(), game.chain.pieces(), "accumulators"));
  const std::uint32_t last = move.values.back();
  const std::uint32_t end = game.acc_hi_fixed ? last : runtime::finish(game.node, last);
  const std::uint32_t wanted = game.acc_hi_fixed ? game.acc_hi : game.claimed;
  if (end != wanted) return fail("the chain ends at {:#010x}, claimed is {:#010x}", end, wanted);
  game.pending = posted_hash(move.values);
  game.phase = Phase::chain_pick;
  return {};
}

Status play(Game& game, const PickPartial& move) {
  TRY_STATUS(require_piece(move.piece, move.values.size()));
  TRY_STATUS(require_posted<std::uint32_t>(game, move.values));
  game.chain = game.chain.piece(move.piece);
  if (move.piece > 0) game.acc_lo = move.values[move.piece - 1];
  game.acc_hi = move.values[move.piece];
  game.acc_hi_fixed = true;
  game.phase = game.chain.length() > 1 ? Phase::chain : Phase::judge;
  return {};
}

Status play(Game& game, const Judge& move) {
  TRY_STATUS(require_program(game, move.header));
  if (crypto::sha256(move.node) != game.node_hash) return fail("the node is not the one that was opened");
  const std::size_t graph = graph_index(game);
  Sources sources{
      .header = Header::read(move.header), .trace_root = game.trace_root, .state = game.claim.root_lo};
  sources.trace_count = sources.header.node_counts[graph];
  sources.has_state = static_cast<program::GraphKind>(graph) != program::GraphKind::init;
  decide(game, TRY(judge(sources, question_of(game, move.extra), move.openings)));
  return {};
}

}  // namespace

std::uint64_t Game::grace_seconds() const {
  const bool whole_interval = phase == Phase::steps || phase == Phase::steps_pick;
  const std::uint64_t steps = whole_interval ? claim.boundaries.length() : kGraceSteps;
  return (steps * claim.step_millis + 999) / 1000;
}

Game open_game(const Claim& claim, std::uint64_t now) {
  ENSURE(claim.boundaries.lo < claim.boundaries.hi, "boundaries {} to {}", claim.boundaries.lo,
         claim.boundaries.hi);
  Game game;
  game.claim = claim;
  game.clock = {now, claim.move_budget, claim.move_budget};
  enter_steps(game);
  return game;
}

Status apply(Game& game, const Move& move, std::uint64_t now) {
  const PhaseInfo& expected = info_of(game.phase);
  if (game.is_over()) return fail("{}: the game is over", info_of(phase_of(move)).move);
  if (phase_of(move) != game.phase)
    return fail("{}: it is the turn of {}", info_of(phase_of(move)).move, expected.move);
  if (now > game.deadline())
    return fail("{}: the time was up at {}, it is {}", expected.move, game.deadline(), now);
  Game next = game;
  next.clock.press(game.mover(), game.grace_seconds(), now);
  const Status status = std::visit([&](const auto& row) { return play(next, row); }, move);
  if (!status) return within(std::string(expected.move), status.error());
  game = std::move(next);
  return {};
}

Status timeout(Game& game, std::uint64_t now) {
  if (game.is_over()) return fail("timeout: the game is over");
  if (now <= game.deadline()) return fail("timeout: the mover has until {}, it is {}", game.deadline(), now);
  decide(game, game.mover() == Seat::challenger);
  return {};
}

Status cancel(Game& game) {
  if (game.is_over()) return fail("cancel: the game is over");
  game.phase = Phase::over;
  game.outcome = Outcome::cancelled;
  return {};
}

Question question_of(const Game& game, std::uint64_t extra) {
  return {.node = game.node,
          .node_index = game.node_index,
          .element = game.element,
          .position = game.chain.lo,
          .lane = game.lane,
          .before = game.acc_lo,
          .claimed = runtime::has_chain(game.node) ? game.acc_hi : game.claimed,
          .extra = extra};
}

}  // namespace lydian::dispute
