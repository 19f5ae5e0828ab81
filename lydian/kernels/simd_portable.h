// The operations that functions_core.h, functions_pair.h and map_kernels.h are written over, one element at a
// time in standard C++. simd_neon.h, simd_avx2.h and simd_avx512.h are the same interface over 4, 8 and 16
// elements. Masks come from comparisons, and select(mask, a, b) takes a where the mask is set.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

struct SimdPortable {
  static constexpr int kWidth = 1;
  using F = float;         // kWidth binary32
  using I = std::int32_t;  // kWidth i32, wrapping
  using M = bool;          // a mask of kWidth

  // --- memory, at any alignment ---
  template <typename T>
  static T load_as(const void* p) {
    T value;
    std::memcpy(&value, p, sizeof(T));
    return value;
  }
  template <typename T>
  static void store_as(void* p, T value) {
    std::memcpy(p, &value, sizeof(T));
  }
  static F load_f32(const void* p) { return load_as<float>(p); }
  static I load_i32(const void* p) { return load_as<std::int32_t>(p); }
  static I load_i8(const void* p) { return load_as<std::int8_t>(p); }
  static I load_u8(const void* p) { return load_as<std::uint8_t>(p); }
  static I load_u16(const void* p) { return load_as<std::uint16_t>(p); }
  static F load_f16(const void* p) {
    return as_float(static_cast<I>(convert(DType::f16, DType::f32, load_as<std::uint16_t>(p))));
  }
  static void store_f32(void* p, F x) { store_as(p, x); }
  static void store_i32(void* p, I x) { store_as(p, x); }
  static void store_low8(void* p, I x) { store_as(p, static_cast<std::uint8_t>(x)); }
  static void store_low16(void* p, I x) { store_as(p, static_cast<std::uint16_t>(x)); }
  /// To nearest even; x is no NaN but the canonical one.
  static void store_f16(void* p, F x) {
    store_low16(p, static_cast<I>(convert(DType::f32, DType::f16, std::bit_cast<std::uint32_t>(x))));
  }

  // --- binary32; + - * / are the language's ---
  static F splat(float x) { return x; }
  static F as_float(I x) { return std::bit_cast<F>(x); }
  static F sqrt(F x) { return std::sqrt(x); }
  static F fma(F a, F b, F c) { return std::fma(a, b, c); }
  static F min_or_second(F a, F b) { return a < b ? a : b; }  // b when equal or unordered
  static F max_or_second(F a, F b) { return a > b ? a : b; }
  static M equal(F a, F b) { return a == b; }
  static M less(F a, F b) { return a < b; }
  static M less_equal(F a, F b) { return a <= b; }
  static M unordered(F a, F b) { return a != a || b != b; }
  static F select(M mask, F a, F b) { return mask ? a : b; }
  static F to_float(I x) { return static_cast<F>(x); }  // to nearest even
  static I to_int(F x) { return static_cast<I>(x); }    // toward zero; x is in range

  // --- the rules of a result ---
  static F canonical_nan(F x) { return kernels::canonical_nan(x); }
  static F flush_tiny(F x) { return kernels::flush_tiny(x); }

  // --- i32 ---
  static std::uint32_t word(I x) { return static_cast<std::uint32_t>(x); }
  static I splat(std::int32_t x) { return x; }
  static I as_int(F x) { return std::bit_cast<I>(x); }
  static I add(I a, I b) { return static_cast<I>(word(a) + word(b)); }
  static I sub(I a, I b) { return static_cast<I>(word(a) - word(b)); }
  static I mul(I a, I b) { return static_cast<I>(word(a) * word(b)); }
  static I mulhi(I a, I b) { return static_cast<I>((std::uint64_t{word(a)} * word(b)) >> 32); }
  static I bit_and(I a, I b) { return a & b; }
  static I bit_or(I a, I b) { return a | b; }
  static I bit_xor(I a, I b) { return a ^ b; }
  static I shift_left(I a, I count) { return static_cast<I>(word(a) << count); }  // count in [0, 31]
  static I shift_right(I a, I count) { return static_cast<I>(word(a) >> count); }
  static I min(I a, I b) { return std::min(a, b); }
  static I max(I a, I b) { return std::max(a, b); }
  static M equal(I a, I b) { return a == b; }
  static M less(I a, I b) { return a < b; }
  static I select(M mask, I a, I b) { return mask ? a : b; }

  // --- masks ---
  static M either(M a, M b) { return a || b; }
  static M both(M a, M b) { return a && b; }
  static M negate(M a) { return !a; }
  static bool any(M a) { return a; }
  static bool all(M a) { return a; }
  static I one_if(M a) { return a ? 1 : 0; }

  // --- tables of binary32, for functions_pair.h ---
  /// The table that the set's exp uses, of those in functions_pair.h; 0 where exp and log are all in
  /// binary64.
  static constexpr int kExpPairTableSize = 0;
  /// table[index mod its size], which is 16 or 32.
  template <std::size_t size>
  static F lookup(const std::array<float, size>& table, I index) {
    return table[word(index) % size];
  }

  // --- binary64 and its bits, for exp, log, sin and cos ---
  using D = double;
  using Bits = std::uint64_t;
  static constexpr bool kHasFma = false;
  static constexpr int kExpTableSize = 16;

  static D set(double x) { return x; }
  static Bits set_bits(std::uint64_t x) { return x; }
  static Bits bits(D x) { return std::bit_cast<Bits>(x); }
  static D from_bits(Bits x) { return std::bit_cast<D>(x); }
  static D madd(D a, D b, D c) { return a * b + c; }   // may round the product; see kHasFma
  static D nmadd(D a, D b, D c) { return c - a * b; }  // likewise
  static Bits add_bits(Bits a, Bits b) { return a + b; }
  static Bits sub_bits(Bits a, Bits b) { return a - b; }
  static Bits xor_bits(Bits a, Bits b) { return a ^ b; }
  template <int count>
  static Bits shift_left(Bits a) {
    return a << count;
  }
  template <int count>
  static Bits shift_right(Bits a) {
    return a >> count;
  }
  /// table[index mod its size].
  static D lookup(const std::array<double, 16>& table, Bits index) { return table[index % 16]; }
  static Bits lookup(const std::array<std::uint64_t, 16>& table, Bits index) { return table[index % 16]; }
  /// fn of every element in binary64, rounded to binary32.
  template <typename Fn>
  static F through_double(F x, Fn fn) {
    return static_cast<F>(fn(static_cast<D>(x)));
  }
};

}  // namespace lydian::kernels
