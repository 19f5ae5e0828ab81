// simd_portable.h over 16 elements. Only *_avx512.cpp files may include it.
#pragma once

// GCC 12 calls the operand that its own intrinsics leave undefined uninitialized.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <array>
#include <cstdint>

#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

struct SimdAvx512 {
  static constexpr int kWidth = 16;
  using F = __m512;
  using I = __m512i;
  using M = __mmask16;

  // --- memory, at any alignment ---
  static __m128i load_16_bytes(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
  static __m256i load_32_bytes(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static F load_f32(const void* p) { return _mm512_loadu_ps(p); }
  static I load_i32(const void* p) { return _mm512_loadu_si512(p); }
  static I load_i8(const void* p) { return _mm512_cvtepi8_epi32(load_16_bytes(p)); }
  static I load_u8(const void* p) { return _mm512_cvtepu8_epi32(load_16_bytes(p)); }
  static I load_u16(const void* p) { return _mm512_cvtepu16_epi32(load_32_bytes(p)); }
  static F load_f16(const void* p) { return _mm512_cvtph_ps(load_32_bytes(p)); }
  static void store_f32(void* p, F x) { _mm512_storeu_ps(p, x); }
  static void store_i32(void* p, I x) { _mm512_storeu_si512(p, x); }
  static void store_low8(void* p, I x) {
    _mm_storeu_si128(static_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x));
  }
  static void store_low16(void* p, I x) {
    _mm256_storeu_si256(static_cast<__m256i*>(p), _mm512_cvtepi32_epi16(x));
  }
  static void store_f16(void* p, F x) {
    _mm256_storeu_si256(static_cast<__m256i*>(p), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
  }

  // --- binary32 ---
  static F splat(float x) { return _mm512_set1_ps(x); }
  static F as_float(I x) { return _mm512_castsi512_ps(x); }
  static F sqrt(F x) { return _mm512_sqrt_ps(x); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F min_or_second(F a, F b) { return _mm512_min_ps(a, b); }
  static F max_or_second(F a, F b) { return _mm512_max_ps(a, b); }
  static M equal(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
  static M less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static M less_equal(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
  static M unordered(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q); }
  static F select(M mask, F a, F b) { return _mm512_mask_blend_ps(mask, b, a); }
  static F to_float(I x) { return _mm512_cvtepi32_ps(x); }
  static I to_int(F x) { return _mm512_cvttps_epi32(x); }

  // --- the rules of a result, by the classes that the hardware can tell ---
  static F canonical_nan(F x) {
    // Four bits a class, quiet and signalling NaN lowest: 0 takes the first operand, 1 the second.
    const I choice = _mm512_set1_epi32(0x11111100);
    return _mm512_fixupimm_ps(as_float(splat(static_cast<std::int32_t>(kCanonicalNan))), x, choice, 0);
  }
  static F flush_tiny(F x) {
    constexpr int kSubnormal = 0x20;
    return _mm512_mask_and_ps(x, _mm512_fpclass_ps_mask(x, kSubnormal), x, splat(-0.0F));
  }

  // --- i32 ---
  static I splat(std::int32_t x) { return _mm512_set1_epi32(x); }
  static I as_int(F x) { return _mm512_castps_si512(x); }
  static I add(I a, I b) { return _mm512_add_epi32(a, b); }
  static I sub(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I mul(I a, I b) { return _mm512_mullo_epi32(a, b); }
  static I mulhi(I a, I b) {
    const I even = _mm512_mul_epu32(a, b);
    const I odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
    return _mm512_mask_blend_epi32(0b1010101010101010, _mm512_srli_epi64(even, 32), odd);
  }
  static I bit_and(I a, I b) { return _mm512_and_si512(a, b); }
  static I bit_or(I a, I b) { return _mm512_or_si512(a, b); }
  static I bit_xor(I a, I b) { return _mm512_xor_si512(a, b); }
  static I shift_left(I a, I count) { return _mm512_sllv_epi32(a, count); }
  static I shift_right(I a, I count) { return _mm512_srlv_epi32(a, count); }
  static I min(I a, I b) { return _mm512_min_epi32(a, b); }
  static I max(I a, I b) { return _mm512_max_epi32(a, b); }
  static M equal(I a, I b) { return _mm512_cmpeq_epi32_mask(a, b); }
  static M less(I a, I b) { return _mm512_cmplt_epi32_mask(a, b); }
  static I select(M mask, I a, I b) { return _mm512_mask_blend_epi32(mask, b, a); }

  // --- masks ---
  static M either(M a, M b) { return _kor_mask16(a, b); }
  static M both(M a, M b) { return _kand_mask16(a, b); }
  static M negate(M a) { return _knot_mask16(a); }
  static bool any(M a) { return a != 0; }
  static bool all(M a) { return _kortestc_mask16_u8(a, a) != 0; }
  static I one_if(M a) { return _mm512_maskz_set1_epi32(a, 1); }

  // --- tables of binary32 ---
  static constexpr int kExpPairTableSize = 32;
  /// A permutation of two vectors, which reads the low five bits of each index.
  static F lookup(const std::array<float, 32>& table, I index) {
    return _mm512_permutex2var_ps(load_f32(table.data()), index, load_f32(&table[16]));
  }

  // --- binary64 and its bits: half a vector ---
  using D = __m512d;
  using Bits = __m512i;
  static constexpr bool kHasFma = true;
  static constexpr int kExpTableSize = 16;

  static D set(double x) { return _mm512_set1_pd(x); }
  static Bits set_bits(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
  static Bits bits(D x) { return _mm512_castpd_si512(x); }
  static D from_bits(Bits x) { return _mm512_castsi512_pd(x); }
  static D madd(D a, D b, D c) { return _mm512_fmadd_pd(a, b, c); }
  static D nmadd(D a, D b, D c) { return _mm512_fnmadd_pd(a, b, c); }
  static Bits add_bits(Bits a, Bits b) { return _mm512_add_epi64(a, b); }
  static Bits sub_bits(Bits a, Bits b) { return _mm512_sub_epi64(a, b); }
  static Bits xor_bits(Bits a, Bits b) { return _mm512_xor_si512(a, b); }
  template <int count>
  static Bits shift_left(Bits a) {
    return _mm512_slli_epi64(a, count);
  }
  template <int count>
  static Bits shift_right(Bits a) {
    return _mm512_srli_epi64(a, count);
  }
  /// A permutation of two vectors, which reads the low four bits of each index.
  static Bits lookup_16(const void* table, Bits index) {
    const auto* const entries = static_cast<const std::uint64_t*>(table);
    return _mm512_permutex2var_epi64(_mm512_loadu_si512(entries), index, _mm512_loadu_si512(entries + 8));
  }
  static D lookup(const std::array<double, 16>& table, Bits index) {
    return from_bits(lookup_16(table.data(), index));
  }
  static Bits lookup(const std::array<std::uint64_t, 16>& table, Bits index) {
    return lookup_16(table.data(), index);
  }
  template <typename Fn>
  static F through_double(F x, Fn fn) {
    const __m256 low = _mm512_cvtpd_ps(fn(_mm512_cvtps_pd(_mm512_castps512_ps256(x))));
    const __m256 high = _mm512_cvtpd_ps(fn(_mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1))));
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }
};

}  // namespace lydian::kernels
