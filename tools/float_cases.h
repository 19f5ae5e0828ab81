// Operands that are worth trying: an edge lattice, and random ones bent toward ties, cancellation, the ends
// of the range and the arguments that functions find hard. The same seed gives the same cases on every
// machine.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "tools/float_oracle.h"

namespace lydian::tools {

/// Zeros, subnormals, powers of two, ties, range ends, infinities, NaNs; both signs.
std::span<const std::uint32_t> edge_lattice();
/// Arguments close to a rounding boundary or to a multiple of pi/2, as float_oracle hardest finds them.
std::span<const std::uint32_t> hard_arguments();

class CaseSource {
 public:
  explicit CaseSource(std::uint64_t seed) : random_(seed) {}

  Operands draw(const Operation& operation);

 private:
  std::uint32_t bits(int count) { return static_cast<std::uint32_t>(random_() >> (64 - count)); }
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(random_() % count); }
  std::uint32_t nudge(std::uint32_t x) { return x + below(5) - 2; }

  std::uint32_t any_float();
  std::uint32_t float_with_exponent(int low, int high);
  std::uint32_t function_argument(std::string_view name);
  std::uint32_t near_multiple_of_half_pi();
  Operands arithmetic(const Operation& operation);
  std::uint32_t source_of_conversion(Type from);
  std::uint32_t float_near_midpoint();

  std::mt19937_64 random_;
};

}  // namespace lydian::tools
