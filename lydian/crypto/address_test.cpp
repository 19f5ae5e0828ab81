#include "lydian/crypto/address.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lydian::crypto {
namespace {

// The examples of EIP-55.
const char* const kChecksummed[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"};

TEST(Address, prints_and_reads_the_examples_of_eip_55) {
  for (const char* text : kChecksummed) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(Address, reads_text_of_one_case) {
  const std::string mixed = kChecksummed[4];
  std::string lower = mixed;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_EQ(Address::parse(lower)->text(), mixed);
}

TEST(Address, refuses_what_is_none) {
  const char* const cases[] = {"",
                               "0x",
                               "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                               "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
                               "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
                               "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
                               "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"};
  for (const char* text : cases) EXPECT_FALSE(Address::parse(text)) << text;
  EXPECT_NE(Address::parse(cases[6]).error().message.find("mistyped"), std::string::npos);
}

}  // namespace
}  // namespace lydian::crypto
