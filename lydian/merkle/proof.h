// Checking proofs against a root whose length is known.
#pragma once

#include <cstdint>
#include <span>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian::merkle {

/// The root that follows from a node, its index in its level, and its siblings, lowest first. Bits of the
/// index above the siblings are not looked at: the caller checks index and number of siblings against the
/// length.
[[nodiscard]] Root climb(Root node, std::uint64_t index, std::span<const Root> siblings);

/// leaf stands at index in the list of leaf_count hashes with this root.
[[nodiscard]] Status verify_leaf(const Root& root, std::uint64_t leaf_count, const Root& leaf,
                                 std::uint64_t index, std::span<const Root> siblings);

/// block is the index-th block of the blob of size_bytes with this root.
[[nodiscard]] Status verify_block(const Root& root, std::uint64_t size_bytes, ByteView block,
                                  std::uint64_t index, std::span<const Root> siblings);

}  // namespace lydian::merkle
