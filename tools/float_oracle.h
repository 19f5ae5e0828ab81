// What the scalar operators must give, from implementations that are not ours: the machine's IEEE arithmetic,
// and MPFR for functions and conversions. Values are encodings; results are after the NaN and Tiny rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lydian::tools {

enum class Type { f32, i32, i8, u8, u16, f16, bf16 };

inline constexpr std::string_view kTypeNames[] = {"f32", "i32", "i8", "u8", "u16", "f16", "bf16"};
inline constexpr int kTypeCount = 7;

struct Operation {
  std::string name;  // "fma", "convert_f32_i8"
  int arity;
  Type from = Type::f32;
  Type to = Type::f32;

  [[nodiscard]] bool is_convert() const { return name.starts_with("convert_"); }
};

struct Operands {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};

/// Every operation that the vectors cover, in their order.
const std::vector<Operation>& operations();
std::optional<Operation> find_operation(std::string_view name);

std::uint32_t evaluate(const Operation& operation, const Operands& operands);

/// Bits of an element.
int width_of(Type type);
/// The number that an encoding stands for; exact, every type's values are doubles.
double value_of(Type type, std::uint32_t bits);

}  // namespace lydian::tools
