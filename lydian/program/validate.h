// Whether a program means something: every shape, type, length and reference fits. A node that runs only
// validated programs never meets an undefined element; the referee's element positions all exist.
#pragma once

#include "lydian/program/program.h"

namespace lydian::program {

/// What a graph's operands refer to.
struct GraphInputs {
  std::int64_t state_bytes = -1;  // -1: the graph has no state (init)
  std::span<const Constant> constants;
};

/// One node, given those before it.
[[nodiscard]] Status validate(const Node& node, std::span<const Node> earlier, const GraphInputs& inputs);
[[nodiscard]] Status validate(const Program& program);
/// Whether this build knows the definitions that the program was made under.
[[nodiscard]] Status check_definitions(const Program& program);

}  // namespace lydian::program
