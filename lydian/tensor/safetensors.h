// The header of a .safetensors file, read strictly and written canonically. The format (as its authors
// publish it): 8 bytes of little-endian length N, N bytes of JSON, then the tensors' bytes without holes.
// States and results of jobs are such files; so are the weights that people bring.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/tensor/dtype.h"
#include "lydian/tensor/shape.h"

namespace lydian::tensor {

/// The format's own bound on N.
inline constexpr std::int64_t kSafetensorsHeaderBytesMax = 100'000'000;
/// Where our files put the first tensor: at a multiple of this.
inline constexpr std::int64_t kSafetensorsAlignment = 64;

struct SafetensorsEntry {
  std::string name;
  std::string dtype_name;      // as the file has it
  std::optional<DType> dtype;  // none: a type that Lydian does not read (F64, I64, BOOL, …)
  Shape shape;
  std::int64_t begin = 0;  // bytes [begin, end) of the file
  std::int64_t end = 0;

  [[nodiscard]] std::int64_t bytes() const { return end - begin; }
  bool operator==(const SafetensorsEntry&) const = default;
};

struct Safetensors {
  std::vector<SafetensorsEntry> entries;        // in the order of their bytes
  std::map<std::string, std::string> metadata;  // "__metadata__"
  std::int64_t data_begin = 0;                  // of the file: 8 + N

  [[nodiscard]] const SafetensorsEntry* find(std::string_view name) const;
  bool operator==(const Safetensors&) const = default;
};

/// Reads the header of a file of file_bytes from its first bytes (8 + N at least). Refuses duplicate keys,
/// fields the format does not have, offsets that overlap, leave a hole or do not end with the file, and
/// lengths that do not fit a shape. An entry of an unknown type is listed; only its length cannot be checked
/// against its shape.
[[nodiscard]] Result<Safetensors> parse_safetensors(ByteView head, std::int64_t file_bytes);
[[nodiscard]] inline Result<Safetensors> parse_safetensors(ByteView file) {
  return parse_safetensors(file, static_cast<std::int64_t>(file.size()));
}

/// A tensor to be written.
struct SafetensorsTensor {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
};

/// The bytes before the data of a file that holds these tensors in this order, one after the other: the same
/// bytes for the same arguments, everywhere, padded with spaces so that the data begins at a multiple of 64.
/// Names differ and are UTF-8. (For aligned elements, put the wider types first.)
[[nodiscard]] Bytes safetensors_header(std::span<const SafetensorsTensor> tensors,
                                       const std::map<std::string, std::string>& metadata = {});

}  // namespace lydian::tensor
