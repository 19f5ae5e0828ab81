// Small random programs for tests: every form, scalar function and dtype, awkward shapes, empty axes, tensors
// of one byte and of several blocks. What they compute means nothing.
#pragma once

#include "lydian/program/program.h"
#include "sim/random.h"

namespace lydian::sim {

struct RandomProgram {
  program::Program program;
  std::vector<Bytes> constants;

  [[nodiscard]] std::vector<ByteView> constant_views() const { return {constants.begin(), constants.end()}; }
};

struct RandomProgramOptions {
  std::int64_t steps_max = 70;
  int operations = 12;  // a graph
};

[[nodiscard]] RandomProgram random_program(Random& random, const RandomProgramOptions& options = {});

}  // namespace lydian::sim
