// A sample of what functions_exhaustive_main.cpp checks in full: the definition and every kernel against
// MPFR.
#include "lydian/kernels/functions.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lydian/kernels/functions_core.h"
#include "lydian/kernels/functions_exact.h"
#include "lydian/kernels/map.h"
#include "lydian/kernels/map_operations.h"

namespace lydian::kernels {
namespace {

void push_neighbours(std::vector<float>& arguments, float x) {
  for (std::uint32_t i = 0; i <= 6; ++i)
    for (const std::uint32_t sign : {0U, 0x80000000U})
      arguments.push_back(std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) + i - 3) ^ sign));
}

/// Vectors of ordinary numbers with one of another kind among them, at every place.
void push_among_ordinary(std::vector<float>& arguments, float special) {
  std::mt19937 generator(9);
  std::uniform_real_distribution<float> ordinary(0.1F, 10.0F);
  for (int i = 0; i < 17 * 16; ++i) arguments.push_back(i % 17 == 0 ? special : ordinary(generator));
}

/// Random numbers of every exponent and sign, and the neighbours of every place where an algorithm turns.
std::vector<float> sample() {
  std::vector<float> arguments;
  std::mt19937 generator(7);
  for (std::uint32_t top = 0; top < 512; ++top)
    for (int i = 0; i < 500; ++i)
      arguments.push_back(std::bit_cast<float>(top << 23 | static_cast<std::uint32_t>(generator()) >> 9));
  for (const float x : {0.0F, 1.0F, 0x1p-126F, core::kExpLeast, core::kExpMost, 89.0F, 103.97F, 104.0F,
                        kFloatInfinity, core::kMaxReducible, 0x1.66p-1F, 0x1.f6p-1F, 0x1.06p0F})
    push_neighbours(arguments, x);
  for (const float x : {kFloatInfinity, -kFloatInfinity, std::numeric_limits<float>::quiet_NaN(), 0.0F, -0.0F,
                        -1.0F, 90.0F, -90.0F, 0x1p-130F, core::kLogExceptions[0].argument})
    push_among_ordinary(arguments, x);
  for (const auto& exception : core::kLogExceptions) push_neighbours(arguments, exception.argument);
  for (const auto& exception : core::kSinExceptions) push_neighbours(arguments, exception.argument);
  for (const auto& exception : core::kSinLargeExceptions) push_neighbours(arguments, exception.argument);
  for (const auto& exception : core::kCosLargeExceptions) push_neighbours(arguments, exception.argument);
  for (int n = 1; n < 2000; ++n) push_neighbours(arguments, static_cast<float>(n * 0x1.921fb54442d18p0));
  return arguments;
}

class Functions : public testing::TestWithParam<ScalarFn> {};

TEST_P(Functions, are_correctly_rounded_in_the_definition_and_in_every_kernel) {
  const std::vector<float> arguments = sample();
  std::vector<float> wanted;
  ExactFunction exact(GetParam());
  for (const float x : arguments)
    wanted.push_back(info_of(GetParam()).has_tiny_rule ? finish(exact.quick(x))
                                                       : canonical_nan(exact.quick(x)));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(arguments[i]);
    ASSERT_EQ(apply(GetParam(), DType::f32, DType::f32, bits, 0, 0), std::bit_cast<std::uint32_t>(wanted[i]))
        << fmt::format("{:a}", arguments[i]);
  }
  std::vector<float> found(arguments.size());
  for (const Isa isa : supported_isas()) {
    const MapKernel kernel = map_kernel(isa, GetParam(), DType::f32, DType::f32);
    kernel(std::ssize(arguments), arguments.data(), nullptr, nullptr, found.data());
    for (std::size_t i = 0; i < arguments.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(wanted[i]))
          << fmt::format("{} {:a}", name_of(isa), arguments[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Functions,
                         testing::Values(ScalarFn::exp, ScalarFn::log, ScalarFn::sin, ScalarFn::cos),
                         [](const auto& param) { return std::string(info_of(param.param).name); });

TEST(ExactFunction, decides_by_the_estimate_only_what_it_would_decide_by_mpfr) {
  std::mt19937 generator(8);
  for (const ScalarFn fn : {ScalarFn::exp, ScalarFn::log, ScalarFn::sin, ScalarFn::cos}) {
    ExactFunction exact(fn);
    for (int i = 0; i < 5000; ++i) {
      const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(generator()));
      ASSERT_EQ(std::bit_cast<std::uint32_t>(canonical_nan(exact(x))),
                std::bit_cast<std::uint32_t>(canonical_nan(exact.quick(x))))
          << fmt::format("{} of {:a}", info_of(fn).name, x);
    }
  }
}

}  // namespace
}  // namespace lydian::kernels
