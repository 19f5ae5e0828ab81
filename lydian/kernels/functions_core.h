// exp, log, sin and cos in binary64, written once over a set of operations (simd_*.h): one double at a time,
// or a vector of them. An argument is a binary32 value, and the result rounded to binary32 is the correctly
// rounded one.
//
// No error analysis decides that: an argument's result depends on nothing but IEEE additions, multiplications
// and, in sets that have them, fused multiply-adds, so it is the same on every machine, and
// functions_exhaustive_main.cpp has compared both variants, with and without fma, with MPFR for all 2^32
// arguments. Whoever changes a constant or the order of two operations here must run it again (./dev
// check-long).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace lydian::kernels::core {

/// An argument whose value lies so near the midpoint of two binary32 numbers that its binary64 result is that
/// midpoint, and rounds to the wrong one. The exhaustive check found these; both variants share them.
struct Exception {
  float argument;
  float value;
};

template <class Ops, std::size_t N>
inline typename Ops::F mend_exceptions(const std::array<Exception, N>& exceptions, typename Ops::F x,
                                       typename Ops::F value) {
  for (const Exception& exception : exceptions)
    value = Ops::select(Ops::equal(x, Ops::splat(exception.argument)), Ops::splat(exception.value), value);
  return value;
}

/// The sum of c[first + i] x^i (Horner): the fewest operations, and the calls around hide its latency.
template <class Ops, const auto& c, std::size_t first = 0>
inline typename Ops::D polynomial(typename Ops::D x) {
  if constexpr (first + 1 == c.size()) {
    return Ops::set(c[first]);
  } else {
    return Ops::madd(polynomial<Ops, c, first + 1>(x), x, Ops::set(c[first]));
  }
}

/// Adding it to |v| < 2^51 rounds v to an integer, which then stands in the low bits of the sum.
inline constexpr double kRounder = 0x1.8p52;

/// exp(x) = 2^(n/N) exp(r) with n an integer and |r| <= ln2/(2N); exp(r) = 1 + r p(r).
template <int N>
struct ExpConstants;

template <>
struct ExpConstants<16> {
  static constexpr double kStepInverse = 0x1.71547652b82fep4;  // 16/ln2
  static constexpr double kStepHigh = 0x1.62e42ffp-5;          // ln2/16 in 32 bits, so n times it is exact
  static constexpr double kStepLow = -0x1.718432a1b0e26p-39;
  static constexpr std::array<double, 6> kPolynomial = {0x1.0000000000003p0,  0x1.0000000000004p-1,
                                                        0x1.555555547b2cep-3, 0x1.5555555479e3dp-5,
                                                        0x1.11123dd7a0cf6p-7, 0x1.6c184ad22085bp-10};
  static constexpr std::array<double, 16> kPowers = {
      0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
      0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
      0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
      0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
};

template <>
struct ExpConstants<4> {
  static constexpr double kStepInverse = 0x1.71547652b82fep2;
  static constexpr double kStepHigh = 0x1.62e42ffp-3;
  static constexpr double kStepLow = -0x1.718432a1b0e26p-37;
  static constexpr std::array<double, 8> kPolynomial = {
      0x1.fffffffffffffp-1, 0x1.fffffffffffffp-2, 0x1.55555555584c9p-3,  0x1.55555555582c2p-5,
      0x1.1111109f9c66dp-7, 0x1.6c16c0da7989p-10, 0x1.a030b92b32af8p-13, 0x1.a0303f9ca7681p-16};
  static constexpr std::array<double, 4> kPowers = {0x1.0000000000000p+0, 0x1.306fe0a31b715p+0,
                                                    0x1.6a09e667f3bcdp+0, 0x1.ae89f995ad3adp+0};
};

/// The bits of 2^(i/N) less those of its index where n's bits will be added: n = N e + i shifted by kExpShift
/// is e in the exponent field, and i below it.
template <int N>
inline constexpr int kExpShift = 52 - std::countr_zero(static_cast<unsigned>(N));

template <int N>
inline constexpr std::array<std::uint64_t, N> kExpTable = [] {
  std::array<std::uint64_t, N> table;
  for (std::uint64_t i = 0; i < N; ++i)
    table[i] = std::bit_cast<std::uint64_t>(ExpConstants<N>::kPowers[i]) - (i << kExpShift<N>);
  return table;
}();

/// For |x| <= 150, or NaN.
template <class Ops>
inline typename Ops::D exp(typename Ops::D x) {
  constexpr int N = Ops::kExpTableSize;
  using C = ExpConstants<N>;
  const auto shifted = Ops::madd(x, Ops::set(C::kStepInverse), Ops::set(kRounder));
  const auto n = shifted - Ops::set(kRounder);
  const auto r = Ops::nmadd(n, Ops::set(C::kStepLow), Ops::nmadd(n, Ops::set(C::kStepHigh), x));
  const auto n_bits = Ops::bits(shifted);
  const auto entry = Ops::lookup(kExpTable<N>, n_bits);
  const auto scale = Ops::from_bits(Ops::add_bits(entry, Ops::template shift_left<kExpShift<N>>(n_bits)));
  const auto p = polynomial<Ops, C::kPolynomial>(r);
  return Ops::madd(scale, p * r, scale);
}

/// log(x) = k ln2 + log(c) + log(1 + r) with x = 2^k z, z in [0.699, 1.398), c = c(z's interval of 16), r =
/// z/c - 1. 1/c has 29 bits, so z/c is exact, and is chosen so that log(c) is a multiple of 2^-42 to within
/// 2^-57: then k ln2 + log(c) is exact but for k kLn2Low. The interval around 1 has c = 1: near it the result
/// is r + r^2 p(r).
inline constexpr double kLn2High = 0x1.62e42fefa38p-1;
inline constexpr double kLn2Low = 0x1.ef35793c7673p-45;
inline constexpr std::uint64_t kLogOffset = 0x0006600000000000;  // mantissa bits of 0.699
inline constexpr std::array<double, 16> kLogInverse = {
    0x1.661b3b4p+0, 0x1.571ef66p+0, 0x1.495863dp+0, 0x1.3c967cap+0, 0x1.30d09c4p+0, 0x1.25df004p+0,
    0x1.1bb9145p+0, 0x1.1235f4dp+0, 0x1.0957c00p+0, 0x1.0000000p+0, 0x1.e56cd38p-1, 0x1.ca46936p-1,
    0x1.b1fffc2p-1, 0x1.9c246d8p-1, 0x1.8870b1ep-1, 0x1.7684e8ap-1};
inline constexpr std::array<double, 16> kLogCentre = {
    -0x1.57b5529ab6p-2, -0x1.2bef6f1444p-2, -0x1.01f9bba1a8p-2, -0x1.b30afb8b42p-3,
    -0x1.656e85b432p-3, -0x1.1a8cc1821ap-3, -0x1.a52778cdc8p-4, -0x1.1979b5f648p-4,
    -0x1.25a47a21e8p-5, 0x0.0p+0,           0x1.b4a166d24p-5,   0x1.c60e8400dcp-4,
    0x1.527e709340p-3,  0x1.bc5367a26ap-3,  0x1.1052af7afdp-2,  0x1.402f9c8211p-2};
inline constexpr std::array<double, 9> kLogPolynomial = {-0x1p-1,
                                                         0x1.5555555555531p-2,
                                                         -0x1.fffffffffff36p-3,
                                                         0x1.9999999aa214p-3,
                                                         -0x1.555555572722p-3,
                                                         0x1.249238d5dca87p-3,
                                                         -0x1.ffffd4f17127cp-4,
                                                         0x1.c7db55fccbfaep-4,
                                                         -0x1.9a669a1518fb8p-4};

inline constexpr std::array<Exception, 5> kLogExceptions = {{{0x1.827a74p-7F, -0x1.1c2b1ep+2F},
                                                             {0x1.2f1fd6p+3F, 0x1.1fcbcep+1F},
                                                             {0x1.bacb4ap+25F, 0x1.1e0696p+4F},
                                                             {0x1.b121a6p+76F, 0x1.a9a3f2p+5F},
                                                             {0x1.6351d8p+95F, 0x1.08b512p+6F}}};

/// For 0 < x < inf.
template <class Ops>
inline typename Ops::D log(typename Ops::D x) {
  constexpr std::uint64_t kFieldOfOne = 0x3fe;  // the exponent field of z in [0.699, 1), where k is 0
  const auto bits = Ops::bits(x);
  const auto moved = Ops::sub_bits(bits, Ops::set_bits(kLogOffset));
  const auto field = Ops::template shift_right<52>(moved);
  // An integer below 2^52 in the mantissa of 2^52 is a double that is 2^52 too large.
  const auto k = Ops::from_bits(Ops::add_bits(field, Ops::set_bits(std::bit_cast<std::uint64_t>(0x1p52)))) -
                 Ops::set(0x1p52 + static_cast<double>(kFieldOfOne));
  const auto z_bits = Ops::add_bits(Ops::sub_bits(bits, Ops::template shift_left<52>(field)),
                                    Ops::set_bits(kFieldOfOne << 52));
  const auto index = Ops::template shift_right<48>(moved);
  const auto inverse = Ops::lookup(kLogInverse, index);
  const auto r = Ops::madd(Ops::from_bits(z_bits), inverse, Ops::set(-1.0));
  const auto exact = Ops::madd(k, Ops::set(kLn2High), Ops::lookup(kLogCentre, index));
  const auto small = Ops::madd(r * r, polynomial<Ops, kLogPolynomial>(r), k * Ops::set(kLn2Low));
  return exact + (r + small);
}

/// sin(r) = r + r^3 p(r^2) for |r| <= pi/2.
inline constexpr std::array<double, 8> kSinPolynomial = {
    -0x1.5555555555555p-3,  0x1.11111111110b9p-7,  -0x1.a01a01a013538p-13, 0x1.71de3a51c2538p-19,
    -0x1.ae64545abb1c6p-26, 0x1.6123aa8fd4644p-33, -0x1.ae39c451893dbp-41, 0x1.871b854230922p-49};

template <class Ops>
inline typename Ops::D sin_reduced(typename Ops::D r) {
  const auto r2 = r * r;
  return Ops::madd(r * r2, polynomial<Ops, kSinPolynomial>(r2), r);
}

inline constexpr double kPiInverse = 0x1.45f306dc9c883p-2;

/// x - h pi, where h is a multiple of 1/2 and |x| <= kMaxReducible. With fma a product's full width is there,
/// and the first difference is exact; without, 33 bits at a time are.
inline constexpr float kMaxReducible = 0x1p20F;

template <class Ops>
inline typename Ops::D subtract_pi(typename Ops::D h, typename Ops::D x) {
  if constexpr (Ops::kHasFma) {
    x = Ops::nmadd(h, Ops::set(0x1.921fb54442d18p1), x);
    return Ops::nmadd(h, Ops::set(0x1.1a62633145c07p-53), x);
  } else {
    x = Ops::nmadd(h, Ops::set(0x1.921fb544p1), x);
    x = Ops::nmadd(h, Ops::set(0x1.0b4611a6p-33), x);
    return Ops::nmadd(h, Ops::set(0x1.3198a2e037073p-68), x);
  }
}

/// The sign bit of (-1)^n, of an n added to kRounder.
template <class Ops>
inline typename Ops::D flip_sign_if_odd(typename Ops::D value, typename Ops::D shifted_n) {
  return Ops::from_bits(Ops::xor_bits(Ops::bits(value), Ops::template shift_left<63>(Ops::bits(shifted_n))));
}

inline constexpr std::array<Exception, 2> kSinExceptions = {
    {{0x1.33333p+13F, -0x1.63f4bap-2F}, {-0x1.33333p+13F, 0x1.63f4bap-2F}}};

/// Those beyond kMaxReducible, where the reduction is not here but in functions.cpp; positive arguments.
inline constexpr std::array<Exception, 1> kSinLargeExceptions = {{{0x1.95f654p+44F, -0x1.fcf42ep-1F}}};
inline constexpr std::array<Exception, 4> kCosLargeExceptions = {{{0x1.4555p+51F, 0x1.115d7ep-1F},
                                                                  {0x1.3170fp+63F, 0x1.fe2976p-1F},
                                                                  {0x1.2b9622p+67F, 0x1.f0285ep-1F},
                                                                  {0x1.119ae6p+115F, 0x1.f3176ap-1F}}};

/// sin(x) = (-1)^n sin(x - n pi). For |x| <= kMaxReducible. Gives +0 for -0.
template <class Ops>
inline typename Ops::D sin(typename Ops::D x) {
  const auto shifted = Ops::madd(x, Ops::set(kPiInverse), Ops::set(kRounder));
  const auto r = subtract_pi<Ops>(shifted - Ops::set(kRounder), x);
  return flip_sign_if_odd<Ops>(sin_reduced<Ops>(r), shifted);
}

/// cos(x) = (-1)^n sin(x - (n - 1/2) pi). For |x| <= kMaxReducible.
template <class Ops>
inline typename Ops::D cos(typename Ops::D x) {
  const auto shifted = Ops::madd(x, Ops::set(kPiInverse), Ops::set(0.5)) + Ops::set(kRounder);
  const auto r = subtract_pi<Ops>(shifted - Ops::set(kRounder) - Ops::set(0.5), x);
  return flip_sign_if_odd<Ops>(sin_reduced<Ops>(r), shifted);
}

}  // namespace lydian::kernels::core
