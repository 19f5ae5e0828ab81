// The dispute games on the ledger: a game's state, what was posted in it, and its moves as calls. The moves
// are those of lydian/dispute; this is only their encoding (IDisputeGame.sol).
#pragma once

#include "lydian/dispute/game.h"
#include "lydian/ledger/market.h"

namespace lydian::ledger {

/// A game as the ledger has it.
struct GameOnLedger {
  dispute::Game game;  // without `node`: the contract keeps its hash alone, the program has the rest
  Address responder;
  Address challenger;
};

class Games {
 public:
  explicit Games(const Market& market) : market_(&market) {}

  [[nodiscard]] Result<GameOnLedger> game(std::uint64_t id) const;
  /// The responder's posts so far, in order. from_block: where the game was opened, or before.
  [[nodiscard]] Result<std::vector<dispute::Move>> posts(std::uint64_t id, std::uint64_t from_block) const;

  [[nodiscard]] Call move(std::uint64_t id, const dispute::Move& move) const;
  [[nodiscard]] Call timeout(std::uint64_t id) const;

 private:
  const Market* market_;
};

}  // namespace lydian::ledger
