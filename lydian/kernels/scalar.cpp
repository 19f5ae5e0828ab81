#include "lydian/kernels/scalar.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "lydian/core/ensure.h"
#include "lydian/kernels/functions.h"

namespace lydian::kernels {
namespace {

using Word = std::uint32_t;

float as_float(Word word) { return std::bit_cast<float>(word); }
Word as_word(float value) { return std::bit_cast<Word>(value); }

bool is_nan(float x) { return x != x; }
bool is_negative_zero(float x) { return as_word(x) == 0x80000000; }

float minimum(float a, float b) {
  if (is_nan(a) || is_nan(b)) return as_float(kCanonicalNan);
  if (a == b) return is_negative_zero(a) ? a : b;
  return a < b ? a : b;
}

float maximum(float a, float b) {
  if (is_nan(a) || is_nan(b)) return as_float(kCanonicalNan);
  if (a == b) return is_negative_zero(a) ? b : a;
  return a > b ? a : b;
}

template <typename T>
Word compare(ScalarFn fn, T a, T b) {
  switch (fn) {
    case ScalarFn::eq:
      return a == b;
    case ScalarFn::ne:
      return a != b;
    case ScalarFn::lt:
      return a < b;
    case ScalarFn::le:
      return a <= b;
    case ScalarFn::gt:
      return a > b;
    case ScalarFn::ge:
      return a >= b;
    default:
      ENSURE(false, "{} is no comparison", info_of(fn).name);
  }
}

float apply_f32(ScalarFn fn, float a, float b, float c) {
  switch (fn) {
    case ScalarFn::neg:
      return canonical_nan(-a);
    case ScalarFn::abs:
      return canonical_nan(std::fabs(a));
    case ScalarFn::sqrt:
      return canonical_nan(std::sqrt(a));
    case ScalarFn::exp:
      return finish(exp_rounded(a));
    case ScalarFn::log:
      return canonical_nan(log_rounded(a));
    case ScalarFn::sin:
      return finish(sin_rounded(a));
    case ScalarFn::cos:
      return canonical_nan(cos_rounded(a));
    case ScalarFn::add:
      return finish(a + b);
    case ScalarFn::sub:
      return finish(a - b);
    case ScalarFn::mul:
      return finish(a * b);
    case ScalarFn::div:
      return finish(a / b);
    case ScalarFn::minimum:
      return minimum(a, b);
    case ScalarFn::maximum:
      return maximum(a, b);
    case ScalarFn::fma:
      return finish(std::fma(a, b, c));
    default:
      ENSURE(false, "{} is not a function of f32", info_of(fn).name);
  }
}

Word apply_i32(ScalarFn fn, Word a, Word b) {
  switch (fn) {
    case ScalarFn::add:
      return a + b;
    case ScalarFn::sub:
      return a - b;
    case ScalarFn::mul:
      return a * b;
    case ScalarFn::mulhi:
      return static_cast<Word>((std::uint64_t{a} * b) >> 32);
    case ScalarFn::minimum:
      return static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b) ? a : b;
    case ScalarFn::maximum:
      return static_cast<std::int32_t>(a) > static_cast<std::int32_t>(b) ? a : b;
    case ScalarFn::and_:
      return a & b;
    case ScalarFn::or_:
      return a | b;
    case ScalarFn::xor_:
      return a ^ b;
    case ScalarFn::shl:
      return a << (b & 31);
    case ScalarFn::shr:
      return a >> (b & 31);
    default:
      ENSURE(false, "{} is not a function of i32", info_of(fn).name);
  }
}

/// A binary floating-point format of at most 32 bits.
struct Format {
  int exponent_bits;
  int mantissa_bits;

  [[nodiscard]] int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  [[nodiscard]] int min_exponent() const { return 1 - bias(); }  // of the smallest normal number, as 2^e
  [[nodiscard]] Word infinity() const { return ((Word{1} << exponent_bits) - 1) << mantissa_bits; }
  [[nodiscard]] Word nan() const { return infinity() | Word{1} << (mantissa_bits - 1); }
  [[nodiscard]] Word sign_bit() const { return Word{1} << (exponent_bits + mantissa_bits); }
};

Format format_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return {8, 23};
    case DType::f16:
      return {5, 10};
    case DType::bf16:
      return {8, 7};
    default:
      ENSURE(false, "{} is no floating-point type", tensor::name_of(dtype));
  }
}

/// Every value of the three formats, and every i32, is a binary64, so what follows rounds at most once.
double decode_float(Format format, Word bits) {
  const Word mantissa = bits & ((Word{1} << format.mantissa_bits) - 1);
  const int exponent = static_cast<int>((bits & format.infinity()) >> format.mantissa_bits);
  const double sign = (bits & format.sign_bit()) != 0 ? -1.0 : 1.0;
  if ((bits & format.infinity()) == format.infinity()) return mantissa != 0 ? std::nan("") : sign * HUGE_VAL;
  const Word hidden = exponent != 0 ? Word{1} << format.mantissa_bits : 0;
  const int scale = (exponent != 0 ? exponent : 1) - format.bias() - format.mantissa_bits;
  return sign * std::ldexp(static_cast<double>(mantissa | hidden), scale);
}

/// To nearest even, gradual below the smallest normal number, infinite above the largest. Assumes, like all
/// of Lydian, that the rounding mode is the default one.
Word encode_float(Format format, double value) {
  if (std::isnan(value)) return format.nan();
  const Word sign = std::signbit(value) ? format.sign_bit() : 0;
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude)) return sign | format.infinity();
  const int exponent =
      magnitude == 0 ? format.min_exponent() : std::max(std::ilogb(magnitude), format.min_exponent());
  const auto units =
      static_cast<Word>(std::nearbyint(std::ldexp(magnitude, format.mantissa_bits - exponent)));
  // A normal number's units include the hidden bit, which adds one to the exponent field; so does a carry.
  const int field = exponent - format.min_exponent();
  if (field > 2 * format.bias()) return sign | format.infinity();
  const Word bits = (static_cast<Word>(field) << format.mantissa_bits) + units;
  return sign | std::min(bits, format.infinity());
}

Word flush_tiny_bits(DType dtype, Word bits) {
  const Format format = format_of(dtype);
  const bool has_rule = format.min_exponent() == -126;  // f32 and bf16; f16 is too short for it
  return has_rule && (bits & format.infinity()) == 0 ? bits & format.sign_bit() : bits;
}

std::int64_t decode_integer(DType dtype, Word bits) {
  switch (dtype) {
    case DType::i32:
      return static_cast<std::int32_t>(bits);
    case DType::i8:
      return static_cast<std::int8_t>(bits);
    case DType::u8:
      return static_cast<std::uint8_t>(bits);
    case DType::u16:
      return static_cast<std::uint16_t>(bits);
    default:
      ENSURE(false, "{} is no integer type", tensor::name_of(dtype));
  }
}

Word low_bits(DType dtype, std::int64_t value) {
  return static_cast<Word>(value & ((std::int64_t{1} << (8 * tensor::size_of(dtype))) - 1));
}

/// Toward zero, saturated; NaN is 0.
std::int64_t saturate(DType dtype, double value) {
  const int bits = 8 * tensor::size_of(dtype) - (tensor::info_of(dtype).is_signed ? 1 : 0);
  const std::int64_t most = (std::int64_t{1} << bits) - 1;
  const std::int64_t least = tensor::info_of(dtype).is_signed ? -most - 1 : 0;
  if (std::isnan(value)) return 0;
  if (value >= static_cast<double>(most)) return most;
  if (value <= static_cast<double>(least)) return least;
  return static_cast<std::int64_t>(value);
}

}  // namespace

Word convert(DType in, DType out, Word a) {
  if (!tensor::is_float(in) && !tensor::is_float(out)) return low_bits(out, decode_integer(in, a));
  const double value =
      tensor::is_float(in) ? decode_float(format_of(in), a) : static_cast<double>(decode_integer(in, a));
  if (!tensor::is_float(out)) return low_bits(out, saturate(out, value));
  return flush_tiny_bits(out, encode_float(format_of(out), value));
}

Word apply(ScalarFn fn, DType in, DType out, Word a, Word b, Word c) {
  if (fn == ScalarFn::convert) return convert(in, out, a);
  if (fn == ScalarFn::select) return a != 0 ? b : c;
  if (info_of(fn).is_comparison) {
    if (in == DType::f32) return compare(fn, as_float(a), as_float(b));
    return compare(fn, static_cast<std::int32_t>(a), static_cast<std::int32_t>(b));
  }
  if (in == DType::f32) return as_word(apply_f32(fn, as_float(a), as_float(b), as_float(c)));
  return apply_i32(fn, a, b);
}

Result<ScalarFn> scalar_fn_from_code(std::uint64_t code) {
  for (const ScalarFnInfo& info : kScalarFns)
    if (static_cast<std::uint64_t>(info.fn) == code) return info.fn;
  return fail("unknown scalar function code {}: docs/operators.md lists the codes", code);
}

Result<ScalarFn> parse_scalar_fn(std::string_view name) {
  for (const ScalarFnInfo& info : kScalarFns)
    if (info.name == name) return info.fn;
  return fail("unknown scalar function '{}': docs/operators.md lists the names", name);
}

Result<DType> result_type(ScalarFn fn, std::span<const DType> operands, DType convert_to) {
  const ScalarFnInfo& info = info_of(fn);
  if (std::ssize(operands) != info.arity)
    return fail("{} takes {} operands, found {}", info.name, info.arity, operands.size());
  if (fn == ScalarFn::convert) return convert_to;
  if (fn == ScalarFn::select) {
    if (operands[0] != DType::i32)
      return fail("the first operand of select must be i32, found {}", tensor::name_of(operands[0]));
    operands = operands.subspan(1);
  }
  const DType dtype = operands[0];
  for (const DType other : operands)
    if (other != dtype)
      return fail("the operands of {} must have one type, found {} and {}", info.name, tensor::name_of(dtype),
                  tensor::name_of(other));
  const bool takes_f32 = info.domain != Domain::i32;
  const bool takes_i32 = info.domain != Domain::f32;
  if (!(dtype == DType::f32 && takes_f32) && !(dtype == DType::i32 && takes_i32))
    return fail("{} takes {}, found {}; convert the operand first", info.name,
                !takes_i32   ? "f32"
                : !takes_f32 ? "i32"
                             : "f32 or i32",
                tensor::name_of(dtype));
  return info.is_comparison ? DType::i32 : dtype;
}

}  // namespace lydian::kernels
