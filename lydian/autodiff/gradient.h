// Reverse-mode differentiation, graph in, graph out: one table of rules, operator to the gradients of its
// operands. Source: Griewank and Walther, "Evaluating Derivatives", 2nd ed., chapter 3 (reverse
// accumulation).
#pragma once

#include <span>
#include <vector>

#include "lydian/program/builder.h"

namespace lydian::autodiff {

/// d loss / d x for every x, as new nodes of the loss's builder; each has the shape of its x. loss is an f32
/// of one element. An x that the loss does not depend on gets zeros. Integers, comparisons, conversions and
/// stop_gradient() values pass no gradient. What flows into a value from several nodes is added in the
/// reverse of their depth-first order (GraphBuilder), and all of it is scheduled: the loss, then each flow as
/// it is found.
[[nodiscard]] std::vector<program::Value> gradients(program::Value loss, std::span<const program::Value> wrt);

}  // namespace lydian::autodiff
