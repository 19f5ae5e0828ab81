// A model's parameters: names, shapes, how each begins, and where each lies in the flat array that the
// optimizer works on and that a state file holds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lydian/models/random.h"

namespace lydian::models {

enum class Begin : std::uint8_t { normal, zeros, ones };

struct Parameter {
  std::string name;  // Hugging Face's
  Shape shape;
  Begin begin = Begin::normal;
  float deviation = 0.02F;  // of a normal beginning
  bool decays = false;      // weight decay applies
};

class ParameterList {
 public:
  /// Orders them so that those that decay come first; otherwise as given.
  explicit ParameterList(std::vector<Parameter> parameters);

  [[nodiscard]] const std::vector<Parameter>& list() const { return list_; }
  [[nodiscard]] std::int64_t total() const { return total_; }
  /// Elements at the front of the flat array that decay.
  [[nodiscard]] std::int64_t decaying() const { return decaying_; }

  /// All parameters at their beginning, f32 [total].
  [[nodiscard]] Value initial(GraphBuilder& builder, Seed seed) const;
  /// The parameters as tensors, read from bytes that hold the flat array at byte_offset.
  [[nodiscard]] std::map<std::string, Value> read(Value bytes, std::int64_t byte_offset) const;

 private:
  std::vector<Parameter> list_;
  std::int64_t total_ = 0;
  std::int64_t decaying_ = 0;
};

}  // namespace lydian::models
