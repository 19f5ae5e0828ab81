#include "lydian/tensor/safetensors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lydian::tensor {
namespace {

using namespace std::string_literals;

/// A file of a header text and data bytes.
Bytes file_of(std::string_view header, std::size_t data_bytes) {
  Bytes file(8 + header.size() + data_bytes);
  store_le<std::uint64_t>(file.data(), header.size());
  std::ranges::copy(header, file.begin() + 8);
  return file;
}

/// One tensor's JSON.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, int begin,
                  int end) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, dtype, shape, begin,
                     end);
}

TEST(Safetensors, reads_a_file_as_the_reference_library_writes_it) {
  // Header text of 64 bytes, padded to a multiple of 8; then 24 bytes of data.
  const std::string header = R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})";
  ASSERT_EQ(header.size(), 64U);
  const auto parsed = parse_safetensors(file_of(header, 24));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->data_begin, 72);
  ASSERT_EQ(parsed->entries.size(), 1U);
  EXPECT_EQ(parsed->entries[0], (SafetensorsEntry{"attn.0", "F32", DType::f32, {1, 2, 3}, 72, 96}));
}

TEST(Safetensors, lists_entries_in_the_order_of_their_bytes_with_metadata) {
  const std::string header =
      "{" + entry("b", "F16", "[2]", 8, 12) + R"(, "__metadata__": {"format":"pt", "é":""}, )" +
      entry("a", "I64", "[1]", 0, 8) + "," + entry("none", "BF16", "[0, 7]", 8, 8) + "}   ";
  const auto parsed = parse_safetensors(file_of(header, 12));
  ASSERT_TRUE(parsed) << parsed.error().message;
  const std::int64_t data = parsed->data_begin;
  EXPECT_EQ(data, static_cast<std::int64_t>(8 + header.size()));
  ASSERT_EQ(parsed->entries.size(), 3U);
  EXPECT_EQ(parsed->entries[0], (SafetensorsEntry{"a", "I64", std::nullopt, {1}, data, data + 8}));
  EXPECT_EQ(parsed->entries[1], (SafetensorsEntry{"none", "BF16", DType::bf16, {0, 7}, data + 8, data + 8}));
  EXPECT_EQ(parsed->entries[2], (SafetensorsEntry{"b", "F16", DType::f16, {2}, data + 8, data + 12}));
  EXPECT_EQ(parsed->metadata, (std::map<std::string, std::string>{{"format", "pt"}, {"é", ""}}));
  EXPECT_EQ(parsed->find("b"), &parsed->entries[2]);
  EXPECT_EQ(parsed->find("__metadata__"), nullptr);
}

TEST(Safetensors, accepts) {
  const std::vector<std::pair<std::string, std::size_t>> accepted = {
      {"{}", 0},
      {"{ }\n", 0},
      {R"({"__metadata__":{}})", 0},
      {"{" + entry("scalar", "F32", "[]", 0, 4) + "}", 4},
      {"{" + entry("", "I8", "[3]", 0, 3) + "}", 3},
      {"{" + entry("bits", "BOOL", "[3]", 0, 3) + "," + entry("f8", "F8_E4M3", "[2]", 3, 5) + "}", 5},
      {"{" + entry("one \\u00e9 \\\" \\\\", "U8", "[1]", 0, 1) + "}", 1},
      {R"({"a":{"data_offsets":[0,2],"shape":[1],"dtype":"U16"}})", 2},
  };
  for (const auto& [header, data_bytes] : accepted) {
    const auto parsed = parse_safetensors(file_of(header, data_bytes));
    EXPECT_TRUE(parsed) << header << ": " << parsed.error().message;
  }
}

struct Refused {
  std::string header;
  std::size_t data_bytes;
  std::string reason;  // a part of the message
};

std::vector<Refused> refused_headers() {
  const auto f32 = [](int begin, int end) { return entry("a", "F32", "[1]", begin, end); };
  const auto with = [](const std::string& fields) { return R"({"a":{)" + fields + "}}"; };
  const std::string offsets = R"("data_offsets":[0,4])";
  return {
      {"", 0, "does not begin with '{'"},
      {" {}", 0, "does not begin with '{'"},
      {"[]", 0, "does not begin with '{'"},
      {"{", 0, "not JSON in UTF-8: byte 9"},
      {"{}{}", 0, "not JSON"},
      {"{}\0}"s, 0, "zero byte"},
      {"{'a':1}", 0, "not JSON"},
      {"{/**/}", 0, "not JSON"},
      {"{\"a\xff\":{}}", 0, "not JSON in UTF-8"},
      {"{\"\xed\xa0\x80\":{}}", 0, "not JSON in UTF-8"},
      {R"({"\ud800":{}})", 0, "not JSON in UTF-8"},
      {R"({"a":[]})", 0, "'a': found a list, expected an object"},
      {R"({"a":null})", 0, "'a': found null, expected an object"},
      {R"({"a":{}})", 0, "'dtype' is missing"},
      {R"({"__metadata__":1})", 0, "expected an object"},
      {R"({"__metadata__":{"k":1}})", 0, "value of 'k' is a number, expected a string"},
      {R"({"__metadata__":{"k":{}}})", 0, "value of 'k' is an object"},
      {R"({"__metadata__":{"k":"1","k":"1"}})", 0, "'k' stands there twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", 0, "twice"},
      {"{" + f32(0, 4) + "," + f32(4, 8) + "}", 8, "'a': the name stands there twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],)" + offsets + "}}", 4, "'dtype' stands there twice"},
      {with(R"("dtype":"F32","shape":[1])"), 4, "'data_offsets' is missing"},
      {with(R"("dtype":"F32",)" + offsets), 4, "'shape' is missing"},
      {with(R"("dtype":"F32","shape":[1],"extra":0,)" + offsets), 4, "'extra' is not one of"},
      {with(R"("dtype":1,"shape":[1],)" + offsets), 4, "dtype is a number, expected a string"},
      {with(R"("dtype":["F32"],"shape":[1],)" + offsets), 4, "dtype is a list, expected a string"},
      {with(R"("dtype":"F32","shape":"1",)" + offsets), 4, "shape is a string"},
      {with(R"("dtype":"F32","shape":{},)" + offsets), 4, "shape is an object"},
      {with(R"("dtype":"F32","shape":[[1]],)" + offsets), 4, "shape holds a list"},
      {with(R"("dtype":"F32","shape":[-1],)" + offsets), 4, "shape holds a negative number"},
      {with(R"("dtype":"F32","shape":[1.0],)" + offsets), 4, "not an integer"},
      {with(R"("dtype":"F32","shape":[1e0],)" + offsets), 4, "not an integer"},
      {with(R"("dtype":"F32","shape":[true],)" + offsets), 4, "a boolean"},
      {with(R"("dtype":"F32","shape":[4294967296],)" + offsets), 4, "4294967296"},
      {with(R"("dtype":"F32","shape":[18446744073709551615],)" + offsets), 4, "too large"},
      {with(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],)" + offsets), 4, "more than 8 numbers"},
      {with(R"("dtype":"F32","shape":[1],"data_offsets":[4])"), 4, "1 numbers, expected 2"},
      {with(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])"), 4, "more than 2 numbers"},
      {with(R"("dtype":"I64","shape":[1],"data_offsets":[0,9223372036854775807])"), 4, "not a range"},
      {"{" + f32(4, 0) + "}", 4, "not a range"},
      {"{" + f32(0, 8) + "}", 8, "cover 8 bytes, F32 [1] has 4"},
      {"{" + f32(0, 4) + "}", 5, "the tensors end at byte"},
      {"{" + f32(0, 4) + "}", 3, "the tensors end at byte"},
      {"{}", 1, "the tensors end at byte 10, the file at byte 11"},
      {"{" + f32(4, 8) + "}", 8, "after a hole"},
      {"{" + f32(0, 4) + "," + entry("b", "I8", "[1]", 5, 6) + "}", 6, "'b' begins at byte"},
      {"{" + f32(0, 4) + "," + entry("b", "I8", "[4]", 2, 6) + "}", 6, "inside"},
      {"{" + f32(0, 4) + "," + entry("b", "F32", "[1]", 0, 4) + "}", 4, "inside"},
  };
}

TEST(Safetensors, refuses_and_says_why) {
  for (const auto& [header, data_bytes, reason] : refused_headers()) {
    const auto parsed = parse_safetensors(file_of(header, data_bytes));
    ASSERT_FALSE(parsed) << header;
    EXPECT_NE(parsed.error().message.find(reason), std::string::npos) << header << "\n"
                                                                      << parsed.error().message;
    EXPECT_TRUE(parsed.error().message.starts_with("safetensors: ")) << parsed.error().message;
  }
}

TEST(Safetensors, refuses_lengths_that_lie) {
  const Bytes whole = file_of("{" + entry("a", "F32", "[1]", 0, 4) + "}", 4);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_safetensors(ByteView(whole).first(size))) << size;
  }
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{kSafetensorsHeaderBytesMax + 1},
        std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    Bytes lying = whole;
    store_le(lying.data(), length);
    EXPECT_FALSE(parse_safetensors(lying)) << length;
  }
}

TEST(Safetensors, reads_the_header_of_a_file_whose_data_is_not_at_hand) {
  const Bytes head = file_of("{" + entry("a", "F32", "[256]", 0, 1024) + "}", 0);
  EXPECT_TRUE(parse_safetensors(head, static_cast<std::int64_t>(head.size()) + 1024));
  EXPECT_FALSE(parse_safetensors(head, static_cast<std::int64_t>(head.size()) + 1023));
  EXPECT_FALSE(parse_safetensors(ByteView(head).first(head.size() - 1),
                                 static_cast<std::int64_t>(head.size()) + 1024));
}

TEST(SafetensorsHeader, is_these_bytes) {
  const std::vector<SafetensorsTensor> tensors = {{"wte.weight", DType::f32, {3, 2}},
                                                  {"step", DType::i32, {1}}};
  const std::string json = R"({"__metadata__":{"format":"lydian"},)"
                           R"("wte.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},)"
                           R"("step":{"dtype":"I32","shape":[1],"data_offsets":[24,28]}})";
  const Bytes header = safetensors_header(tensors, {{"format", "lydian"}});
  EXPECT_EQ(header.size() % 64, 0U);
  EXPECT_EQ(load_le<std::uint64_t>(header.data()), header.size() - 8);
  std::string expected = json;
  expected.resize(header.size() - 8, ' ');
  EXPECT_LT(expected.size() - json.size(), 64U);
  EXPECT_EQ(as_text(ByteView(header).subspan(8)), expected);
}

TEST(SafetensorsHeader, reads_back_as_what_was_written) {
  std::vector<SafetensorsTensor> tensors;
  for (const DTypeInfo& info : kDTypes)
    tensors.push_back({std::string(info.name) + " \"é\"\n", info.dtype, {2, 3}});
  tensors.push_back({"scalar", DType::f32, {}});
  tensors.push_back({"empty", DType::f32, {0}});
  Bytes file = safetensors_header(tensors, {{"a", "1"}, {"b\\", "\t"}});
  const auto data_begin = static_cast<std::int64_t>(file.size());
  for (const auto& tensor : tensors)
    file.resize(file.size() + tensor.shape.elements() * size_of(tensor.dtype));
  const auto parsed = parse_safetensors(file);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->data_begin, data_begin);
  EXPECT_EQ(parsed->metadata, (std::map<std::string, std::string>{{"a", "1"}, {"b\\", "\t"}}));
  for (const auto& tensor : tensors) {
    const SafetensorsEntry* found = parsed->find(tensor.name);
    ASSERT_NE(found, nullptr) << tensor.name;
    EXPECT_EQ(found->dtype, tensor.dtype);
    EXPECT_EQ(found->shape, tensor.shape);
  }
}

TEST(SafetensorsHeader, of_nothing_is_padded_too) {
  EXPECT_EQ(safetensors_header({}).size(), 64U);
  EXPECT_TRUE(parse_safetensors(safetensors_header({})));
}

TEST(SafetensorsHeaderDeathTest, names_are_unique_and_utf8) {
  const std::vector<SafetensorsTensor> twice = {{"a", DType::f32, {1}}, {"a", DType::f32, {1}}};
  EXPECT_DEATH(static_cast<void>(safetensors_header(twice)), "'a' twice");
  const std::vector<SafetensorsTensor> reserved = {{"__metadata__", DType::f32, {1}}};
  EXPECT_DEATH(static_cast<void>(safetensors_header(reserved)), "twice");
  const std::vector<SafetensorsTensor> not_utf8 = {{"\xff", DType::f32, {1}}};
  EXPECT_DEATH(static_cast<void>(safetensors_header(not_utf8)), "UTF-8");
}

}  // namespace
}  // namespace lydian::tensor
