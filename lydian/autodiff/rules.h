// The table of gradient rules.
#pragma once

#include <array>
#include <optional>

#include "lydian/program/builder.h"

namespace lydian::autodiff {

/// The gradient that flows to each operand; nothing where none does.
using OperandGradients = std::array<std::optional<program::Value>, program::kMaxOperands>;

/// y is a node, g the gradient of the loss in it, of y's shape.
[[nodiscard]] OperandGradients operand_gradients(program::Value y, program::Value g);

}  // namespace lydian::autodiff
