// Moves with one thing wrong, for tests of what the game and the contract must refuse.
#pragma once

#include <string>

#include "lydian/dispute/game.h"

namespace lydian::sim {

struct Spoiled {
  dispute::Move move;
  std::string rule;  // part of the game's error
};

/// Variants of a move that is right, each with another field spoiled.
[[nodiscard]] std::vector<Spoiled> spoil(const dispute::Game& game, const dispute::Move& move);

/// Whether two games are equal in all that the ledger keeps.
[[nodiscard]] bool same_state(const dispute::Game& a, const dispute::Game& b);

}  // namespace lydian::sim
