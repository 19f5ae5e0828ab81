// The honest player of both seats: the next move of a game, from the game, one's own execution and what the
// other side posted. It keeps nothing between moves, so a player that was restarted goes on.
#pragma once

#include "lydian/dispute/execution.h"
#include "lydian/dispute/game.h"

namespace lydian::dispute {

/// The responder's next move: what its execution gives. Fails if the claim is not what its execution gives.
[[nodiscard]] Result<Move> responder_move(const Game& game, Execution& execution);

/// The challenger's next move: toward the first disagreement. `posts` are the responder's moves of this game
/// so far, in order. Fails if the posts are incomplete, or if there is nothing to disagree with.
[[nodiscard]] Result<Move> challenger_move(const Game& game, std::span<const Move> posts,
                                           Execution& execution);

/// The challenger's last move with the openings that it needs, whoever it convicts. `extra`: Question::extra.
[[nodiscard]] Result<Judge> make_judge(const Game& game, std::span<const Move> posts, std::uint64_t extra,
                                       Execution& execution);

}  // namespace lydian::dispute
