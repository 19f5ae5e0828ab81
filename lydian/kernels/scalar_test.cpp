#include "lydian/kernels/scalar.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <tuple>
#include <vector>

namespace lydian::kernels {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kNegativeNanWithPayload = 0xff812345;

std::uint32_t word(float x) { return std::bit_cast<std::uint32_t>(x); }

std::uint32_t f32(ScalarFn fn, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0) {
  return apply(fn, DType::f32, info_of(fn).is_comparison ? DType::i32 : DType::f32, a, b, c);
}
std::uint32_t f32(ScalarFn fn, float a, float b = 0, float c = 0) {
  return f32(fn, word(a), word(b), word(c));
}
std::uint32_t i32(ScalarFn fn, std::uint32_t a, std::uint32_t b) {
  return apply(fn, DType::i32, DType::i32, a, b, 0);
}

TEST(ScalarTable, every_code_and_name_parses_back_and_unknown_ones_are_refused) {
  for (const ScalarFnInfo& info : kScalarFns) {
    EXPECT_EQ(&info_of(info.fn), &info);
    EXPECT_EQ(*scalar_fn_from_code(static_cast<std::uint64_t>(info.fn)), info.fn);
    EXPECT_EQ(*parse_scalar_fn(info.name), info.fn);
  }
  for (const std::uint64_t code : {8, 15, 22, 30, 38, 50, 256})
    EXPECT_FALSE(scalar_fn_from_code(code)) << code;
  for (const auto* name : {"", "and_", "tanh", "Add"}) EXPECT_FALSE(parse_scalar_fn(name)) << name;
}

TEST(ResultType, accepts_what_the_table_of_operators_lists) {
  using enum DType;
  const std::vector<std::tuple<ScalarFn, std::vector<DType>, DType>> accepted = {
      {ScalarFn::exp, {f32}, f32},           {ScalarFn::add, {f32, f32}, f32},
      {ScalarFn::add, {i32, i32}, i32},      {ScalarFn::lt, {f32, f32}, i32},
      {ScalarFn::ge, {i32, i32}, i32},       {ScalarFn::mulhi, {i32, i32}, i32},
      {ScalarFn::minimum, {i32, i32}, i32},  {ScalarFn::select, {i32, f32, f32}, f32},
      {ScalarFn::fma, {f32, f32, f32}, f32}, {ScalarFn::select, {i32, i32, i32}, i32}};
  for (const auto& [fn, operands, result] : accepted) EXPECT_EQ(*result_type(fn, operands, u8), result);
  for (const auto& from : tensor::kDTypes)
    for (const auto& to : tensor::kDTypes)
      EXPECT_EQ(*result_type(ScalarFn::convert, std::array{from.dtype}, to.dtype), to.dtype);
}

TEST(ResultType, refuses_wrong_counts_mixed_types_and_types_without_arithmetic) {
  using enum DType;
  const std::vector<std::pair<ScalarFn, std::vector<DType>>> refused = {
      {ScalarFn::exp, {}},          {ScalarFn::exp, {f32, f32}},         {ScalarFn::exp, {i32}},
      {ScalarFn::add, {f32, i32}},  {ScalarFn::add, {f16, f16}},         {ScalarFn::div, {i32, i32}},
      {ScalarFn::and_, {f32, f32}}, {ScalarFn::select, {f32, f32, f32}}, {ScalarFn::select, {i32, f32, i32}},
      {ScalarFn::lt, {u8, u8}},     {ScalarFn::select, {i32, u8, u8}},   {ScalarFn::fma, {i32, i32, i32}}};
  for (const auto& [fn, operands] : refused) EXPECT_FALSE(result_type(fn, operands, f32)) << info_of(fn).name;
}

TEST(NanRule, every_nan_result_is_the_canonical_one) {
  const std::uint32_t nan = kNegativeNanWithPayload;
  const std::uint32_t one = word(1.0F);
  for (const ScalarFnInfo& info : kScalarFns) {
    if (info.domain == Domain::i32 || info.is_comparison || info.fn == ScalarFn::select) continue;
    EXPECT_EQ(f32(info.fn, nan, one, one), kCanonicalNan) << info.name;
    if (info.arity > 1) {
      EXPECT_EQ(f32(info.fn, one, nan, one), kCanonicalNan) << info.name;
    }
  }
  EXPECT_EQ(f32(ScalarFn::sub, kInf, kInf), kCanonicalNan);
  EXPECT_EQ(f32(ScalarFn::sqrt, -1.0F), kCanonicalNan);
  EXPECT_EQ(f32(ScalarFn::select, 1, nan, one), nan) << "select copies bits";
}

TEST(TinyRule, results_below_the_normal_range_are_zeros_of_their_sign) {
  const float least = std::numeric_limits<float>::min();
  EXPECT_EQ(f32(ScalarFn::mul, least, 0.5F), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::mul, -least, 0.5F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::sub, least, least * 1.5F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::add, least * 0.5F, least * 0.5F), word(least))
      << "subnormal inputs count as they are";
  EXPECT_EQ(f32(ScalarFn::fma, -least, 0.25F, 0.0F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::div, least, -2.0F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::exp, -87.5F), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::sin, std::uint32_t{0x80000001}), word(-0.0F));
  EXPECT_EQ(convert(DType::f32, DType::f32, 0x80000001), word(-0.0F));
  // The largest value below 2^-126 that rounds up to it: the rule looks at the rounded result.
  EXPECT_EQ(f32(ScalarFn::mul, std::uint32_t{0x3f7fffff}, std::uint32_t{0x00800000}), word(least));
  // Not theirs: these keep subnormals.
  for (const ScalarFn fn : {ScalarFn::minimum, ScalarFn::maximum}) EXPECT_EQ(f32(fn, 1U, 1U), 1U);
  EXPECT_EQ(f32(ScalarFn::neg, 1U), 0x80000001U);
  EXPECT_EQ(f32(ScalarFn::abs, 0x80000001U), 1U);
  EXPECT_EQ(f32(ScalarFn::select, 0U, 0U, 1U), 1U);
}

TEST(MinimumMaximum, order_the_zeros_and_propagate_nan) {
  EXPECT_EQ(f32(ScalarFn::minimum, 0.0F, -0.0F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::minimum, -0.0F, 0.0F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::maximum, 0.0F, -0.0F), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::maximum, -0.0F, 0.0F), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::maximum, -kInf, 3.0F), word(3.0F));
  EXPECT_EQ(i32(ScalarFn::minimum, 0xffffffff, 1), 0xffffffffU) << "i32 is signed";
  EXPECT_EQ(i32(ScalarFn::maximum, 0xffffffff, 1), 1U);
}

TEST(Comparisons, follow_ieee_for_nan_and_zeros_and_are_signed_for_i32) {
  const float nan = std::bit_cast<float>(kCanonicalNan);
  for (const ScalarFn fn : {ScalarFn::eq, ScalarFn::lt, ScalarFn::le, ScalarFn::gt, ScalarFn::ge})
    EXPECT_EQ(f32(fn, nan, nan), 0U);
  EXPECT_EQ(f32(ScalarFn::ne, nan, nan), 1U);
  EXPECT_EQ(f32(ScalarFn::eq, 0.0F, -0.0F), 1U);
  EXPECT_EQ(f32(ScalarFn::lt, -0.0F, 0.0F), 0U);
  EXPECT_EQ(i32(ScalarFn::lt, 0xffffffff, 0), 1U);
  EXPECT_EQ(i32(ScalarFn::gt, 0x7fffffff, 0x80000000), 1U);
}

TEST(Integers, wrap_and_shift_by_the_low_five_bits) {
  EXPECT_EQ(i32(ScalarFn::add, 0x7fffffff, 1), 0x80000000U);
  EXPECT_EQ(i32(ScalarFn::mul, 0x10001, 0x10001), 0x00020001U);
  EXPECT_EQ(i32(ScalarFn::mulhi, 0xffffffff, 0xffffffff), 0xfffffffeU);
  EXPECT_EQ(i32(ScalarFn::shl, 1, 33), 2U);
  EXPECT_EQ(i32(ScalarFn::shr, 0x80000000, 31), 1U) << "shr is logical";
}

TEST(Functions, special_values_are_those_of_the_specification) {
  EXPECT_EQ(f32(ScalarFn::exp, -kInf), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::exp, kInf), word(kInf));
  EXPECT_EQ(f32(ScalarFn::exp, -0.0F), word(1.0F));
  EXPECT_EQ(f32(ScalarFn::log, -0.0F), word(-kInf));
  EXPECT_EQ(f32(ScalarFn::log, 0.0F), word(-kInf));
  EXPECT_EQ(f32(ScalarFn::log, 1.0F), word(0.0F));
  EXPECT_EQ(f32(ScalarFn::log, -1.0F), kCanonicalNan);
  EXPECT_EQ(f32(ScalarFn::log, kInf), word(kInf));
  EXPECT_EQ(f32(ScalarFn::sin, -0.0F), word(-0.0F));
  EXPECT_EQ(f32(ScalarFn::cos, -0.0F), word(1.0F));
  for (const ScalarFn fn : {ScalarFn::sin, ScalarFn::cos}) EXPECT_EQ(f32(fn, -kInf), kCanonicalNan);
}

TEST(Convert, integers_keep_low_bits_and_extend_by_the_sign_of_their_source) {
  using enum DType;
  EXPECT_EQ(convert(i32, u8, 0x12345678), 0x78U);
  EXPECT_EQ(convert(i32, i8, 0x12345678), 0x78U);
  EXPECT_EQ(convert(i32, u16, 0xffffffff), 0xffffU);
  EXPECT_EQ(convert(i8, i32, 0x80), 0xffffff80U);
  EXPECT_EQ(convert(u8, i32, 0x80), 0x80U);
  EXPECT_EQ(convert(i8, u16, 0x80), 0xff80U);
  EXPECT_EQ(convert(u16, i32, 0xffff), 0xffffU);
}

TEST(Convert, integers_round_once_to_nearest_even_floats) {
  using enum DType;
  EXPECT_EQ(convert(i32, f32, 16777217), word(16777216.0F));
  EXPECT_EQ(convert(i32, f32, 16777219), word(16777220.0F));
  EXPECT_EQ(convert(i32, f32, 0x80000000), word(-2147483648.0F));
  EXPECT_EQ(convert(i32, f16, 65519), 0x7bffU);
  EXPECT_EQ(convert(i32, f16, 65520), 0x7c00U) << "overflows to infinity";
  EXPECT_EQ(convert(i32, f16, static_cast<std::uint32_t>(-65520)), 0xfc00U);
  // 2^24 + 2^16 + 1 is above a tie of bf16; through f32 it would become the tie, and round down.
  EXPECT_EQ(convert(i32, bf16, (1U << 24) + (1U << 16) + 1), 0x4b81U);
}

TEST(Convert, floats_truncate_and_saturate_to_integers_and_nan_is_zero) {
  using enum DType;
  EXPECT_EQ(convert(f32, i32, word(-2.9F)), static_cast<std::uint32_t>(-2));
  EXPECT_EQ(convert(f32, i32, word(3e9F)), 0x7fffffffU);
  EXPECT_EQ(convert(f32, i32, word(-kInf)), 0x80000000U);
  EXPECT_EQ(convert(f32, i32, kNegativeNanWithPayload), 0U);
  EXPECT_EQ(convert(f32, u8, word(-1.0F)), 0U);
  EXPECT_EQ(convert(f32, u8, word(255.9F)), 255U);
  EXPECT_EQ(convert(f32, i8, word(-200.0F)), 0x80U);
  EXPECT_EQ(convert(f32, u16, word(kInf)), 0xffffU);
  EXPECT_EQ(convert(f16, i32, 0xfbff), static_cast<std::uint32_t>(-65504));
}

TEST(Convert, floats_round_to_nearest_even_with_the_rules_of_the_destination) {
  using enum DType;
  EXPECT_EQ(convert(f32, bf16, 0x3f808000), 0x3f80U) << "tie to even";
  EXPECT_EQ(convert(f32, bf16, 0x3f818000), 0x3f82U);
  EXPECT_EQ(convert(f32, bf16, 0x7f7fffff), 0x7f80U);
  EXPECT_EQ(convert(f32, bf16, kNegativeNanWithPayload), 0x7fc0U);
  EXPECT_EQ(convert(f32, bf16, 0x807fffff), 0x8080U) << "rounds up to 2^-126, so it is not tiny";
  EXPECT_EQ(convert(f32, bf16, 0x807f0000), 0x8000U);
  EXPECT_EQ(convert(bf16, f32, 0x0001), 0U);
  EXPECT_EQ(convert(bf16, f32, 0x3f81), 0x3f810000U);
  EXPECT_EQ(convert(f32, f16, word(0x1p-24F)), 1U) << "f16 subnormals are gradual";
  EXPECT_EQ(convert(f32, f16, word(-0x1p-25F)), 0x8000U) << "tie to even";
  EXPECT_EQ(convert(f32, f16, word(0x1.8p-25F)), 1U);
  EXPECT_EQ(convert(f32, f16, word(65520.0F)), 0x7c00U);
  EXPECT_EQ(convert(f32, f16, kNegativeNanWithPayload), 0x7e00U);
  EXPECT_EQ(convert(f16, f16, 0xfd01), 0x7e00U);
}

TEST(Convert, f16_and_bf16_values_survive_a_round_trip_through_f32) {
  using enum DType;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    if ((bits & 0x7fff) <= 0x7c00) {
      ASSERT_EQ(convert(f32, f16, convert(f16, f32, bits)), bits);
    }
    if ((bits & 0x7f80) != 0 && (bits & 0x7fff) <= 0x7f80) {  // not subnormal, not NaN
      ASSERT_EQ(convert(bf16, f32, bits), bits << 16);
      ASSERT_EQ(convert(f32, bf16, bits << 16), bits);
    }
  }
}

}  // namespace
}  // namespace lydian::kernels
