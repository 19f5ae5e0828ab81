#include "lydian/ledger/uint256.h"

#include <gtest/gtest.h>

namespace lydian::ledger {
namespace {

constexpr const char* kMax = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

Uint256 number(const char* decimal) { return *Uint256::from_decimal(decimal); }

TEST(Uint256, reads_and_prints_decimal_and_hex) {
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0x0"},
      {"1", "0x1"},
      {"255", "0xff"},
      {"256", "0x100"},
      {"1000000000000000000", "0xde0b6b3a7640000"},
      {kMax, "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
  };
  for (const auto& [decimal, hex] : cases) {
    EXPECT_EQ(number(decimal).hex(), hex);
    EXPECT_EQ(Uint256::from_hex(hex)->decimal(), decimal);
    EXPECT_EQ(number(decimal).decimal(), decimal);
  }
  EXPECT_EQ(Uint256::from_hex("0x000A")->decimal(), "10");
}

TEST(Uint256, refuses_texts_that_are_no_number) {
  const std::string too_large = std::string(kMax, 77) + "6";
  for (const char* text : {"", "-1", "+1", "1e3", "0x1", " 1", "1.0", too_large.c_str()})
    EXPECT_FALSE(Uint256::from_decimal(text)) << text;
  for (const char* text : {"", "0x", "1", "0xg", "0x-1", "0X1", "0x0x1", "0x0x12",
                           "0x10000000000000000000000000000000000000000000000000000000000000000"})
    EXPECT_FALSE(Uint256::from_hex(text)) << text;
}

TEST(Uint256, computes) {
  EXPECT_EQ(number("340282366920938463463374607431768211456") * 2u,
            number("680564733841876926926749214863536422912"));
  EXPECT_EQ(number(kMax) - number(kMax), Uint256{});
  EXPECT_EQ(number("1000000000000000000") / 3u, number("333333333333333333"));
  EXPECT_EQ(number("1000000000000000000") % 7u, Uint256{std::uint64_t{1000000000000000000 % 7}});
  EXPECT_EQ(number("18446744073709551615") + 1u, number("18446744073709551616"));
  EXPECT_LT(number("255"), number("256"));
  EXPECT_LT(number("65535"), number(kMax));
}

TEST(Uint256, notices_overflow) {
  EXPECT_FALSE(number(kMax).checked_add(1u));
  EXPECT_FALSE(number(kMax).checked_mul(2u));
  EXPECT_FALSE(number(kMax).checked_mul(number(kMax)));
  EXPECT_DEATH((void)(number(kMax) + 1u), "\\+ 1");
  EXPECT_DEATH((void)(Uint256(1u) - 2u), "1 - 2");
  EXPECT_DEATH((void)(Uint256(1u) / 0u), "1 / 0");
}

TEST(Uint256, converts_to_native_integers_where_they_fit) {
  EXPECT_EQ(number("18446744073709551615").to_u64(), ~0ull);
  EXPECT_FALSE(number("18446744073709551616").to_u64());
  EXPECT_EQ(Uint256(-5).to_i64(), -5);
  EXPECT_EQ(Uint256(INT64_MIN).to_i64(), INT64_MIN);
  EXPECT_EQ(Uint256(-1).decimal(), kMax);
  EXPECT_FALSE(number("9223372036854775808").to_i64());
  EXPECT_EQ(number("0").bit_width(), 0);
  EXPECT_EQ(number("256").bit_width(), 9);
  EXPECT_EQ(number(kMax).bit_width(), 256);
}

TEST(Units, read_and_print_token_amounts) {
  const std::tuple<const char*, int, const char*, const char*> cases[] = {
      {"12.5", 18, "12500000000000000000", "12.5"},
      {"0.000000000000000001", 18, "1", "0.000000000000000001"},
      {"007", 6, "7000000", "7"},
      {"0", 18, "0", "0"},
      {"1.50", 2, "150", "1.5"},
      {"3", 0, "3", "3"},
      {"100", 0, "100", "100"},
  };
  for (const auto& [text, decimals, value, printed] : cases) {
    const auto parsed = parse_units(text, decimals);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, number(value)) << text;
    EXPECT_EQ(format_units(*parsed, decimals), printed);
  }
}

TEST(Units, refuse_what_is_no_amount) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "1,5", "1.2.3", "1e18", "1.0000000000000000001"})
    EXPECT_FALSE(parse_units(text, 18)) << text;
  EXPECT_FALSE(parse_units(std::string(70, '9'), 18));
}

}  // namespace
}  // namespace lydian::ledger
