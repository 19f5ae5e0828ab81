#include "lydian/tensor/dtype.h"

namespace lydian::tensor {
namespace {

Result<DType> find_by(std::string_view DTypeInfo::* field, std::string_view name) {
  std::string known;
  for (const DTypeInfo& info : kDTypes) {
    if (info.*field == name) return info.dtype;
    known += (known.empty() ? "" : ", ") + std::string(info.*field);
  }
  return fail("unknown element type '{}': expected one of {}", name, known);
}

}  // namespace

Result<DType> dtype_from_code(std::uint64_t code) {
  if (code < kDTypes.size()) return static_cast<DType>(code);
  return fail("unknown element type code {}: expected 0 to {}", code, kDTypes.size() - 1);
}

Result<DType> parse_dtype(std::string_view name) { return find_by(&DTypeInfo::name, name); }

Result<DType> parse_safetensors_dtype(std::string_view name) {
  return find_by(&DTypeInfo::safetensors_name, name);
}

}  // namespace lydian::tensor
