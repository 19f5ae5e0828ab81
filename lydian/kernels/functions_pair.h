// exp and log of a whole vector in binary32 alone: twice the elements of functions_core.h's binary64 at a
// time, for most arguments. The real value comes out as a binary32 and two ends of what must be added to it;
// where both sums round to one number, that is the correctly rounded value, and where they do not (one
// argument in 300 to 1200) or where an argument is out of the ordinary, binary64 has to decide.
//
// Written over the operations of simd_*.h, with Ops::fma a true one. Bounds of errors are in units of
// u = 2^-24, the largest relative error of one rounding; functions_pair_test.cpp holds samples of the ends
// against long double, and functions_exhaustive_main.cpp all results against the definition. Whoever changes
// a constant or an operation here must run it again.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace lydian::kernels::core {

/// The real value lies between high + first_low and high + second_low.
template <class Ops>
struct Enclosure {
  typename Ops::F high;
  typename Ops::F first_low;
  typename Ops::F second_low;
};

template <class Ops>
struct Estimate {
  typename Ops::F value;
  typename Ops::M is_certain;  // where value is the correctly rounded one
};

/// The sum of c[first + i] x^i.
template <class Ops, const auto& c, std::size_t first = 0>
inline typename Ops::F polynomial_f32(typename Ops::F x) {
  if constexpr (first + 1 == c.size()) {
    return Ops::splat(c[first]);
  } else {
    return Ops::fma(polynomial_f32<Ops, c, first + 1>(x), x, Ops::splat(c[first]));
  }
}

inline constexpr std::int32_t kExponentBits = std::bit_cast<std::int32_t>(0xff800000U);  // and the sign

// --- exp: x = n ln2/N + r, and exp(x) = 2^(n/N) exp(r) ---

/// The least argument whose exp is not tiny, and the largest whose exp is finite.
inline constexpr float kExpLeast = -0x1.5d589ep6F;
inline constexpr float kExpMost = 0x1.62e42ep6F;

/// Adding it to |v| < 2^22 rounds v to an integer, which then stands in the low bits of the sum.
inline constexpr float kRounderF32 = 0x1.8p23F;

/// 2^(i/32) = kPowerOfTwo[i] exp(kPowerLog[i]).
inline constexpr std::array<float, 32> kPowerOfTwo = {
    0x1p0F,        0x1.059b0ep0F, 0x1.0b5586p0F, 0x1.11301ep0F, 0x1.172b84p0F, 0x1.1d4874p0F, 0x1.2387a6p0F,
    0x1.29e9ep0F,  0x1.306fep0F,  0x1.371a74p0F, 0x1.3dea64p0F, 0x1.44e086p0F, 0x1.4bfdaep0F, 0x1.5342b6p0F,
    0x1.5ab07ep0F, 0x1.6247ecp0F, 0x1.6a09e6p0F, 0x1.71f75ep0F, 0x1.7a1148p0F, 0x1.82589ap0F, 0x1.8ace54p0F,
    0x1.93737cp0F, 0x1.9c4918p0F, 0x1.a5503cp0F, 0x1.ae89fap0F, 0x1.b7f77p0F,  0x1.c199bep0F, 0x1.cb720ep0F,
    0x1.d5818ep0F, 0x1.dfc974p0F, 0x1.ea4afap0F, 0x1.f50766p0F};
inline constexpr std::array<float, 32> kPowerLog = {0.0F,
                                                    -0x1.947416p-25F,
                                                    0x1.8d96d4p-25F,
                                                    -0x1.dda2fep-25F,
                                                    -0x1.9c0c22p-27F,
                                                    -0x1.a2fbb4p-25F,
                                                    0x1.964902p-25F,
                                                    -0x1.2b0dbcp-25F,
                                                    0x1.125002p-25F,
                                                    -0x1.cde8cep-26F,
                                                    0x1.370be4p-25F,
                                                    0x1.336de2p-30F,
                                                    -0x1.0a3552p-25F,
                                                    -0x1.c541b6p-26F,
                                                    -0x1.00d8acp-27F,
                                                    -0x1.6cb284p-25F,
                                                    0x1.26055cp-26F,
                                                    0x1.8b2bb8p-26F,
                                                    -0x1.05cb44p-25F,
                                                    -0x1.1c2142p-26F,
                                                    0x1.67a1cap-28F,
                                                    -0x1.348e56p-25F,
                                                    0x1.a3b5e4p-28F,
                                                    -0x1.0b7ec8p-25F,
                                                    -0x1.f9c306p-27F,
                                                    -0x1.e4c886p-26F,
                                                    -0x1.6961b4p-28F,
                                                    -0x1.b5151ep-28F,
                                                    -0x1.a5217cp-28F,
                                                    -0x1.ab7132p-26F,
                                                    0x1.61428ep-28F,
                                                    -0x1.2ad5f8p-27F};

/// kStepHigh and kStepLow add up to ln2/N; exp(r) = 1 + r + r^2 (1/2 + r p(r)). kError is in units of
/// 2^(n/N).
template <int N>
struct ExpPairConstants;

template <>
struct ExpPairConstants<32> {
  static constexpr float kStepInverse = 0x1.715476p5F;
  static constexpr float kStepHigh = 0x1.62e43p-6F;
  static constexpr float kStepLow = -0x1.05c61p-34F;
  static constexpr std::array<float, 2> kPolynomial = {0x1.5555c8p-3F, 0x1.5555a6p-5F};
  static constexpr float kError = 0x1.4p-35F;
};

template <>
struct ExpPairConstants<16> {
  static constexpr float kStepInverse = 0x1.715476p4F;
  static constexpr float kStepHigh = 0x1.62e43p-5F;
  static constexpr float kStepLow = -0x1.05c61p-33F;
  static constexpr std::array<float, 2> kPolynomial = {0x1.55571ep-3F, 0x1.555698p-5F};
  static constexpr float kError = 0x1.4p-33F;
};

template <int N>
inline constexpr std::array<float, N> kExpPowers = [] {
  std::array<float, N> powers;
  for (std::size_t i = 0; i < N; ++i) powers[i] = kPowerOfTwo[i * (32 / N)];
  return powers;
}();

/// Less kError, so that what is computed with them is the lower end.
template <int N>
inline constexpr std::array<float, N> kExpPowerLogs = [] {
  std::array<float, N> logs;
  for (std::size_t i = 0; i < N; ++i) logs[i] = kPowerLog[i * (32 / N)] - ExpPairConstants<N>::kError;
  return logs;
}();

/// exp(x) less its factor 2^e; e is n/N rounded down, and stands in the exponent field of scale.
template <class Ops>
struct ScaledEnclosure {
  Enclosure<Ops> value;
  typename Ops::I scale;
};

/// For kExpLeast <= x <= kExpMost.
///
/// r is exact: where n is not 0, x and n kStepHigh are multiples of 2^-30 (N = 32) and r is below 2^-6.5.
/// With T = kExpPowers and s = kExpPowerLogs - n kStepLow, |s| < 2^-21.6, the value is T exp(r + s) = T (1 +
/// r + v), v = s + r (s + r (1/2 + r p)). T r is added exactly. What is lost, for N = 32 (|r| < 2^-6.5) in
/// units of 2^-38: the roundings of 1/2 + r p 1.0, of the next sum 0.7, of v 0.5, of low 1 and of its upper
/// end 1; the term r^2 s/2 4.9; the polynomial 0.1; in all 9.2. For N = 16, in units of 2^-36, they are 1.0,
/// 0.7, 0.5, 1, 1, 4.9 and 0.4, in all 9.5. kError is 10.
template <class Ops, int N>
inline ScaledEnclosure<Ops> enclose_exp(typename Ops::F x) {
  using C = ExpPairConstants<N>;
  constexpr int kScaleShift = 23 - std::countr_zero(static_cast<unsigned>(N));
  const auto shifted = Ops::fma(x, Ops::splat(C::kStepInverse), Ops::splat(kRounderF32));
  const auto n_bits = Ops::as_int(shifted);
  const auto n = shifted - Ops::splat(kRounderF32);
  const auto r = Ops::fma(n, Ops::splat(-C::kStepHigh), x);
  const auto s = Ops::fma(n, Ops::splat(-C::kStepLow), Ops::lookup(kExpPowerLogs<N>, n_bits));
  const auto p = polynomial_f32<Ops, C::kPolynomial>(r);
  const auto v = Ops::fma(r, Ops::fma(r, Ops::fma(r, p, Ops::splat(0.5F)), s), s);
  const auto power = Ops::lookup(kExpPowers<N>, n_bits);
  const auto high = Ops::fma(power, r, power);
  const auto low = Ops::fma(power, v, Ops::fma(power, r, power - high));
  const auto upper_low = Ops::fma(power, Ops::splat(2 * C::kError), low);
  const auto scale =
      Ops::bit_and(Ops::shift_left(n_bits, Ops::splat(kScaleShift)), Ops::splat(kExponentBits));
  return {{high, low, upper_low}, scale};
}

/// With the tiny rule. Not certain of a NaN, or above kExpMost.
template <class Ops, int N>
inline Estimate<Ops> estimate_exp(typename Ops::F x) {
  const auto [ends, scale] = enclose_exp<Ops, N>(x);
  const auto rounded = ends.high + ends.first_low;
  const auto is_decided = Ops::equal(rounded, ends.high + ends.second_low);
  const auto is_tiny = Ops::less(x, Ops::splat(kExpLeast));
  const auto is_finite = Ops::less_equal(x, Ops::splat(kExpMost));
  const auto value = Ops::as_float(Ops::add(Ops::as_int(rounded), scale));
  return {Ops::select(is_tiny, Ops::splat(0.0F), value),
          Ops::either(is_tiny, Ops::both(is_finite, is_decided))};
}

// --- log: x = 2^k z, z in [0.695, 1.391), c = c(z's interval of 32), and log(x) = k ln2 - log(c) + log(z c)
// ---

/// ln2 in 17 bits, so that k times it, and -log(c)'s part of the same 17 binary places added, is exact.
inline constexpr float kLn2HighF32 = 0x1.62e4p-1F;
inline constexpr float kLn2LowF32 = 0x1.7f7d1cp-20F;

/// The bits of the least z.
inline constexpr std::int32_t kLogLeastBits = std::bit_cast<std::int32_t>(0x1.64p-1F);

/// c has so few bits that r = z c - 1 has 24; c = 1 around z = 1, where the result is as small as r.
inline constexpr std::array<float, 32> kLogPairInverse = {
    0x1.6cp0F,  0x1.64p0F, 0x1.5cp0F,  0x1.54p0F,  0x1.5p0F,  0x1.48p0F,  0x1.4p0F,   0x1.3cp0F,
    0x1.34p0F,  0x1.3p0F,  0x1.28p0F,  0x1.24p0F,  0x1.2p0F,  0x1.1cp0F,  0x1.14p0F,  0x1.1p0F,
    0x1.0cp0F,  0x1.08p0F, 0x1.04p0F,  0x1p0F,     0x1.fp-1F, 0x1.ep-1F,  0x1.d4p-1F, 0x1.c8p-1F,
    0x1.b8p-1F, 0x1.bp-1F, 0x1.a4p-1F, 0x1.98p-1F, 0x1.9p-1F, 0x1.88p-1F, 0x1.7cp-1F, 0x1.74p-1F};
inline constexpr std::array<float, 32> kLogPairHigh = {
    -0x1.686cp-2F, -0x1.51aap-2F, -0x1.3a64p-2F, -0x1.2294p-2F, -0x1.1676p-2F, -0x1.fb9p-3F, -0x1.c9p-3F,
    -0x1.af3cp-3F, -0x1.7ab8p-3F, -0x1.5ff4p-3F, -0x1.2954p-3F, -0x1.0d78p-3F, -0x1.e27p-4F, -0x1.a928p-4F,
    -0x1.342p-4F,  -0x1.f0ap-5F,  -0x1.774p-5F,  -0x1.f82p-6F,  -0x1.fcp-7F,   0.0F,         0x1.041p-5F,
    0x1.0858p-4F,  0x1.701p-4F,   0x1.da7p-4F,   0x1.366p-3F,   0x1.5bf4p-3F,  0x1.95a4p-3F, 0x1.d104p-3F,
    0x1.f99p-3F,   0x1.1178p-2F,  0x1.315p-2F,   0x1.4718p-2F};
inline constexpr std::array<float, 32> kLogPairLow = {
    -0x1.03d362p-19F, -0x1.b0e5cp-19F,  -0x1.8aad28p-19F, -0x1.fbcf7ap-22F, 0x1.aa2a2cp-21F,
    -0x1.86d5e4p-19F, 0x1.070cacp-20F,  -0x1.29d018p-20F, -0x1.20421cp-20F, 0x1.f1eb0ep-20F,
    -0x1.2f82p-19F,   0x1.832f72p-23F,  -0x1.db8abcp-22F, 0x1.2c5b52p-20F,  0x1.434f22p-19F,
    -0x1.86008cp-20F, -0x1.63d8ccp-19F, -0x1.361cfp-19F,  -0x1.5161f8p-20F, 0.0F,
    0x1.76279ep-19F,  0x1.8b59e4p-20F,  -0x1.67a8aap-19F, 0x1.3b1c22p-19F,  -0x1.a7f538p-22F,
    0x1.ad50f6p-25F,  0x1.adcf7p-19F,   -0x1.01b354p-20F, 0x1.c6cb3cp-19F,  0x1.d044fcp-19F,
    -0x1.c3c594p-19F, 0x1.b84e38p-19F};

/// log(1 + r) = r - r^2/2 - r^2/2 r p(r).
inline constexpr std::array<float, 4> kLogPairPolynomial = {-0x1.555554p-1F, 0x1.fffffep-2F, -0x1.99c53p-2F,
                                                            0x1.55806ap-2F};

/// Relative to the value.
inline constexpr float kLogPairError = 0x1.4p-34F;

/// For 2^-126 <= x < inf.
///
/// exact is 0 or at least 1.8 |r|, so the sums of it, r and -r^2/2 lose nothing that counts. The cubic term
/// loses 3.1u in its factors, and two sums with small, low and its end round once each. Against the value all
/// of that is most at the least z above the interval of 1: the term is 2^-19.4, small 2^-18.4, the value
/// 2^-6, and the loss at most 2^-33.8. Around 1 it is at most 2^-35.3. kLogPairError is 2^-33.7.
template <class Ops>
inline Enclosure<Ops> enclose_log(typename Ops::F x) {
  const auto moved = Ops::sub(Ops::as_int(x), Ops::splat(kLogLeastBits));
  const auto exponent = Ops::bit_and(moved, Ops::splat(kExponentBits));  // k 2^23
  const auto k = Ops::to_float(exponent);
  const auto z = Ops::as_float(Ops::sub(Ops::as_int(x), exponent));
  const auto interval = Ops::shift_right(moved, Ops::splat(std::int32_t{18}));
  const auto r = Ops::fma(z, Ops::lookup(kLogPairInverse, interval), Ops::splat(-1.0F));
  const auto exact = Ops::fma(k, Ops::splat(kLn2HighF32 * 0x1p-23F), Ops::lookup(kLogPairHigh, interval));
  const auto small = Ops::fma(k, Ops::splat(kLn2LowF32 * 0x1p-23F), Ops::lookup(kLogPairLow, interval));

  const auto half = r * Ops::splat(-0.5F);
  const auto linear = exact + r;
  const auto linear_rest = r - (linear - exact);
  const auto high = Ops::fma(half, r, linear);
  const auto square_rest = Ops::fma(half, r, linear - high);
  const auto p = polynomial_f32<Ops, kLogPairPolynomial>(r);
  const auto low = Ops::fma(half * r, p * r, (small + linear_rest) + square_rest);
  return {high, Ops::fma(high, Ops::splat(-kLogPairError), low),
          Ops::fma(high, Ops::splat(kLogPairError), low)};
}

/// Not certain where x is no positive, normal, finite number.
template <class Ops>
inline Estimate<Ops> estimate_log(typename Ops::F x) {
  using Limits = std::numeric_limits<float>;
  const auto ends = enclose_log<Ops>(x);
  const auto value = ends.high + ends.first_low;
  const auto is_decided = Ops::equal(value, ends.high + ends.second_low);
  const auto is_ordinary =
      Ops::both(Ops::less_equal(Ops::splat(Limits::min()), x), Ops::less_equal(x, Ops::splat(Limits::max())));
  return {value, Ops::both(is_ordinary, is_decided)};
}

}  // namespace lydian::kernels::core
