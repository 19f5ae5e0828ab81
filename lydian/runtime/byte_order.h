// Where the bytes of files meet numbers in memory. States, constants, literals and values are little-endian
// bytes everywhere; a buffer of the executor holds its elements as the machine has them. The two are the same
// on little-endian machines, where nothing here is ever called; on others every change between them is here.
#pragma once

#include <bit>
#include <span>

#include "lydian/runtime/strided_copy.h"

namespace lydian::runtime {

inline constexpr bool kMemoryIsLittleEndian = std::endian::native == std::endian::little;

/// Whether elements of `size` bytes can be read in place from a buffer whose elements have `stored` bytes. A
/// file's have 1.
constexpr bool is_readable_in_place(int stored, int size) { return kMemoryIsLittleEndian || stored == size; }

/// Elements of `size` bytes from a machine's memory to a file's bytes, or back.
void swap_file_and_memory(std::span<std::uint8_t> elements, int size);

/// to[i] = element number offset + sum(index * strides) of the buffer, read as elements of `size` bytes
/// although it holds elements of `stored` bytes: what the same read of the file's bytes gives. `to` is dense,
/// in memory's order.
void copy_reread(ThreadPool& pool, const tensor::Shape& shape, const std::uint8_t* buffer, int stored,
                 std::int64_t offset, const Strides& strides, std::uint8_t* to, int size);

}  // namespace lydian::runtime
