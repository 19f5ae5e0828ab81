#include "tools/float_oracle.h"

#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace lydian::tools {
namespace {

constexpr std::uint32_t kNan = 0x7fc00000;
constexpr float kLeastNormal = 0x1p-126f;

float as_float(std::uint32_t bits) { return std::bit_cast<float>(bits); }
std::uint32_t as_bits(float x) { return std::isnan(x) ? kNan : std::bit_cast<std::uint32_t>(x); }

std::uint32_t flush_tiny(float x) {
  return std::fabs(x) < kLeastNormal ? as_bits(std::copysign(0.0f, x)) : as_bits(x);
}

using MpfrFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

struct Precision {
  int bits;          // of the significand, the hidden one too
  int exponent_min;  // MPFR's: of the least subnormal
  int exponent_max;
};
constexpr Precision kBinary32{24, -148, 128};
constexpr Precision kBinary16{11, -23, 16};
constexpr Precision kBfloat16{8, -132, 128};

/// function(x), rounded once to the precision, with gradual underflow.
double round_once(MpfrFunction function, double x, Precision precision) {
  mpfr_set_emin(-1100);
  mpfr_set_emax(1100);
  mpfr_t argument, result;
  mpfr_init2(argument, 53);
  mpfr_init2(result, precision.bits);
  mpfr_set_d(argument, x, MPFR_RNDN);
  mpfr_set_emin(precision.exponent_min);
  mpfr_set_emax(precision.exponent_max);
  int inexact = function(result, argument, MPFR_RNDN);
  inexact = mpfr_check_range(result, inexact, MPFR_RNDN);
  mpfr_subnormalize(result, inexact, MPFR_RNDN);
  const double rounded = mpfr_get_d(result, MPFR_RNDN);
  mpfr_clear(argument);
  mpfr_clear(result);
  return rounded;
}

int identity(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) { return mpfr_set(result, x, rounding); }

float apply(MpfrFunction function, float x) {
  return static_cast<float>(round_once(function, static_cast<double>(x), kBinary32));
}

/// IEEE 754-2019 minimum: NaN wins, -0 < +0.
float minimum(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<float>::quiet_NaN();
  if (a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

std::uint32_t convert_to_float(double value, Type to) {
  if (to == Type::f32) return flush_tiny(static_cast<float>(round_once(identity, value, kBinary32)));
  if (to == Type::bf16) {
    return flush_tiny(static_cast<float>(round_once(identity, value, kBfloat16))) >> 16;
  }
  if (std::isnan(value)) return 0x7e00;
  return std::bit_cast<std::uint16_t>(static_cast<_Float16>(round_once(identity, value, kBinary16)));
}

std::uint32_t low_bits(std::int64_t value, Type type) {
  return static_cast<std::uint32_t>(value & ((std::int64_t{1} << width_of(type)) - 1));
}

std::uint32_t truncate_to_integer(double value, Type to) {
  if (std::isnan(value)) return 0;
  const bool is_unsigned = to == Type::u8 || to == Type::u16;
  const double low = is_unsigned ? 0 : -std::ldexp(1.0, width_of(to) - 1);
  const double high = std::ldexp(1.0, width_of(to) - (is_unsigned ? 0 : 1)) - 1;
  return low_bits(static_cast<std::int64_t>(std::clamp(std::trunc(value), low, high)), to);
}

bool is_float(Type type) { return type == Type::f32 || type == Type::f16 || type == Type::bf16; }

std::uint32_t convert(Type from, Type to, std::uint32_t bits) {
  const double value = value_of(from, bits);
  if (is_float(to)) return convert_to_float(value, to);
  if (is_float(from)) return truncate_to_integer(value, to);
  return low_bits(static_cast<std::int64_t>(value), to);
}

std::vector<Operation> make_operations() {
  std::vector<Operation> all = {
      {"add", 2}, {"sub", 2},     {"mul", 2},     {"div", 2}, {"fma", 3}, {"sqrt", 1}, {"neg", 1},
      {"abs", 1}, {"minimum", 2}, {"maximum", 2}, {"eq", 2},  {"ne", 2},  {"lt", 2},   {"le", 2},
      {"gt", 2},  {"ge", 2},      {"exp", 1},     {"log", 1}, {"sin", 1}, {"cos", 1},
  };
  for (int from = 0; from < kTypeCount; ++from) {
    for (int to = 0; to < kTypeCount; ++to) {
      const std::string name = "convert_" + std::string(kTypeNames[from]) + "_" + std::string(kTypeNames[to]);
      all.push_back({name, 1, static_cast<Type>(from), static_cast<Type>(to)});
    }
  }
  return all;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = make_operations();
  return all;
}

std::optional<Operation> find_operation(std::string_view name) {
  const auto& all = operations();
  const auto found = std::ranges::find(all, name, &Operation::name);
  if (found == all.end()) return std::nullopt;
  return *found;
}

int width_of(Type type) {
  if (type == Type::f32 || type == Type::i32) return 32;
  return type == Type::i8 || type == Type::u8 ? 8 : 16;
}

double value_of(Type type, std::uint32_t bits) {
  switch (type) {
    case Type::f32:
      return static_cast<double>(as_float(bits));
    case Type::i32:
      return static_cast<double>(static_cast<std::int32_t>(bits));
    case Type::i8:
      return static_cast<double>(static_cast<std::int8_t>(bits));
    case Type::u8:
      return static_cast<double>(static_cast<std::uint8_t>(bits));
    case Type::u16:
      return static_cast<double>(static_cast<std::uint16_t>(bits));
    case Type::f16:
      return static_cast<double>(std::bit_cast<_Float16>(static_cast<std::uint16_t>(bits)));
    case Type::bf16:
      return static_cast<double>(as_float(bits << 16));
  }
  return 0;
}

std::uint32_t evaluate(const Operation& operation, const Operands& operands) {
  if (operation.is_convert()) return convert(operation.from, operation.to, operands.a);
  const float a = as_float(operands.a);
  const float b = as_float(operands.b);
  const float c = as_float(operands.c);
  const std::string_view name = operation.name;
  if (name == "add") return flush_tiny(a + b);
  if (name == "sub") return flush_tiny(a - b);
  if (name == "mul") return flush_tiny(a * b);
  if (name == "div") return flush_tiny(a / b);
  if (name == "fma") return flush_tiny(std::fma(a, b, c));
  if (name == "sqrt") return as_bits(std::sqrt(a));
  if (name == "neg") return as_bits(-a);
  if (name == "abs") return as_bits(std::fabs(a));
  if (name == "minimum") return as_bits(minimum(a, b));
  if (name == "maximum") return as_bits(-minimum(-a, -b));
  if (name == "eq") return a == b;
  if (name == "ne") return a != b;
  if (name == "lt") return a < b;
  if (name == "le") return a <= b;
  if (name == "gt") return a > b;
  if (name == "ge") return a >= b;
  if (name == "exp") return flush_tiny(apply(mpfr_exp, a));
  if (name == "log") return as_bits(apply(mpfr_log, a));
  if (name == "sin") return flush_tiny(apply(mpfr_sin, a));
  return as_bits(apply(mpfr_cos, a));
}

}  // namespace lydian::tools
