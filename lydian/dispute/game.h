// The dispute over one checkpoint as a state machine: docs/protocol.md, section 5, and the twin of the
// DisputeGame contract. R, the responder, defends the claim; C, the challenger, disputes it. A game is a
// value: copy it to look ahead.
#pragma once

#include "lydian/dispute/clock.h"
#include "lydian/dispute/moves.h"
#include "lydian/dispute/position.h"
#include "lydian/dispute/referee.h"

namespace lydian::dispute {

enum class Outcome : std::uint8_t { none, responder_won, challenger_won, cancelled };

/// What is disputed: root_lo is agreed, root_hi is not. The programs of games are valid.
struct Claim {
  Root program_root;
  Root root_lo;  // zero at boundary 0
  Root root_hi;
  Interval boundaries;
  std::uint64_t steps = 0;  // of the program
  std::uint32_t step_millis = 0;
  std::uint32_t move_budget = 0;  // seconds each side has for all its moves
  bool operator==(const Claim&) const = default;
};

/// All that the next move depends on, with the fields of the contract's GameState. A field that no phase has
/// set yet, or that has served its purpose, may hold what it held before.
struct Game {
  Claim claim;  // root_lo, root_hi and boundaries narrow while steps are in question
  Clock clock;
  Phase phase = Phase::over;
  Outcome outcome = Outcome::none;
  Root pending;  // posted_hash of what was posted last; of a published block's chunk hashes

  Root trace_root;
  Cursor cursor;  // in the trace, then in one node's output
  bool in_output = false;

  std::uint64_t node_index = 0;
  Root node_hash;
  program::Node node;  // from openNode on

  std::uint64_t element = 0;  // flat, in the node's output
  std::uint32_t claimed = 0;  // its bits, zero-extended
  std::uint32_t lane = 0;
  Interval chain;            // operations in question
  std::uint32_t acc_lo = 0;  // accumulators before and after them
  std::uint32_t acc_hi = 0;
  bool acc_hi_fixed = false;  // false until the end of the chain is a posted value

  [[nodiscard]] bool is_over() const { return phase == Phase::over; }
  /// Whose move it is; the game is not over.
  [[nodiscard]] Seat mover() const { return info_of(phase).mover; }
  [[nodiscard]] std::uint64_t grace_seconds() const;
  /// The last second in which the mover may still move.
  [[nodiscard]] std::uint64_t deadline() const { return clock.deadline(mover(), grace_seconds()); }
};

/// The game begins at once.
[[nodiscard]] Game open_game(const Claim& claim, std::uint64_t now);

/// Makes the mover's move, or says which rule it breaks and leaves the game as it is.
[[nodiscard]] Status apply(Game& game, const Move& move, std::uint64_t now);

/// The mover loses, if its time is up.
[[nodiscard]] Status timeout(Game& game, std::uint64_t now);

/// The claim was dropped: the game ends without a verdict.
[[nodiscard]] Status cancel(Game& game);

/// What the referee is asked in Phase::judge.
[[nodiscard]] Question question_of(const Game& game, std::uint64_t extra);

}  // namespace lydian::dispute
