// The layout of a state: a safetensors file whose header is a literal and whose tensors stand in a fixed
// order.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lydian/program/builder.h"
#include "lydian/tensor/safetensors.h"

namespace lydian::models {

using program::GraphBuilder;
using program::Shape;
using program::Value;

class StateFile {
 public:
  explicit StateFile(std::vector<tensor::SafetensorsTensor> tensors,
                     const std::map<std::string, std::string>& metadata = {});

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// Where a tensor begins, in bytes of the file.
  [[nodiscard]] std::int64_t offset(const std::string& name) const;
  /// A tensor, read from a file of this layout.
  [[nodiscard]] Value read(Value file, const std::string& name) const;
  /// The file: the header and these parts, which cover the tensors in order; a part may hold several tensors'
  /// bytes.
  [[nodiscard]] Value write(GraphBuilder& builder, std::span<const Value> parts) const;

 private:
  std::vector<tensor::SafetensorsTensor> tensors_;
  std::vector<std::int64_t> offsets_;
  Bytes header_;
  std::int64_t bytes_ = 0;
};

}  // namespace lydian::models
