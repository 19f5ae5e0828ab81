#include "lydian/runtime/byte_order.h"

#include <algorithm>

namespace lydian::runtime {
namespace {

constexpr std::int64_t kElementsPerTask = 1 << 14;

/// Where byte `position` of a file lies in a buffer that holds its elements of `stored` bytes as the machine
/// has them.
std::int64_t place_in_memory(std::int64_t position, int stored) {
  if constexpr (kMemoryIsLittleEndian) return position;
  const std::int64_t within = position % stored;
  return position - within + stored - 1 - within;
}

}  // namespace

void swap_file_and_memory(std::span<std::uint8_t> elements, int size) {
  if (kMemoryIsLittleEndian || size == 1) return;
  const auto step = static_cast<std::size_t>(size);
  for (std::size_t i = 0; i + step <= elements.size(); i += step)
    std::ranges::reverse(elements.subspan(i, step));
}

void copy_reread(ThreadPool& pool, const tensor::Shape& shape, const std::uint8_t* buffer, int stored,
                 std::int64_t offset, const Strides& strides, std::uint8_t* to, int size) {
  const RowOffsets elements(shape, shape.rank(), strides);
  const std::int64_t total = shape.elements();
  pool.parallel_for((total + kElementsPerTask - 1) / kElementsPerTask, [&](std::int64_t task, int) {
    const std::int64_t end = std::min(total, (task + 1) * kElementsPerTask);
    for (std::int64_t i = task * kElementsPerTask; i < end; ++i) {
      const std::int64_t position = (offset + elements.of(i)) * size;
      for (int byte = 0; byte < size; ++byte)
        to[place_in_memory(i * size + byte, size)] = buffer[place_in_memory(position + byte, stored)];
    }
  });
}

}  // namespace lydian::runtime
