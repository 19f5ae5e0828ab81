#include "lydian/kernels/isa.h"

#include <gtest/gtest.h>

namespace lydian::kernels {
namespace {

TEST(Isa, portable_is_always_supported_and_the_fastest_is_the_default) {
  EXPECT_EQ(supported_isas().front(), Isa::portable);
  EXPECT_EQ(*choose_isa(""), supported_isas().back());
}

TEST(Isa, every_supported_set_can_be_asked_for_by_name) {
  for (const Isa isa : supported_isas()) EXPECT_EQ(*choose_isa(name_of(isa)), isa);
}

TEST(Isa, an_unknown_name_is_refused_with_the_known_ones) {
  for (const auto* name : {"AVX2", "sse", "avx", "portable "}) {
    const auto chosen = choose_isa(name);
    ASSERT_FALSE(chosen) << name;
    EXPECT_NE(chosen.error().message.find("expected portable, avx2, avx512 or neon"), std::string::npos);
  }
}

TEST(Isa, a_set_of_another_machine_is_refused_with_the_best_of_this_one) {
  for (const auto* name : {"avx512", "neon"}) {
    const auto chosen = choose_isa(name);
    if (chosen) {
      EXPECT_EQ(*chosen, supported_isas().back());
    } else {
      EXPECT_NE(chosen.error().message.find(name_of(supported_isas().back())), std::string::npos);
    }
  }
  EXPECT_FALSE(choose_isa("avx512") && choose_isa("neon"));
}

}  // namespace
}  // namespace lydian::kernels
