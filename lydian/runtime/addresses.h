// Where the buffers of one execution are, once the plan meets real memory.
#pragma once

#include <vector>

#include "lydian/runtime/lowering.h"

namespace lydian::runtime {

struct Addresses {
  std::vector<std::uint8_t*> nodes;  // by node; null for values that never leave a loop
  const std::uint8_t* state = nullptr;
  std::vector<const std::uint8_t*> constants;
  std::vector<const std::uint8_t*> fixed;  // by node: literals and iotas

  [[nodiscard]] const std::uint8_t* of(const Buffer& buffer) const {
    switch (buffer.kind) {
      case Buffer::Kind::node:
        return nodes[buffer.index];
      case Buffer::Kind::state:
        return state;
      case Buffer::Kind::constant:
        return constants[buffer.index];
      case Buffer::Kind::literal:
      case Buffer::Kind::iota:
        break;
    }
    return fixed[buffer.index];
  }
  /// The first element of a value.
  [[nodiscard]] const std::uint8_t* of(const Source& source) const {
    return of(source.buffer) + source.access.offset * tensor::size_of(source.dtype);
  }
};

}  // namespace lydian::runtime
