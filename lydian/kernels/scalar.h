// The definition of every scalar function (docs/operators.md): what a map computes for one element. Every
// other implementation, vector kernels and the referee contract, must give the same bits. scalar.cpp reads as
// the specification; it is the oracle, not the fast path.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "lydian/core/ensure.h"
#include "lydian/core/result.h"
#include "lydian/tensor/dtype.h"

namespace lydian::kernels {

using tensor::DType;

/// The numbers are part of the program encoding.
enum class ScalarFn : std::uint8_t {
  neg = 0,
  abs = 1,
  sqrt = 2,
  exp = 3,
  log = 4,
  sin = 5,
  cos = 6,
  convert = 7,
  add = 16,
  sub = 17,
  mul = 18,
  div = 19,
  minimum = 20,
  maximum = 21,
  eq = 24,
  ne = 25,
  lt = 26,
  le = 27,
  gt = 28,
  ge = 29,
  mulhi = 32,
  and_ = 33,
  or_ = 34,
  xor_ = 35,
  shl = 36,
  shr = 37,
  select = 48,
  fma = 49,
};

/// What a reduce does along its axis. The numbers are part of the program encoding.
enum class ReduceFn : std::uint8_t { sum = 0, maximum = 1, argmax = 2 };

/// Which operand types a function takes. All operands have the same type, but select's first, which is i32.
enum class Domain : std::uint8_t { f32, i32, f32_or_i32, any };

struct ScalarFnInfo {
  ScalarFn fn;
  std::string_view name;
  int arity;
  Domain domain;
  bool is_comparison = false;  // the result is i32, 0 or 1
  bool has_tiny_rule = false;  // an f32 (or bf16) result below 2^-126 becomes a zero of its sign
};

inline constexpr std::array kScalarFns = {
    ScalarFnInfo{ScalarFn::neg, "neg", 1, Domain::f32},
    ScalarFnInfo{ScalarFn::abs, "abs", 1, Domain::f32},
    ScalarFnInfo{ScalarFn::sqrt, "sqrt", 1, Domain::f32},
    ScalarFnInfo{ScalarFn::exp, "exp", 1, Domain::f32, false, true},
    ScalarFnInfo{ScalarFn::log, "log", 1, Domain::f32},
    ScalarFnInfo{ScalarFn::sin, "sin", 1, Domain::f32, false, true},
    ScalarFnInfo{ScalarFn::cos, "cos", 1, Domain::f32},
    ScalarFnInfo{ScalarFn::convert, "convert", 1, Domain::any, false, true},
    ScalarFnInfo{ScalarFn::add, "add", 2, Domain::f32_or_i32, false, true},
    ScalarFnInfo{ScalarFn::sub, "sub", 2, Domain::f32_or_i32, false, true},
    ScalarFnInfo{ScalarFn::mul, "mul", 2, Domain::f32_or_i32, false, true},
    ScalarFnInfo{ScalarFn::div, "div", 2, Domain::f32, false, true},
    ScalarFnInfo{ScalarFn::minimum, "minimum", 2, Domain::f32_or_i32},
    ScalarFnInfo{ScalarFn::maximum, "maximum", 2, Domain::f32_or_i32},
    ScalarFnInfo{ScalarFn::eq, "eq", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::ne, "ne", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::lt, "lt", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::le, "le", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::gt, "gt", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::ge, "ge", 2, Domain::f32_or_i32, true},
    ScalarFnInfo{ScalarFn::mulhi, "mulhi", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::and_, "and", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::or_, "or", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::xor_, "xor", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::shl, "shl", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::shr, "shr", 2, Domain::i32},
    ScalarFnInfo{ScalarFn::select, "select", 3, Domain::f32_or_i32},
    ScalarFnInfo{ScalarFn::fma, "fma", 3, Domain::f32, false, true},
};

/// The position of a function in kScalarFns; an enumerator that is not there is our bug.
[[nodiscard]] constexpr std::size_t index_of(ScalarFn fn) {
  constexpr auto kIndexOfCode = [] {
    std::array<std::int8_t, 256> index{};
    index.fill(-1);
    for (std::size_t i = 0; i < kScalarFns.size(); ++i)
      index[static_cast<std::size_t>(kScalarFns[i].fn)] = static_cast<std::int8_t>(i);
    return index;
  }();
  const int index = kIndexOfCode[static_cast<std::size_t>(fn)];
  ENSURE(index >= 0, "no scalar function has code {}", static_cast<int>(fn));
  return static_cast<std::size_t>(index);
}

[[nodiscard]] constexpr const ScalarFnInfo& info_of(ScalarFn fn) { return kScalarFns[index_of(fn)]; }
[[nodiscard]] constexpr int arity_of(ScalarFn fn) { return info_of(fn).arity; }

/// The function of a number found in a program's encoding.
[[nodiscard]] Result<ScalarFn> scalar_fn_from_code(std::uint64_t code);
/// Accepts the names of kScalarFns.
[[nodiscard]] Result<ScalarFn> parse_scalar_fn(std::string_view name);

/// The type of fn's result for these operand types, or why there is none. `convert_to` is the type that a
/// convert asks for; other functions ignore it.
[[nodiscard]] Result<DType> result_type(ScalarFn fn, std::span<const DType> operands, DType convert_to);

/// fn of the operands a, b, c (those beyond its arity are ignored). `in` is the operands' type (of select:
/// the values'), `out` the result's. Elements are 32-bit words, narrow types zero-extended in the low bits.
[[nodiscard]] std::uint32_t apply(ScalarFn fn, DType in, DType out, std::uint32_t a, std::uint32_t b,
                                  std::uint32_t c);

/// What convert does.
[[nodiscard]] std::uint32_t convert(DType in, DType out, std::uint32_t a);

inline constexpr std::uint32_t kCanonicalNan = 0x7fc00000;

/// The NaN rule of an operator's f32 result.
[[nodiscard]] constexpr float canonical_nan(float x) {
  return x == x ? x : std::bit_cast<float>(kCanonicalNan);
}

/// The tiny rule of an operator's f32 result; NaN passes.
[[nodiscard]] constexpr float flush_tiny(float x) {
  constexpr float kMinNormal = std::numeric_limits<float>::min();  // 2^-126
  if (x > -kMinNormal && x < kMinNormal)
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x80000000);
  return x;
}

/// Both rules: the end of an f32 sum, product or function.
[[nodiscard]] constexpr float finish(float x) { return canonical_nan(flush_tiny(x)); }

}  // namespace lydian::kernels
