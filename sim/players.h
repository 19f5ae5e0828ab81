// Who sits at a game: the honest player of lydian/dispute on any machine, and players that move at random.
// And the table at which they play.
#pragma once

#include <functional>
#include <optional>

#include "lydian/dispute/player.h"
#include "sim/random.h"

namespace lydian::sim {

/// Makes a side's next move from the game and the responder's moves so far. An error: it has none, and lets
/// its time run out.
using PlayerFn =
    std::function<Result<dispute::Move>(const dispute::Game& game, std::span<const dispute::Move> posts)>;

/// A player follows the rules on what its execution gives: honest on an honest machine, a consistent liar on
/// a faulty one.
[[nodiscard]] PlayerFn responder(dispute::Execution& execution);
[[nodiscard]] PlayerFn challenger(dispute::Execution& execution);

/// Picks anything that the rules allow, with openings that are right.
[[nodiscard]] PlayerFn random_challenger(dispute::Execution& execution, Random& random);

/// Posts what an execution gives, but sometimes with a value replaced by noise where the rules allow any.
[[nodiscard]] PlayerFn noisy_responder(dispute::Execution& execution, Random& random);

/// Called before each move of a game.
using MoveObserver = std::function<void(const dispute::Game& game, const dispute::Move& move)>;

/// Plays a game to its end. A side without a move, or with one that is refused, loses by the clock.
[[nodiscard]] dispute::Game play(dispute::Game game, const PlayerFn& responder, const PlayerFn& challenger,
                                 const MoveObserver& observe = {});

}  // namespace lydian::sim
