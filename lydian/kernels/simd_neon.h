// simd_portable.h over 4 elements. Only *_neon.cpp files may include it.
#pragma once

#include <arm_neon.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

struct SimdNeon {
  static constexpr int kWidth = 4;
  using F = float32x4_t;
  using I = int32x4_t;
  using M = uint32x4_t;  // all bits of an element, or none

  // --- memory, at any alignment: as bytes ---
  static uint8x8_t load_4_bytes(const void* p) {
    std::uint32_t word;
    std::memcpy(&word, p, sizeof(word));
    return vcreate_u8(word);
  }
  static uint8x8_t load_8_bytes(const void* p) { return vld1_u8(static_cast<const std::uint8_t*>(p)); }
  static uint8x16_t load_16_bytes(const void* p) { return vld1q_u8(static_cast<const std::uint8_t*>(p)); }
  static F load_f32(const void* p) { return vreinterpretq_f32_u8(load_16_bytes(p)); }
  static I load_i32(const void* p) { return vreinterpretq_s32_u8(load_16_bytes(p)); }
  static I load_i8(const void* p) {
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(load_4_bytes(p)))));
  }
  static I load_u8(const void* p) {
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(load_4_bytes(p)))));
  }
  static I load_u16(const void* p) {
    return vreinterpretq_s32_u32(vmovl_u16(vreinterpret_u16_u8(load_8_bytes(p))));
  }
  static F load_f16(const void* p) { return vcvt_f32_f16(vreinterpret_f16_u8(load_8_bytes(p))); }
  static void store_f32(void* p, F x) { vst1q_u8(static_cast<std::uint8_t*>(p), vreinterpretq_u8_f32(x)); }
  static void store_i32(void* p, I x) { vst1q_u8(static_cast<std::uint8_t*>(p), vreinterpretq_u8_s32(x)); }
  static uint16x4_t low16(I x) { return vmovn_u32(vreinterpretq_u32_s32(x)); }
  static void store_low8(void* p, I x) {
    const uint8x8_t bytes = vmovn_u16(vcombine_u16(low16(x), low16(x)));
    const std::uint32_t word = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    std::memcpy(p, &word, sizeof(word));
  }
  static void store_low16(void* p, I x) {
    vst1_u8(static_cast<std::uint8_t*>(p), vreinterpret_u8_u16(low16(x)));
  }
  static void store_f16(void* p, F x) {
    vst1_u8(static_cast<std::uint8_t*>(p), vreinterpret_u8_f16(vcvt_f16_f32(x)));
  }

  // --- binary32 ---
  static F splat(float x) { return vdupq_n_f32(x); }
  static F as_float(I x) { return vreinterpretq_f32_s32(x); }
  static F sqrt(F x) { return vsqrtq_f32(x); }
  static F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  // Not vminq and vmaxq, which give a NaN for one, and order zeros by sign.
  static F min_or_second(F a, F b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static F max_or_second(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static M equal(F a, F b) { return vceqq_f32(a, b); }
  static M less(F a, F b) { return vcltq_f32(a, b); }
  static M less_equal(F a, F b) { return vcleq_f32(a, b); }
  static M unordered(F a, F b) { return vmvnq_u32(vandq_u32(vceqq_f32(a, a), vceqq_f32(b, b))); }
  static F select(M mask, F a, F b) { return vbslq_f32(mask, a, b); }
  static F to_float(I x) { return vcvtq_f32_s32(x); }
  static I to_int(F x) { return vcvtq_s32_f32(x); }

  // --- the rules of a result ---
  static F canonical_nan(F x) {
    return vbslq_f32(vceqq_f32(x, x), x, vreinterpretq_f32_u32(vdupq_n_u32(kCanonicalNan)));
  }
  static F flush_tiny(F x) {
    const uint32x4_t magnitude = vdupq_n_u32(0x7fffffff);
    const uint32x4_t bits = vreinterpretq_u32_f32(x);
    const M is_tiny = vcltq_u32(vandq_u32(bits, magnitude), vdupq_n_u32(0x00800000));
    return vreinterpretq_f32_u32(vbicq_u32(bits, vandq_u32(is_tiny, magnitude)));
  }

  // --- i32 ---
  static I splat(std::int32_t x) { return vdupq_n_s32(x); }
  static I as_int(F x) { return vreinterpretq_s32_f32(x); }
  static uint32x4_t word(I x) { return vreinterpretq_u32_s32(x); }
  static I add(I a, I b) { return vaddq_s32(a, b); }
  static I sub(I a, I b) { return vsubq_s32(a, b); }
  static I mul(I a, I b) { return vmulq_s32(a, b); }
  static I mulhi(I a, I b) {
    const uint64x2_t low = vmull_u32(vget_low_u32(word(a)), vget_low_u32(word(b)));
    const uint64x2_t high = vmull_high_u32(word(a), word(b));
    return vreinterpretq_s32_u32(vuzp2q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high)));
  }
  static I bit_and(I a, I b) { return vandq_s32(a, b); }
  static I bit_or(I a, I b) { return vorrq_s32(a, b); }
  static I bit_xor(I a, I b) { return veorq_s32(a, b); }
  static I shift_left(I a, I count) { return vshlq_s32(a, count); }
  static I shift_right(I a, I count) {  // a negative count shifts right
    return vreinterpretq_s32_u32(vshlq_u32(word(a), vnegq_s32(count)));
  }
  static I min(I a, I b) { return vminq_s32(a, b); }
  static I max(I a, I b) { return vmaxq_s32(a, b); }
  static M equal(I a, I b) { return vceqq_s32(a, b); }
  static M less(I a, I b) { return vcltq_s32(a, b); }
  static I select(M mask, I a, I b) { return vbslq_s32(mask, a, b); }

  // --- masks ---
  static M either(M a, M b) { return vorrq_u32(a, b); }
  static M both(M a, M b) { return vandq_u32(a, b); }
  static M negate(M a) { return vmvnq_u32(a); }
  static bool any(M a) { return vmaxvq_u32(a) != 0; }
  static bool all(M a) { return vminvq_u32(a) != 0; }
  static I one_if(M a) { return vreinterpretq_s32_u32(vshrq_n_u32(a, 31)); }

  // --- no tables of binary32 ---
  static constexpr int kExpPairTableSize = 0;

  // --- binary64 and its bits: half a vector ---
  using D = float64x2_t;
  using Bits = uint64x2_t;
  static constexpr bool kHasFma = true;
  static constexpr int kExpTableSize = 16;

  static D set(double x) { return vdupq_n_f64(x); }
  static Bits set_bits(std::uint64_t x) { return vdupq_n_u64(x); }
  static Bits bits(D x) { return vreinterpretq_u64_f64(x); }
  static D from_bits(Bits x) { return vreinterpretq_f64_u64(x); }
  static D madd(D a, D b, D c) { return vfmaq_f64(c, a, b); }
  static D nmadd(D a, D b, D c) { return vfmsq_f64(c, a, b); }
  static Bits add_bits(Bits a, Bits b) { return vaddq_u64(a, b); }
  static Bits sub_bits(Bits a, Bits b) { return vsubq_u64(a, b); }
  static Bits xor_bits(Bits a, Bits b) { return veorq_u64(a, b); }
  template <int count>
  static Bits shift_left(Bits a) {
    return vshlq_n_u64(a, count);
  }
  template <int count>
  static Bits shift_right(Bits a) {
    return vshrq_n_u64(a, count);
  }
  static D lookup(const std::array<double, 16>& table, Bits index) {
    return vcombine_f64(vld1_f64(&table[vgetq_lane_u64(index, 0) % 16]),
                        vld1_f64(&table[vgetq_lane_u64(index, 1) % 16]));
  }
  static Bits lookup(const std::array<std::uint64_t, 16>& table, Bits index) {
    return vcombine_u64(vld1_u64(&table[vgetq_lane_u64(index, 0) % 16]),
                        vld1_u64(&table[vgetq_lane_u64(index, 1) % 16]));
  }
  template <typename Fn>
  static F through_double(F x, Fn fn) {
    const float32x2_t low = vcvt_f32_f64(fn(vcvt_f64_f32(vget_low_f32(x))));
    return vcvt_high_f32_f64(low, fn(vcvt_high_f64_f32(x)));
  }
};

}  // namespace lydian::kernels
