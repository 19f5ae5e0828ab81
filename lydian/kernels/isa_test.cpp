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
    EXPECT_NE(chosen.error().message.find("expected portable, avx2 or avx512"), std::string::npos);
  }
}

}  // namespace
}  // namespace lydian::kernels
