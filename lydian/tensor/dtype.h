// Element types. f32 and i32 are computed with; the narrow types are storage that `convert` reads and writes.
// The numbers are part of the program encoding.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lydian/core/result.h"

namespace lydian::tensor {

enum class DType : std::uint8_t { f32 = 0, i32 = 1, i8 = 2, u8 = 3, u16 = 4, f16 = 5, bf16 = 6 };

struct DTypeInfo {
  DType dtype;
  std::string_view name;              // "f32", for people
  std::string_view safetensors_name;  // "F32", in the header of a state file
  int size;                           // bytes an element
  bool is_float;
  bool is_signed;
};

/// Indexed by the enumerator's value.
inline constexpr std::array<DTypeInfo, 7> kDTypes = {{
    {DType::f32, "f32", "F32", 4, true, true},
    {DType::i32, "i32", "I32", 4, false, true},
    {DType::i8, "i8", "I8", 1, false, true},
    {DType::u8, "u8", "U8", 1, false, false},
    {DType::u16, "u16", "U16", 2, false, false},
    {DType::f16, "f16", "F16", 2, true, true},
    {DType::bf16, "bf16", "BF16", 2, true, true},
}};

[[nodiscard]] constexpr const DTypeInfo& info_of(DType dtype) {
  return kDTypes[static_cast<std::size_t>(dtype)];
}
[[nodiscard]] constexpr int size_of(DType dtype) { return info_of(dtype).size; }
[[nodiscard]] constexpr std::string_view name_of(DType dtype) { return info_of(dtype).name; }
[[nodiscard]] constexpr std::string_view safetensors_name_of(DType dtype) {
  return info_of(dtype).safetensors_name;
}
[[nodiscard]] constexpr bool is_float(DType dtype) { return info_of(dtype).is_float; }

/// The type of a number found in a program's encoding.
[[nodiscard]] Result<DType> dtype_from_code(std::uint64_t code);
/// Accepts the names of name_of ("f32").
[[nodiscard]] Result<DType> parse_dtype(std::string_view name);
/// Accepts the names of safetensors_name_of ("F32").
[[nodiscard]] Result<DType> parse_safetensors_dtype(std::string_view name);

}  // namespace lydian::tensor
