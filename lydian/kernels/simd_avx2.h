// simd_portable.h over 8 elements. Only *_avx2.cpp files may include it.
#pragma once

#include <immintrin.h>

#include <array>
#include <cstdint>

#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

struct SimdAvx2 {
  static constexpr int kWidth = 8;
  using F = __m256;
  using I = __m256i;
  using M = __m256;  // all bits of an element, or none

  // --- memory, at any alignment ---
  static __m128i load_8_bytes(const void* p) { return _mm_loadu_si64(p); }
  static __m128i load_16_bytes(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
  static F load_f32(const void* p) { return _mm256_loadu_ps(static_cast<const float*>(p)); }
  static I load_i32(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static I load_i8(const void* p) { return _mm256_cvtepi8_epi32(load_8_bytes(p)); }
  static I load_u8(const void* p) { return _mm256_cvtepu8_epi32(load_8_bytes(p)); }
  static I load_u16(const void* p) { return _mm256_cvtepu16_epi32(load_16_bytes(p)); }
  static F load_f16(const void* p) { return _mm256_cvtph_ps(load_16_bytes(p)); }
  static void store_f32(void* p, F x) { _mm256_storeu_ps(static_cast<float*>(p), x); }
  static void store_i32(void* p, I x) { _mm256_storeu_si256(static_cast<__m256i*>(p), x); }
  static __m128i low16(I x) {
    const I words = _mm256_and_si256(x, _mm256_set1_epi32(0xffff));
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi32(words, words), 0b1000));
  }
  static void store_low8(void* p, I x) {
    const __m128i bytes = low16(_mm256_and_si256(x, _mm256_set1_epi32(0xff)));
    _mm_storeu_si64(p, _mm_packus_epi16(bytes, bytes));
  }
  static void store_low16(void* p, I x) { _mm_storeu_si128(static_cast<__m128i*>(p), low16(x)); }
  static void store_f16(void* p, F x) {
    _mm_storeu_si128(static_cast<__m128i*>(p), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
  }

  // --- binary32 ---
  static F splat(float x) { return _mm256_set1_ps(x); }
  static F as_float(I x) { return _mm256_castsi256_ps(x); }
  static F sqrt(F x) { return _mm256_sqrt_ps(x); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F min_or_second(F a, F b) { return _mm256_min_ps(a, b); }
  static F max_or_second(F a, F b) { return _mm256_max_ps(a, b); }
  static M equal(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
  static M less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static M less_equal(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
  static M unordered(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_UNORD_Q); }
  static F select(M mask, F a, F b) { return _mm256_blendv_ps(b, a, mask); }
  static F to_float(I x) { return _mm256_cvtepi32_ps(x); }
  static I to_int(F x) { return _mm256_cvttps_epi32(x); }

  // --- the rules of a result ---
  static F canonical_nan(F x) {
    return select(unordered(x, x), as_float(splat(static_cast<std::int32_t>(kCanonicalNan))), x);
  }
  static F flush_tiny(F x) {
    const F magnitude = as_float(splat(0x7fffffff));
    const M is_tiny = less(_mm256_and_ps(x, magnitude), splat(0x1p-126F));
    return _mm256_andnot_ps(_mm256_and_ps(is_tiny, magnitude), x);
  }

  // --- i32 ---
  static I splat(std::int32_t x) { return _mm256_set1_epi32(x); }
  static I as_int(F x) { return _mm256_castps_si256(x); }
  static I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I sub(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I mul(I a, I b) { return _mm256_mullo_epi32(a, b); }
  static I mulhi(I a, I b) {
    const I even = _mm256_mul_epu32(a, b);
    const I odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
    return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0b10101010);
  }
  static I bit_and(I a, I b) { return _mm256_and_si256(a, b); }
  static I bit_or(I a, I b) { return _mm256_or_si256(a, b); }
  static I bit_xor(I a, I b) { return _mm256_xor_si256(a, b); }
  static I shift_left(I a, I count) { return _mm256_sllv_epi32(a, count); }
  static I shift_right(I a, I count) { return _mm256_srlv_epi32(a, count); }
  static I min(I a, I b) { return _mm256_min_epi32(a, b); }
  static I max(I a, I b) { return _mm256_max_epi32(a, b); }
  static M equal(I a, I b) { return as_float(_mm256_cmpeq_epi32(a, b)); }
  static M less(I a, I b) { return as_float(_mm256_cmpgt_epi32(b, a)); }
  static I select(M mask, I a, I b) { return as_int(select(mask, as_float(a), as_float(b))); }

  // --- masks ---
  static M either(M a, M b) { return _mm256_or_ps(a, b); }
  static M both(M a, M b) { return _mm256_and_ps(a, b); }
  static M negate(M a) { return _mm256_xor_ps(a, as_float(_mm256_set1_epi32(-1))); }
  static bool any(M a) { return _mm256_movemask_ps(a) != 0; }
  static bool all(M a) { return _mm256_movemask_ps(a) == 0xff; }
  static I one_if(M a) { return _mm256_srli_epi32(as_int(a), 31); }

  // --- tables of binary32 ---
  static constexpr int kExpPairTableSize = 16;
  /// Permutations of eight entries, which read the low three bits of each index; the bits above choose among
  /// them, each as the sign that a blend reads. A gather is slower.
  static F lookup_8(const float* entries, I index) {
    return _mm256_permutevar8x32_ps(_mm256_loadu_ps(entries), index);
  }
  static F lookup_16(const float* entries, I index) {
    const M bit_3 = as_float(_mm256_slli_epi32(index, 28));
    return select(bit_3, lookup_8(entries + 8, index), lookup_8(entries, index));
  }
  static F lookup(const std::array<float, 16>& table, I index) { return lookup_16(table.data(), index); }
  static F lookup(const std::array<float, 32>& table, I index) {
    const M bit_4 = as_float(_mm256_slli_epi32(index, 27));
    return select(bit_4, lookup_16(&table[16], index), lookup_16(table.data(), index));
  }

  // --- binary64 and its bits: half a vector ---
  using D = __m256d;
  using Bits = __m256i;
  static constexpr bool kHasFma = true;
  static constexpr int kExpTableSize = 4;

  static D set(double x) { return _mm256_set1_pd(x); }
  static Bits set_bits(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
  static Bits bits(D x) { return _mm256_castpd_si256(x); }
  static D from_bits(Bits x) { return _mm256_castsi256_pd(x); }
  static D madd(D a, D b, D c) { return _mm256_fmadd_pd(a, b, c); }
  static D nmadd(D a, D b, D c) { return _mm256_fnmadd_pd(a, b, c); }
  static Bits add_bits(Bits a, Bits b) { return _mm256_add_epi64(a, b); }
  static Bits sub_bits(Bits a, Bits b) { return _mm256_sub_epi64(a, b); }
  static Bits xor_bits(Bits a, Bits b) { return _mm256_xor_si256(a, b); }
  template <int count>
  static Bits shift_left(Bits a) {
    return _mm256_slli_epi64(a, count);
  }
  template <int count>
  static Bits shift_right(Bits a) {
    return _mm256_srli_epi64(a, count);
  }
  /// Four scalar loads: a gather is no faster.
  static D lookup(const std::array<double, 16>& table, Bits index) {
    const Bits i = _mm256_and_si256(index, _mm256_set1_epi64x(15));
    return _mm256_setr_pd(table[static_cast<std::size_t>(_mm256_extract_epi64(i, 0))],
                          table[static_cast<std::size_t>(_mm256_extract_epi64(i, 1))],
                          table[static_cast<std::size_t>(_mm256_extract_epi64(i, 2))],
                          table[static_cast<std::size_t>(_mm256_extract_epi64(i, 3))]);
  }
  /// A permutation of 32-bit halves, which reads the low three bits of each index: entry i is halves 2i and
  /// 2i + 1.
  static Bits lookup(const std::array<std::uint64_t, 4>& table, Bits index) {
    const Bits twice = _mm256_slli_epi64(index, 1);
    const Bits halves =
        _mm256_add_epi32(_mm256_shuffle_epi32(twice, 0b10100000), set_bits(std::uint64_t{1} << 32));
    return _mm256_permutevar8x32_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(table.data())),
                                       halves);
  }
  template <typename Fn>
  static F through_double(F x, Fn fn) {
    const __m128 low = _mm256_cvtpd_ps(fn(_mm256_cvtps_pd(_mm256_castps256_ps128(x))));
    const __m128 high = _mm256_cvtpd_ps(fn(_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))));
    return _mm256_set_m128(high, low);
  }
};

}  // namespace lydian::kernels
