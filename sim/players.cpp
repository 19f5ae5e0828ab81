#include "sim/players.h"

#include "lydian/core/ensure.h"

namespace lydian::sim {

using namespace dispute;

namespace {

Root random_root(Random& random) {
  Root root;
  for (auto& byte : root.bytes) byte = static_cast<std::uint8_t>(random.bits());
  return root;
}

template <typename Post>
const Post* last_post(std::span<const Move> posts) {
  return posts.empty() ? nullptr : std::get_if<Post>(&posts.back());
}

std::vector<Root> chunk_hashes_of(const Publish& post) { return chunk_hashes(post.block); }

Result<Move> random_element(const Game& game, const Publish& post, Random& random) {
  const auto size = static_cast<std::size_t>(tensor::size_of(game.node.dtype));
  if (post.block.empty()) return fail("an empty block has no element");
  const std::size_t element = random.below(post.block.size() / size);
  const std::size_t chunk = element * size / kChunkBytes * kChunkBytes;
  const ByteView bytes =
      ByteView(post.block).subspan(chunk, std::min(kChunkBytes, post.block.size() - chunk));
  return PickElement{element, chunk_hashes_of(post), Bytes(bytes.begin(), bytes.end())};
}

Result<Move> random_pick(const Game& game, std::span<const Move> posts, Execution& execution,
                         Random& random) {
  switch (game.phase) {
    case Phase::steps_pick:
      return PickStep{random.below(game.claim.boundaries.pieces()), last_post<PostSteps>(posts)->roots};
    case Phase::tree_pick:
      return PickChild{random.below(game.cursor.children()), last_post<Descend>(posts)->children};
    case Phase::element:
      return random_element(game, *last_post<Publish>(posts), random);
    case Phase::lanes_pick:
      return PickLane{static_cast<std::uint32_t>(random.below(runtime::kLanes)),
                      last_post<PostLanes>(posts)->lanes};
    case Phase::chain_pick:
      return PickPartial{random.below(game.chain.pieces()), last_post<PostPartials>(posts)->values};
    case Phase::judge:
      return TRY(
          make_judge(game, posts, random.below(std::max<std::uint64_t>(1, game.node.extent)), execution));
    default:
      return challenger_move(game, posts, execution);
  }
}

void add_noise(Move& move, Random& random) {
  if (auto* steps = std::get_if<PostSteps>(&move))
    steps->roots[random.below(steps->roots.size())] = random_root(random);
  if (auto* partials = std::get_if<PostPartials>(&move); partials != nullptr && partials->values.size() > 1)
    partials->values[random.below(partials->values.size() - 1)] = static_cast<std::uint32_t>(random.bits());
}

}  // namespace

PlayerFn responder(Execution& execution) {
  return [&](const Game& game, std::span<const Move>) { return responder_move(game, execution); };
}

PlayerFn challenger(Execution& execution) {
  return
      [&](const Game& game, std::span<const Move> posts) { return challenger_move(game, posts, execution); };
}

PlayerFn random_challenger(Execution& execution, Random& random) {
  return [&](const Game& game, std::span<const Move> posts) {
    return random_pick(game, posts, execution, random);
  };
}

PlayerFn noisy_responder(Execution& execution, Random& random) {
  return [&](const Game& game, std::span<const Move>) -> Result<Move> {
    Move move = TRY(responder_move(game, execution));
    if (random.chance(40)) add_noise(move, random);
    return move;
  };
}

Game play(Game game, const PlayerFn& responder, const PlayerFn& challenger, const MoveObserver& observe) {
  std::vector<Move> posts;
  std::uint64_t now = game.clock.start;
  while (!game.is_over()) {
    const Seat mover = game.mover();
    const auto move = (mover == Seat::responder ? responder : challenger)(game, posts);
    if (move && observe) observe(game, *move);
    if (!move || !apply(game, *move, ++now)) {
      const Status status = timeout(game, game.deadline() + 1);
      ENSURE(status.has_value(), "{}", status.error().message);
    } else if (mover == Seat::responder) {
      posts.push_back(*move);
    }
  }
  return game;
}

}  // namespace lydian::sim
