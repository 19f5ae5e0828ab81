#include "lydian/models/state_file.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::models {

StateFile::StateFile(std::vector<tensor::SafetensorsTensor> tensors,
                     const std::map<std::string, std::string>& metadata)
    : tensors_(std::move(tensors)), header_(tensor::safetensors_header(tensors_, metadata)) {
  bytes_ = static_cast<std::int64_t>(header_.size());
  for (const auto& tensor : tensors_) {
    offsets_.push_back(bytes_);
    bytes_ += tensor.shape.elements() * tensor::size_of(tensor.dtype);
  }
}

std::int64_t StateFile::offset(const std::string& name) const {
  const auto found = std::ranges::find(tensors_, name, &tensor::SafetensorsTensor::name);
  ENSURE(found != tensors_.end(), "no tensor {}", name);
  return offsets_[static_cast<std::size_t>(found - tensors_.begin())];
}

Value StateFile::read(Value file, const std::string& name) const {
  const auto found = std::ranges::find(tensors_, name, &tensor::SafetensorsTensor::name);
  ENSURE(found != tensors_.end(), "no tensor {}", name);
  return read_bytes(file, found->dtype, found->shape, offset(name));
}

Value StateFile::write(GraphBuilder& builder, std::span<const Value> parts) const {
  std::vector<Value> bytes = {
      builder.literal(program::DType::u8, {static_cast<std::int64_t>(header_.size())}, header_)};
  for (const Value& part : parts) bytes.push_back(as_u8(part));
  const Value file = concat(bytes, 0);
  ENSURE(file.shape().elements() == bytes_, "the parts have {} bytes, the layout has {}",
         file.shape().elements(), bytes_);
  return file;
}

}  // namespace lydian::models
