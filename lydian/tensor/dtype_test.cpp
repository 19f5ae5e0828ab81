#include "lydian/tensor/dtype.h"

#include <gtest/gtest.h>

namespace lydian::tensor {
namespace {

TEST(DType, table_is_indexed_by_the_code_and_every_name_parses_back) {
  for (std::size_t code = 0; code < kDTypes.size(); ++code) {
    const auto dtype = static_cast<DType>(code);
    EXPECT_EQ(info_of(dtype).dtype, dtype);
    EXPECT_EQ(*dtype_from_code(code), dtype);
    EXPECT_EQ(*parse_dtype(name_of(dtype)), dtype);
    EXPECT_EQ(*parse_safetensors_dtype(safetensors_name_of(dtype)), dtype);
  }
}

TEST(DType, sizes_are_those_of_the_storage) {
  EXPECT_EQ(size_of(DType::f32), 4);
  EXPECT_EQ(size_of(DType::i32), 4);
  EXPECT_EQ(size_of(DType::i8), 1);
  EXPECT_EQ(size_of(DType::u8), 1);
  EXPECT_EQ(size_of(DType::u16), 2);
  EXPECT_EQ(size_of(DType::f16), 2);
  EXPECT_EQ(size_of(DType::bf16), 2);
}

TEST(DType, refuses_unknown_codes_and_names) {
  EXPECT_FALSE(dtype_from_code(7));
  EXPECT_FALSE(dtype_from_code(256));
  for (const auto* name : {"", "F32", "f64", "f32 ", "bool"}) EXPECT_FALSE(parse_dtype(name)) << name;
  for (const auto* name : {"", "f32", "F64", "I64", "BOOL"})
    EXPECT_FALSE(parse_safetensors_dtype(name)) << name;
  EXPECT_NE(parse_dtype("f64").error().message.find("f32, i32"), std::string::npos);
}

}  // namespace
}  // namespace lydian::tensor
