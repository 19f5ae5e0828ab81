#include "lydian/models/parameters.h"

#include <algorithm>

namespace lydian::models {
namespace {

Value beginning(GraphBuilder& builder, const Parameter& parameter, std::int32_t index, Seed seed) {
  const std::int64_t n = parameter.shape.elements();
  switch (parameter.begin) {
    case Begin::normal:
      return normals(builder, n, index, seed) * parameter.deviation;
    case Begin::zeros:
      return broadcast_to(builder.scalar(0.0F), {n});
    case Begin::ones:
      break;
  }
  return broadcast_to(builder.scalar(1.0F), {n});
}

}  // namespace

ParameterList::ParameterList(std::vector<Parameter> parameters) : list_(std::move(parameters)) {
  std::ranges::stable_partition(list_, &Parameter::decays);
  for (const Parameter& parameter : list_) {
    total_ += parameter.shape.elements();
    if (parameter.decays) decaying_ += parameter.shape.elements();
  }
}

Value ParameterList::initial(GraphBuilder& builder, Seed seed) const {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < list_.size(); ++i)
    parts.push_back(beginning(builder, list_[i], static_cast<std::int32_t>(i), seed));
  return concat(parts, 0);
}

std::map<std::string, Value> ParameterList::read(Value bytes, std::int64_t byte_offset) const {
  std::map<std::string, Value> values;
  for (const Parameter& parameter : list_) {
    values.emplace(parameter.name, read_bytes(bytes, DType::f32, parameter.shape, byte_offset));
    byte_offset += parameter.shape.elements() * 4;
  }
  return values;
}

}  // namespace lydian::models
