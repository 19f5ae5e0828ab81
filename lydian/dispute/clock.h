// Whose move it is and how long it may take: docs/protocol.md, section 5, "Clocks". All times are seconds.
#pragma once

#include <cstdint>

namespace lydian::dispute {

enum class Seat : std::uint8_t { responder, challenger };

/// The side to move has `grace` seconds for nothing; what it takes beyond comes off its budget, which is for
/// all its moves.
struct Clock {
  std::uint64_t start = 0;  // of the current turn
  std::uint32_t responder_budget = 0;
  std::uint32_t challenger_budget = 0;
  bool operator==(const Clock&) const = default;

  [[nodiscard]] std::uint32_t& budget(Seat seat) {
    return seat == Seat::responder ? responder_budget : challenger_budget;
  }
  [[nodiscard]] std::uint32_t budget(Seat seat) const {
    return seat == Seat::responder ? responder_budget : challenger_budget;
  }
  /// The last second in which the side may still move.
  [[nodiscard]] std::uint64_t deadline(Seat mover, std::uint64_t grace) const {
    return start + grace + budget(mover);
  }
  /// Ends the mover's turn, which must be in time.
  void press(Seat mover, std::uint64_t grace, std::uint64_t now) {
    const std::uint64_t elapsed = now - start;
    if (elapsed > grace) budget(mover) -= static_cast<std::uint32_t>(elapsed - grace);
    start = now;
  }
};

}  // namespace lydian::dispute
