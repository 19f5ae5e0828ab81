// The enclosures against the C library's long double functions, whose error glibc states as below 2^-60.
#include "lydian/kernels/functions_pair.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "lydian/kernels/simd_portable.h"

namespace lydian::kernels {
namespace {

using Ops = SimdPortable;
using Limits = std::numeric_limits<float>;
static_assert(std::numeric_limits<long double>::digits >= 64);

/// Arguments of exp with a result that is no zero: of every exponent from 2^-30 on, and evenly spread ones.
std::vector<float> exp_sample() {
  std::vector<float> arguments = {core::kExpLeast, core::kExpMost, 0.0F, -0.0F};
  std::mt19937 generator(3);
  std::uniform_real_distribution<float> even(core::kExpLeast, core::kExpMost);
  std::uniform_real_distribution<float> mantissa(1.0F, 2.0F);
  for (int i = 0; i < 200000; ++i) arguments.push_back(even(generator));
  for (int exponent = -30; exponent < 6; ++exponent)
    for (int i = 0; i < 2000; ++i)
      for (const float sign : {-1.0F, 1.0F})
        arguments.push_back(sign * std::ldexp(mantissa(generator), exponent));
  return arguments;
}

/// Positive normal numbers of every exponent, and more around 1.
std::vector<float> log_sample() {
  std::vector<float> arguments = {Limits::min(), Limits::max(), 1.0F};
  std::mt19937 generator(4);
  std::uniform_real_distribution<float> mantissa(1.0F, 2.0F);
  std::uniform_real_distribution<float> near_one(0.9F, 1.1F);
  for (int exponent = -126; exponent < 128; ++exponent)
    for (int i = 0; i < 500; ++i) arguments.push_back(std::ldexp(mantissa(generator), exponent));
  for (int i = 0; i < 200000; ++i) arguments.push_back(near_one(generator));
  return arguments;
}

void expect_between(const core::Enclosure<Ops>& ends, long double value, float x) {
  const auto first = static_cast<long double>(ends.high) + ends.first_low;
  const auto second = static_cast<long double>(ends.high) + ends.second_low;
  ASSERT_LE(std::min(first, second), value) << fmt::format("{:a}", x);
  ASSERT_GE(std::max(first, second), value) << fmt::format("{:a}", x);
}

template <int N>
void expect_exp_enclosed() {
  for (const float x : exp_sample()) {
    const auto [ends, scale] = core::enclose_exp<Ops, N>(x);
    expect_between(ends, std::ldexp(std::exp(static_cast<long double>(x)), -(scale / (1 << 23))), x);
  }
}

TEST(EncloseExp, holds_the_real_value_with_32_powers) { expect_exp_enclosed<32>(); }
TEST(EncloseExp, holds_the_real_value_with_16_powers) { expect_exp_enclosed<16>(); }

TEST(EncloseExp, has_powers_of_two_to_50_bits) {
  for (std::size_t i = 0; i < 32; ++i) {
    const auto wanted = std::exp2(static_cast<long double>(i) / 32);
    const auto found = core::kPowerOfTwo[i] * std::exp(static_cast<long double>(core::kPowerLog[i]));
    EXPECT_LT(std::fabs(found / wanted - 1), 0x1p-49L) << i;
  }
}

TEST(EncloseLog, holds_the_real_value) {
  for (const float x : log_sample())
    expect_between(core::enclose_log<Ops>(x), std::log(static_cast<long double>(x)), x);
}

TEST(EncloseLog, has_exact_products_in_every_interval) {
  for (std::int32_t i = 0; i < 32; ++i) {
    const double c = core::kLogPairInverse[static_cast<std::size_t>(i)];
    for (std::int32_t offset = 0; offset < 1 << 18; ++offset) {
      const double z = std::bit_cast<float>(core::kLogLeastBits + (i << 18) + offset);
      const double r = z * c - 1;
      ASSERT_EQ(static_cast<double>(static_cast<float>(r)), r) << i << " " << offset;
      ASSERT_LE(std::fabs(r), 0x1.44p-6) << i << " " << offset;
    }
  }
}

TEST(EncloseLog, has_logarithms_whose_high_parts_add_exactly) {
  for (std::size_t i = 0; i < 32; ++i) {
    const long double high = core::kLogPairHigh[i];
    EXPECT_EQ(high * 0x1p17L, std::round(high * 0x1p17L)) << i;
    EXPECT_LT(
        std::fabs(high + core::kLogPairLow[i] + std::log(static_cast<long double>(core::kLogPairInverse[i]))),
        0x1p-42L)
        << i;
  }
  EXPECT_EQ(core::kLn2HighF32 * 0x1p17F, std::round(core::kLn2HighF32 * 0x1p17F));
  EXPECT_LT(std::fabs(std::log(2.0L) - core::kLn2HighF32 - core::kLn2LowF32), 0x1p-44L);
}

/// What share of the arguments an estimate leaves undecided, and that it is right about the others.
template <typename Estimate, typename Exact>
double undecided_share(const std::vector<float>& arguments, Estimate estimate, Exact exact) {
  int undecided = 0;
  for (const float x : arguments) {
    const core::Estimate<Ops> found = estimate(x);
    if (!found.is_certain) {
      ++undecided;
    } else {
      EXPECT_EQ(found.value, static_cast<float>(exact(static_cast<long double>(x))))
          << fmt::format("{:a}", x);
    }
  }
  return undecided / static_cast<double>(arguments.size());
}

TEST(Estimate, is_right_where_certain_and_certain_of_nearly_all) {
  const auto exp = [](long double x) { return std::exp(x); };
  const auto log = [](long double x) { return std::log(x); };
  EXPECT_LT(undecided_share(exp_sample(), core::estimate_exp<Ops, 32>, exp), 1.0 / 1000);
  EXPECT_LT(undecided_share(exp_sample(), core::estimate_exp<Ops, 16>, exp), 1.0 / 250);
  EXPECT_LT(undecided_share(log_sample(), core::estimate_log<Ops>, log), 1.0 / 500);
}

TEST(Estimate, leaves_what_is_out_of_the_ordinary) {
  for (const float x : {Limits::quiet_NaN(), Limits::infinity(), 0x1.62e43p6F, 1e9F})
    EXPECT_FALSE((core::estimate_exp<Ops, 32>(x).is_certain)) << x;
  for (const float x : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), 0.0F, -0.0F, -1.0F,
                        0x1.fffffcp-127F, Limits::denorm_min()})
    EXPECT_FALSE(core::estimate_log<Ops>(x).is_certain) << x;
}

TEST(Estimate, is_certain_of_a_tiny_exp) {
  for (const float x : {-Limits::infinity(), -1e9F, std::nextafter(core::kExpLeast, -100.0F)}) {
    const auto found = core::estimate_exp<Ops, 32>(x);
    EXPECT_TRUE(found.is_certain) << x;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(found.value), 0U) << x;
  }
}

}  // namespace
}  // namespace lydian::kernels
