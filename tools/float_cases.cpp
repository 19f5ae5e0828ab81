#include "tools/float_cases.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace lydian::tools {
namespace {

constexpr std::array<std::uint32_t, 32> kEdges = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x00400000, 0x007fffff, 0x807fffff, 0x00800000,
    0x80800000, 0x00800001, 0x00ffffff, 0x33800000, 0x33800001, 0x34000000, 0x3f000000, 0x3f7fffff,
    0x3f800000, 0xbf800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x4b7fffff, 0x4b800000, 0xcb800001,
    0x4effffff, 0x5f000000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffa00001,
};

constexpr std::array<std::uint32_t, 18> kHard = {
    0xc16912cd, 0xbbf0edf1, 0xbae0e25c, 0xb3000000, 0x65d890d3, 0x4c5d65a5,
    0x4d604ebe, 0x66a8c860, 0x73243f06, 0x46199998, 0x55cafb2a, 0x67a9242b,
    0x6115cb11, 0x5f18b878, 0x59443c0a, 0x7a4b1a27, 0x6ff9be45, 0x6f79be45,
};

std::uint32_t to_bits(float x) { return std::bit_cast<std::uint32_t>(x); }
float to_float(std::uint32_t x) { return std::bit_cast<float>(x); }

}  // namespace

std::span<const std::uint32_t> edge_lattice() { return kEdges; }
std::span<const std::uint32_t> hard_arguments() { return kHard; }

Operands CaseSource::draw(const Operation& operation) {
  if (operation.is_convert()) return {source_of_conversion(operation.from), 0, 0};
  if (operation.arity == 1) return {function_argument(operation.name), 0, 0};
  return arithmetic(operation);
}

std::uint32_t CaseSource::float_with_exponent(int low, int high) {
  const auto exponent = static_cast<std::uint32_t>(low) + below(static_cast<std::uint32_t>(high - low + 1));
  std::uint32_t fraction = bits(23);
  // Few or almost all ones in the fraction: these make ties and carries.
  if (below(4) == 0) fraction &= 0x7fffffu << below(23);
  if (below(4) == 0) fraction |= 0x7fffffu >> below(23);
  return bits(1) << 31 | exponent << 23 | (fraction & 0x7fffff);
}

std::uint32_t CaseSource::any_float() {
  switch (below(5)) {
    case 0:
      return bits(32);
    case 1:
      return kEdges[below(kEdges.size())];
    case 2:
      return nudge(kEdges[below(kEdges.size())]);
    case 3:
      return float_with_exponent(117, 137);
    default:
      return float_with_exponent(0, 255);
  }
}

Operands CaseSource::arithmetic(const Operation& operation) {
  Operands operands{any_float(), any_float(), operation.arity == 3 ? any_float() : 0};
  auto& [a, b, c] = operands;
  const int exponent_a = static_cast<int>(a >> 23 & 0xff);
  switch (below(4)) {
    case 0:  // Partners: a sum that cancels or ties, a product or quotient at an end of the range.
      if (operation.name == "mul" || operation.name == "fma") {
        b = float_with_exponent(std::clamp(127 - exponent_a, 0, 254), std::clamp(152 - exponent_a, 0, 254));
      } else if (operation.name == "div") {
        b = float_with_exponent(std::clamp(exponent_a + 102, 0, 254), std::clamp(exponent_a + 127, 0, 254));
      } else {
        b = float_with_exponent(std::max(exponent_a - 27, 0), std::min(exponent_a + 1, 255));
      }
      break;
    case 1:
      if (operation.arity == 2) b = nudge(bits(1) << 31 | (a & 0x7fffffff));
      break;
    default:
      break;
  }
  // A sum of product and addend that cancels, or whose addend is just out of reach of the product's last
  // place.
  if (operation.arity == 3 && below(2) == 0) {
    const std::uint32_t product = to_bits(to_float(a) * to_float(b));
    const int exponent = static_cast<int>(product >> 23 & 0xff);
    c = below(2) == 0 ? nudge(product ^ 0x80000000)
                      : float_with_exponent(std::max(exponent - 50, 0), std::min(exponent + 50, 254));
  }
  return operands;
}

std::uint32_t CaseSource::near_multiple_of_half_pi() {
  const double multiple = static_cast<double>(bits(1 + static_cast<int>(below(31))));
  return nudge(to_bits(static_cast<float>(multiple * 1.5707963267948966)));
}

std::uint32_t CaseSource::function_argument(std::string_view name) {
  if (below(16) == 0) return nudge(kHard[below(kHard.size())]);
  if (name == "exp" && below(2) == 0) return float_with_exponent(99, 133);
  if (name == "log") return below(2) == 0 ? bits(31) : nudge(0x3f800000 + below(1u << below(24)));
  if (name == "sin" || name == "cos") {
    if (below(3) == 0) return near_multiple_of_half_pi();
    if (below(2) == 0) return float_with_exponent(112, 254);
  }
  return any_float();
}

/// Halfway between neighbours of a narrower float format, and beside it.
std::uint32_t CaseSource::float_near_midpoint() {
  if (below(2) == 0) return nudge((bits(16) << 16) | 0x8000);  // bf16
  const std::uint32_t low = bits(15);
  const double middle = (value_of(Type::f16, low) + value_of(Type::f16, low + 1)) / 2;
  return nudge(to_bits(static_cast<float>(middle))) ^ bits(1) << 31;
}

std::uint32_t CaseSource::source_of_conversion(Type from) {
  const std::uint32_t mask = width_of(from) == 32 ? 0xffffffff : (1u << width_of(from)) - 1;
  if (from == Type::f32) {
    switch (below(4)) {
      case 0:
        return float_near_midpoint();
      case 1:
        return float_with_exponent(124, 160);
      case 2:
        return nudge(to_bits(static_cast<float>(std::ldexp(1.0, static_cast<int>(below(34)))))) ^ bits(1)
                                                                                                      << 31;
      default:
        return any_float();
    }
  }
  if (from == Type::i32) {
    const int shift = static_cast<int>(below(32));
    const std::uint32_t magnitude = below(2) == 0 ? bits(32) >> shift : nudge(bits(8) << (shift & 31));
    return bits(1) != 0 ? magnitude : 0 - magnitude;
  }
  return bits(32) & mask;
}

}  // namespace lydian::tools
