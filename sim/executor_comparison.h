// Runs random programs through the executor and the interpreter and says where they differ.
#pragma once

#include <optional>
#include <string>

#include "sim/random_program.h"

namespace lydian::sim {

/// The first difference between the executor's value or trace of a graph and the interpreter's, over init,
/// step and output, all instruction sets of this machine, with and without each pass, one and two threads.
[[nodiscard]] std::optional<std::string> compare_executor(const RandomProgram& made);

/// A program whose step is made of what the executor fuses and looks through: maps over tensors of a few
/// common shapes, rows and columns broadcast into them, views of views, reductions over large and small rows,
/// batched products of strided operands, nested concatenations, gathers and scatters. Small constants, so
/// that all of it is cheap.
[[nodiscard]] RandomProgram random_chains(Random& random, int operations);

}  // namespace lydian::sim
