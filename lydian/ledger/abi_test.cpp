#include "lydian/ledger/abi.h"

#include <gtest/gtest.h>

namespace lydian::ledger {
namespace {

using List = AbiValues;

AbiValue list(List members) { return AbiValue::list(std::move(members)); }
Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

/// Words as the ABI's specification prints them, one a line.
Bytes words(std::initializer_list<const char*> lines) {
  Bytes all;
  for (const char* line : lines) {
    const Bytes word = *from_hex(line);
    all.insert(all.end(), word.begin(), word.end());
  }
  return all;
}

struct Vector {
  const char* signature;
  AbiValues values;
  Bytes data;  // after the selector
  const char* selector;
};

// The examples of the Solidity ABI specification.
std::vector<Vector> vectors() {
  return {
      {"baz(uint32,bool)",
       {69, true},
       words({"0000000000000000000000000000000000000000000000000000000000000045",
              "0000000000000000000000000000000000000000000000000000000000000001"}),
       "cdcd77c0"},
      {"bar(bytes3[2])",
       {list({bytes("abc"), bytes("def")})},
       words({"6162630000000000000000000000000000000000000000000000000000000000",
              "6465660000000000000000000000000000000000000000000000000000000000"}),
       "fce353f6"},
      {"sam(bytes,bool,uint256[])",
       {bytes("dave"), true, list({1, 2, 3})},
       words({"0000000000000000000000000000000000000000000000000000000000000060",
              "0000000000000000000000000000000000000000000000000000000000000001",
              "00000000000000000000000000000000000000000000000000000000000000a0",
              "0000000000000000000000000000000000000000000000000000000000000004",
              "6461766500000000000000000000000000000000000000000000000000000000",
              "0000000000000000000000000000000000000000000000000000000000000003",
              "0000000000000000000000000000000000000000000000000000000000000001",
              "0000000000000000000000000000000000000000000000000000000000000002",
              "0000000000000000000000000000000000000000000000000000000000000003"}),
       "a5643bf2"},
      {"f(uint256,uint32[],bytes10,bytes)",
       {0x123, list({0x456, 0x789}), bytes("1234567890"), bytes("Hello, world!")},
       words({"0000000000000000000000000000000000000000000000000000000000000123",
              "0000000000000000000000000000000000000000000000000000000000000080",
              "3132333435363738393000000000000000000000000000000000000000000000",
              "00000000000000000000000000000000000000000000000000000000000000e0",
              "0000000000000000000000000000000000000000000000000000000000000002",
              "0000000000000000000000000000000000000000000000000000000000000456",
              "0000000000000000000000000000000000000000000000000000000000000789",
              "000000000000000000000000000000000000000000000000000000000000000d",
              "48656c6c6f2c20776f726c642100000000000000000000000000000000000000"}),
       "8be65246"},
      {"g(uint256[][],string[])",
       {list({list({1, 2}), list({3})}), list({"one", "two", "three"})},
       words({"0000000000000000000000000000000000000000000000000000000000000040",
              "0000000000000000000000000000000000000000000000000000000000000140",
              "0000000000000000000000000000000000000000000000000000000000000002",
              "0000000000000000000000000000000000000000000000000000000000000040",
              "00000000000000000000000000000000000000000000000000000000000000a0",
              "0000000000000000000000000000000000000000000000000000000000000002",
              "0000000000000000000000000000000000000000000000000000000000000001",
              "0000000000000000000000000000000000000000000000000000000000000002",
              "0000000000000000000000000000000000000000000000000000000000000001",
              "0000000000000000000000000000000000000000000000000000000000000003",
              "0000000000000000000000000000000000000000000000000000000000000003",
              "0000000000000000000000000000000000000000000000000000000000000060",
              "00000000000000000000000000000000000000000000000000000000000000a0",
              "00000000000000000000000000000000000000000000000000000000000000e0",
              "0000000000000000000000000000000000000000000000000000000000000003",
              "6f6e650000000000000000000000000000000000000000000000000000000000",
              "0000000000000000000000000000000000000000000000000000000000000003",
              "74776f0000000000000000000000000000000000000000000000000000000000",
              "0000000000000000000000000000000000000000000000000000000000000005",
              "7468726565000000000000000000000000000000000000000000000000000000"}),
       "2289b18c"},
  };
}

TEST(Abi, encodes_and_decodes_the_examples_of_the_specification) {
  for (const auto& vector : vectors()) {
    const auto call = encode_call(vector.signature, vector.values);
    ASSERT_TRUE(call) << call.error().message;
    EXPECT_EQ(to_hex(*call), vector.selector + to_hex(vector.data)) << vector.signature;
    const auto values = decode_call(vector.signature, *call);
    ASSERT_TRUE(values) << values.error().message;
    EXPECT_EQ(*values, vector.values) << vector.signature;
  }
}

TEST(Abi, computes_the_topics_and_selectors_everybody_knows) {
  EXPECT_EQ(parse_abi_signature("Transfer(address indexed,address indexed,uint256)")->topic().hex(),
            "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
  EXPECT_EQ(to_hex(parse_abi_signature("transfer(address,uint256)")->selector()), "a9059cbb");
  EXPECT_EQ(to_hex(parse_abi_signature("Error(string)")->selector()), "08c379a0");
  EXPECT_EQ(to_hex(parse_abi_signature("Panic(uint256)")->selector()), "4e487b71");
}

TEST(Abi, carries_every_type_there_and_back) {
  const char* const types =
      "(uint8,int16,address,bool,bytes32,bytes,string,uint64[2][],(uint8,string),(int256,bool)[2],string[2])";
  const AbiValues values = {255,
                            -32768,
                            *Address::parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
                            false,
                            Root::from_bytes(Bytes(32, 9)),
                            Bytes{},
                            std::string(33, 'x'),
                            list({list({1, 2}), list({3, ~0ull})}),
                            list({7, "seven"}),
                            list({list({-1, true}), list({1, false})}),
                            list({"", "b"})};
  const auto data = abi_encode(types, values);
  ASSERT_TRUE(data) << data.error().message;
  const auto decoded = abi_decode(types, *data);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, values);
  EXPECT_EQ((*decoded)[1].as_i64(), -32768);
  EXPECT_EQ((*decoded)[7].as_list()[1].as_list()[1].as_u64(), ~0ull);
  EXPECT_EQ((*decoded)[4].as_root(), Root::from_bytes(Bytes(32, 9)));
}

TEST(Abi, refuses_values_that_do_not_fit_their_type) {
  const std::pair<const char*, AbiValues> cases[] = {
      {"(uint8)", {256}},          {"(uint8)", {-1}},
      {"(int8)", {128}},           {"(int8)", {-129}},
      {"(uint256)", {"1"}},        {"(bool)", {1}},
      {"(address)", {1}},          {"(bytes4)", {Bytes{1, 2, 3}}},
      {"(uint8[2])", {list({1})}}, {"((uint8,uint8))", {list({1, 2, 3})}},
      {"(uint8,uint8)", {1}},      {"(uint8)", {1, 2}},
  };
  for (const auto& [types, values] : cases) EXPECT_FALSE(abi_encode(types, values)) << types;
}

TEST(Abi, refuses_encodings_that_are_not_canonical) {
  const std::string zero(64, '0');
  const auto word = [&](std::uint64_t value) { return Uint256(value).word().hex(); };
  const std::string dirty = "01" + std::string(62, '0');
  const std::string ones(64, 'f');
  const std::tuple<const char*, std::string, const char*> cases[] = {
      {"(uint256)", "", "32 bytes are needed"},
      {"(uint256)", zero + "00", "1 bytes after the end"},
      {"(uint8)", word(256), "is no uint8"},
      {"(int8)", word(128), "is no int8"},
      {"(bool)", word(2), "is no bool"},
      {"(address)", dirty, "is no address"},
      {"(bytes4)", word(1), "is no bytes4"},
      {"(bytes)", word(64) + zero + zero, "canonical one is 32"},
      {"(bytes)", zero, "canonical one is 32"},
      {"(bytes)", ones, "canonical one is 32"},
      {"(bytes)", word(32) + word(1), "says length 0x1"},
      {"(bytes)", word(32) + ones, "says length"},
      {"(bytes)", word(32) + word(1) + "6100", "32 bytes are needed"},
      {"(bytes)", word(32) + word(1) + word(1), "padding"},
      {"(uint256[])", word(32) + word(2) + zero, "says length 0x2"},
      {"(uint256[])", word(32) + ones + zero, "says length"},
      // Two strings that share their bytes, and a list that contains itself.
      {"(string,string)", word(64) + word(64) + word(1) + dirty, "canonical one is 128"},
      {"(bytes[][])", word(32) + word(1) + zero, "canonical one is 32"},
  };
  for (const auto& [types, hex, expected] : cases) {
    const auto values = abi_decode(types, *from_hex(hex));
    ASSERT_FALSE(values) << types << " " << hex;
    EXPECT_NE(values.error().message.find(expected), std::string::npos)
        << types << ": " << values.error().message;
  }
}

TEST(Abi, reads_types_in_canonical_spelling_only) {
  for (const char* text : {"uint256", "int8", "bytes1", "bytes32[2][]", "((uint8,string)[],bool)", "address"})
    EXPECT_EQ(parse_abi_type(text)->text(), text);
  for (const char* text : {"",
                           "uint",
                           "uint7",
                           "uint264",
                           "uint08",
                           "bytes0",
                           "bytes33",
                           "byte",
                           "uint8[0]",
                           "uint8[",
                           "uint8[01]",
                           "uint8[-1]",
                           "uint8]",
                           "()",
                           "(uint8",
                           "(uint8,)",
                           "(uint8, bool)",
                           "uint8 ",
                           "uint8[99999999999999999999]",
                           "uint8[1048577]",
                           "uint8[1048576][1048576]",
                           "addresses"})
    EXPECT_FALSE(parse_abi_type(text)) << text;
  EXPECT_FALSE(parse_abi_type(std::string(100, '(')));
  for (const char* text :
       {"", "()", "f", "f(", "f(uint8 indexed indexed)", "1f()", "f()x", "f(uint8 amount)"})
    EXPECT_FALSE(parse_abi_signature(text)) << text;
  EXPECT_TRUE(parse_abi_signature("f()"));
}

TEST(Abi, decodes_events_in_the_order_of_their_parameters) {
  const char* const signature = "Committed(uint256 indexed,uint32,bytes32,string indexed,bool indexed)";
  const Root name_hash = Root::from_bytes(Bytes(32, 5));
  const Root root = Root::from_bytes(Bytes(32, 6));
  const std::vector<Root> topics = {parse_abi_signature(signature)->topic(), Uint256(77).word(), name_hash,
                                    Uint256(1).word()};
  const Bytes data = *abi_encode("(uint32,bytes32)", {3, root});
  const auto values = decode_event(signature, topics, data);
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_EQ(*values, (AbiValues{77, 3, root, name_hash, true}));

  auto other = topics;
  other[0] = root;
  EXPECT_FALSE(decode_event(signature, other, data));
  EXPECT_FALSE(decode_event(signature, {}, data));
  EXPECT_FALSE(decode_event(signature, std::span(topics).first(3), data));
  other = topics;
  other[3] = Uint256(2).word();
  EXPECT_FALSE(decode_event(signature, other, data));
  EXPECT_FALSE(decode_event(signature, topics, ByteView(data).first(32)));
}

TEST(Abi, refuses_call_data_of_another_function) {
  const Bytes call = *encode_call("a(uint8)", {1});
  EXPECT_FALSE(decode_call("b(uint8)", call));
  EXPECT_FALSE(decode_call("a(uint8)", ByteView(call).first(3)));
}

TEST(Abi, prints_values_for_messages) {
  EXPECT_EQ(list({7, true, Bytes{1, 0xab}, "text", list({})}).text(), "[7, true, 0x01ab, \"text\", []]");
}

}  // namespace
}  // namespace lydian::ledger
