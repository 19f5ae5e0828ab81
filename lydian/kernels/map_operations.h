// What a map does to one vector of elements, over the operations of a simd_*.h: the definitions of scalar.cpp
// without branches. Fused kernels that end a chain in one of these rules use them too.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lydian/kernels/functions.h"
#include "lydian/kernels/functions_core.h"
#include "lydian/kernels/functions_pair.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

inline constexpr float kMinNormal = std::numeric_limits<float>::min();
inline constexpr float kFloatInfinity = std::numeric_limits<float>::infinity();
inline constexpr std::int32_t kSignBit = std::numeric_limits<std::int32_t>::min();

template <class S>
inline typename S::F absolute(typename S::F x) {
  return S::as_float(S::bit_and(S::as_int(x), S::splat(~kSignBit)));
}

/// A zero of the sign of x.
template <class S>
inline typename S::F signed_zero(typename S::F x) {
  return S::as_float(S::bit_and(S::as_int(x), S::splat(kSignBit)));
}

/// Both rules.
template <class S>
inline typename S::F finish(typename S::F x) {
  return S::canonical_nan(S::flush_tiny(x));
}

/// Both orders of the hardware's minimum, which differ only where the operands are zeros of two signs (then
/// their OR is the negative one) or a NaN is among them.
template <class S>
inline typename S::F minimum(typename S::F a, typename S::F b) {
  const auto least = S::bit_or(S::as_int(S::min_or_second(a, b)), S::as_int(S::min_or_second(b, a)));
  return S::select(S::unordered(a, b), S::splat(std::bit_cast<float>(kCanonicalNan)), S::as_float(least));
}

template <class S>
inline typename S::F maximum(typename S::F a, typename S::F b) {
  const auto most = S::bit_and(S::as_int(S::max_or_second(a, b)), S::as_int(S::max_or_second(b, a)));
  return S::select(S::unordered(a, b), S::splat(std::bit_cast<float>(kCanonicalNan)), S::as_float(most));
}

/// exp with both rules. No element reaches the subnormal range, which is slow.
template <class S>
inline typename S::F exp_in_binary64(typename S::F x) {
  constexpr float kExpMost = 89.0F;  // exp overflows below it
  const auto inside = S::min_or_second(S::splat(kExpMost), S::max_or_second(S::splat(core::kExpLeast), x));
  const auto value = S::through_double(inside, [](typename S::D d) { return core::exp<S>(d); });
  return S::canonical_nan(S::select(S::less(x, S::splat(core::kExpLeast)), S::splat(0.0F), value));
}

template <class S>
inline typename S::F log_in_binary64(typename S::F x) {
  const auto zero = S::splat(0.0F);
  auto value = S::through_double(x, [](typename S::D d) { return core::log<S>(d); });
  value = core::mend_exceptions<S>(core::kLogExceptions, x, value);
  value = S::select(S::equal(x, zero), S::splat(-kFloatInfinity), value);
  value = S::select(S::equal(x, S::splat(kFloatInfinity)), x, value);
  return S::select(S::less_equal(zero, x), value, S::splat(std::bit_cast<float>(kCanonicalNan)));
}

/// The vectors in which an estimate in binary32 is not certain of every element: too few to inline.
template <class S, ScalarFn fn>
[[gnu::noinline, gnu::cold]] typename S::F decide_in_binary64(typename S::F x) {
  return fn == ScalarFn::exp ? exp_in_binary64<S>(x) : log_in_binary64<S>(x);
}

template <class S>
inline typename S::F exp(typename S::F x) {
  if constexpr (S::kExpPairTableSize == 0) {
    return exp_in_binary64<S>(x);
  } else {
    const auto estimate = core::estimate_exp<S, S::kExpPairTableSize>(x);
    if (S::all(estimate.is_certain)) [[likely]]
      return estimate.value;
    return decide_in_binary64<S, ScalarFn::exp>(x);
  }
}

template <class S>
inline typename S::F log(typename S::F x) {
  if constexpr (S::kExpPairTableSize == 0) {
    return log_in_binary64<S>(x);
  } else {
    const auto estimate = core::estimate_log<S>(x);
    if (S::all(estimate.is_certain)) [[likely]]
      return estimate.value;
    return decide_in_binary64<S, ScalarFn::log>(x);
  }
}

/// Replaces by fn(x) the elements whose argument is too large for the vector's reduction, or no number.
template <class S>
inline typename S::F mend_large(typename S::F x, typename S::F value, float (*fn)(float)) {
  const auto is_large = S::negate(S::less_equal(absolute<S>(x), S::splat(core::kMaxReducible)));
  if (!S::any(is_large)) [[likely]]
    return value;
  std::array<float, S::kWidth> arguments;
  std::array<float, S::kWidth> values;
  S::store_f32(arguments.data(), x);
  S::store_f32(values.data(), value);
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!(std::fabs(arguments[i]) <= core::kMaxReducible)) values[i] = fn(arguments[i]);
  return S::load_f32(values.data());
}

/// sin with both rules: its result is tiny where its argument is.
template <class S>
inline typename S::F sin(typename S::F x) {
  auto value = S::through_double(x, [](typename S::D d) { return core::sin<S>(d); });
  value = core::mend_exceptions<S>(core::kSinExceptions, x, value);
  value = S::select(S::less(absolute<S>(x), S::splat(kMinNormal)), signed_zero<S>(x), value);
  return mend_large<S>(x, value, sin_rounded);
}

template <class S>
inline typename S::F cos(typename S::F x) {
  const auto value = S::through_double(x, [](typename S::D d) { return core::cos<S>(d); });
  return mend_large<S>(x, value, cos_rounded);
}

/// A function of f32, other than comparisons and select.
template <class S, ScalarFn fn>
inline typename S::F compute_f32(typename S::F a, typename S::F b, typename S::F c) {
  using enum ScalarFn;
  if constexpr (fn == neg) return S::canonical_nan(S::as_float(S::bit_xor(S::as_int(a), S::splat(kSignBit))));
  if constexpr (fn == abs) return S::canonical_nan(absolute<S>(a));
  if constexpr (fn == sqrt) return S::canonical_nan(S::sqrt(a));
  if constexpr (fn == exp) return kernels::exp<S>(a);
  if constexpr (fn == log) return kernels::log<S>(a);
  if constexpr (fn == sin) return kernels::sin<S>(a);
  if constexpr (fn == cos) return kernels::cos<S>(a);
  if constexpr (fn == add) return finish<S>(a + b);
  if constexpr (fn == sub) return finish<S>(a - b);
  if constexpr (fn == mul) return finish<S>(a * b);
  if constexpr (fn == div) return finish<S>(a / b);
  if constexpr (fn == minimum) return kernels::minimum<S>(a, b);
  if constexpr (fn == maximum) return kernels::maximum<S>(a, b);
  if constexpr (fn == fma) return finish<S>(S::fma(a, b, c));
}

/// A function of i32, other than comparisons and select.
template <class S, ScalarFn fn>
inline typename S::I compute_i32(typename S::I a, typename S::I b) {
  using enum ScalarFn;
  if constexpr (fn == add) return S::add(a, b);
  if constexpr (fn == sub) return S::sub(a, b);
  if constexpr (fn == mul) return S::mul(a, b);
  if constexpr (fn == mulhi) return S::mulhi(a, b);
  if constexpr (fn == minimum) return S::min(a, b);
  if constexpr (fn == maximum) return S::max(a, b);
  if constexpr (fn == and_) return S::bit_and(a, b);
  if constexpr (fn == or_) return S::bit_or(a, b);
  if constexpr (fn == xor_) return S::bit_xor(a, b);
  if constexpr (fn == shl) return S::shift_left(a, S::bit_and(b, S::splat(31)));
  if constexpr (fn == shr) return S::shift_right(a, S::bit_and(b, S::splat(31)));
}

template <class S, ScalarFn fn>
inline typename S::I compare(typename S::F a, typename S::F b) {
  using enum ScalarFn;
  if constexpr (fn == eq) return S::one_if(S::equal(a, b));
  if constexpr (fn == ne) return S::one_if(S::negate(S::equal(a, b)));
  if constexpr (fn == lt) return S::one_if(S::less(a, b));
  if constexpr (fn == le) return S::one_if(S::less_equal(a, b));
  if constexpr (fn == gt) return S::one_if(S::less(b, a));
  if constexpr (fn == ge) return S::one_if(S::less_equal(b, a));
}

template <class S, ScalarFn fn>
inline typename S::I compare(typename S::I a, typename S::I b) {
  using enum ScalarFn;
  if constexpr (fn == eq) return S::one_if(S::equal(a, b));
  if constexpr (fn == ne) return S::one_if(S::negate(S::equal(a, b)));
  if constexpr (fn == lt) return S::one_if(S::less(a, b));
  if constexpr (fn == le) return S::one_if(S::negate(S::less(b, a)));
  if constexpr (fn == gt) return S::one_if(S::less(b, a));
  if constexpr (fn == ge) return S::one_if(S::negate(S::less(a, b)));
}

/// f32 to i32: toward zero, saturated, NaN to 0.
template <class S>
inline typename S::I saturated_int(typename S::F x) {
  x = S::select(S::unordered(x, x), S::splat(0.0F), S::max_or_second(x, S::splat(-0x1p31F)));
  const auto is_small = S::less(x, S::splat(0x1p31F));
  return S::select(is_small, S::to_int(S::select(is_small, x, S::splat(0.0F))),
                   S::splat(std::numeric_limits<std::int32_t>::max()));
}

/// The same to [least, most], whose ends are binary32 values.
template <class S>
inline typename S::I saturated_int(typename S::F x, float least, float most) {
  x = S::select(S::unordered(x, x), S::splat(0.0F), x);
  return S::to_int(S::min_or_second(S::max_or_second(x, S::splat(least)), S::splat(most)));
}

/// An i32 that is a binary32 and that rounds to the same bf16: beyond 2^24, the low nine bits become one
/// sticky bit. Rounded to binary32 instead, it could become a tie, and round twice.
template <class S>
inline typename S::I before_bf16(typename S::I x) {
  constexpr std::int32_t kExact = 1 << 24;
  const auto zero = S::splat(std::int32_t{0});
  const auto low = S::bit_and(x, S::splat(std::int32_t{0x1ff}));
  const auto sticky = S::select(S::equal(low, zero), zero, S::splat(std::int32_t{0x100}));
  const auto replaced = S::bit_or(S::sub(x, low), sticky);
  const auto is_large = S::either(S::less(x, S::splat(-kExact)), S::less(S::splat(kExact), x));
  return S::select(is_large, replaced, x);
}

/// The bits of an f32 rounded to bf16, in the low half.
template <class S>
inline typename S::I bf16_bits(typename S::F x) {
  const auto bits = S::as_int(S::canonical_nan(x));
  const auto half = S::splat(std::int32_t{16});
  const auto odd = S::bit_and(S::shift_right(bits, half), S::splat(std::int32_t{1}));
  const auto rounded = S::shift_right(S::add(S::add(bits, odd), S::splat(std::int32_t{0x7fff})), half);
  const auto is_tiny =
      S::equal(S::bit_and(rounded, S::splat(std::int32_t{0x7f80})), S::splat(std::int32_t{0}));
  return S::bit_and(rounded,
                    S::select(is_tiny, S::splat(std::int32_t{0x8000}), S::splat(std::int32_t{0xffff})));
}

}  // namespace lydian::kernels
