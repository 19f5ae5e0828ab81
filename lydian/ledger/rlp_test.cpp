#include "lydian/ledger/rlp.h"

#include <gtest/gtest.h>

namespace lydian::ledger {
namespace {

RlpItem text(std::string_view content) { return RlpItem::string(as_bytes(content)); }
RlpItem number(const Uint256& value) { return RlpItem::integer(value); }

// The examples of Ethereum's RLP page and of its test suite (rlptest.json).
const std::pair<RlpItem, const char*> kVectors[] = {
    {text(""), "80"},
    {text("dog"), "83646f67"},
    {text("Lorem ipsum dolor sit amet, consectetur adipisicing eli"),
     "b74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6"
     "720656c69"},
    {text("Lorem ipsum dolor sit amet, consectetur adipisicing elit"),
     "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696"
     "e6720656c"
     "6974"},
    {number(0), "80"},
    {number(1), "01"},
    {number(127), "7f"},
    {number(128), "8180"},
    {number(1000), "8203e8"},
    {number(100000), "830186a0"},
    {number(*Uint256::from_hex("0x102030405060708090a0b0c0d0e0f2")), "8f102030405060708090a0b0c0d0e0f2"},
    {RlpItem::list({}), "c0"},
    {RlpItem::list({text("cat"), text("dog")}), "c88363617483646f67"},
    {RlpItem::list({text("zw"), RlpItem::list({number(4)}), number(1)}), "c6827a77c10401"},
    {RlpItem::list({RlpItem::list({}), RlpItem::list({RlpItem::list({})}),
                    RlpItem::list({RlpItem::list({}), RlpItem::list({RlpItem::list({})})})}),
     "c7c0c1c0c3c0c1c0"},
};

TEST(Rlp, encodes_and_decodes_the_published_vectors) {
  for (const auto& [item, hex] : kVectors) {
    EXPECT_EQ(to_hex(rlp_encode(item)), hex);
    const auto decoded = rlp_decode(*from_hex(hex));
    ASSERT_TRUE(decoded) << hex << ": " << decoded.error().message;
    EXPECT_EQ(*decoded, item) << hex;
  }
}

TEST(Rlp, carries_long_strings_and_lists) {
  for (const std::size_t size : {255u, 256u, 65536u}) {
    const RlpItem item = RlpItem::list({RlpItem::string(Bytes(size, 0xab)), number(7)});
    EXPECT_EQ(rlp_decode(rlp_encode(item)), item) << size;
  }
}

TEST(Rlp, refuses) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "data ends"},
      {"83646f", "an item of 3 bytes where 2 are left"},
      {"c883636174", "an item of 8 bytes"},
      {"c2836161", "an item of 3 bytes where 1 are left"},
      {"8000", "1 bytes after the end"},
      {"c0c0", "1 bytes after the end"},
      {"8101", "single byte 1"},
      {"817f", "single byte 127"},
      {"b800", "longer than need be"},
      {"b83700", "longer than need be"},
      {"b90038", "longer than need be"},
      {"f800", "longer than need be"},
      {"b8", "cut off"},
      {"bfffffffffffffffff", "where 0 are left"},
      {"ffffffffffffffffff", "where 0 are left"},
  };
  for (const auto& [hex, expected] : cases) {
    const auto item = rlp_decode(*from_hex(hex));
    ASSERT_FALSE(item) << hex;
    EXPECT_NE(item.error().message.find(expected), std::string::npos) << hex << ": " << item.error().message;
  }
}

TEST(Rlp, refuses_a_tower_of_lists) {
  Bytes tower = {0xc0};
  for (int depth = 0; depth < 64; ++depth) {
    ASSERT_TRUE(rlp_decode(tower)) << depth;
    RlpItem item = *rlp_decode(tower);
    tower = rlp_encode(RlpItem::list({item}));
  }
  ASSERT_TRUE(rlp_decode(tower));
  EXPECT_FALSE(rlp_decode(rlp_encode(RlpItem::list({*rlp_decode(tower)}))));
}

TEST(Rlp, reads_integers_without_leading_zeros_only) {
  EXPECT_EQ(rlp_integer(number(1000)), Uint256(1000));
  EXPECT_EQ(rlp_integer(text("")), Uint256(0));
  EXPECT_FALSE(rlp_integer(RlpItem::string(Bytes{0})));
  EXPECT_FALSE(rlp_integer(RlpItem::string(Bytes{0, 1})));
  EXPECT_FALSE(rlp_integer(RlpItem::string(Bytes(33, 1))));
  EXPECT_FALSE(rlp_integer(RlpItem::list({})));
}

}  // namespace
}  // namespace lydian::ledger
