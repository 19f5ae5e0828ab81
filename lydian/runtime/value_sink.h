// Who is shown every value of a graph while an executor runs it, also those that never leave the cache.
#pragma once

#include "lydian/core/bytes.h"
#include "lydian/runtime/lowering.h"

namespace lydian::runtime {

/// Each node that is not a literal is shown once: by runs that together are its whole value, or by one of the
/// other calls. The bytes are there until the call returns.
class ValueSink {
 public:
  virtual ~ValueSink() = default;
  /// Bytes of the value from `offset` on. Called from any thread of the pool; the runs of a value do not
  /// overlap.
  virtual void run(int thread, std::uint32_t node, std::int64_t offset, ByteView bytes) = 0;
  /// The whole value.
  virtual void whole(std::uint32_t node, ByteView bytes) = 0;
  /// The whole value as elements of `size` bytes that lie at strides from `first`.
  virtual void strided(std::uint32_t node, const Access& access, int size, const std::uint8_t* first) = 0;
  /// The same bytes as an earlier node's value.
  virtual void same(std::uint32_t node, std::uint32_t as) = 0;
};

}  // namespace lydian::runtime
