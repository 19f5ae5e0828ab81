#include "lydian/merkle/proof.h"

#include "lydian/crypto/sha256.h"
#include "lydian/merkle/tree.h"

namespace lydian::merkle {

Root climb(Root node, std::uint64_t index, std::span<const Root> siblings) {
  for (const Root& sibling : siblings) {
    node = (index & 1) != 0 ? crypto::sha256_pair(sibling, node) : crypto::sha256_pair(node, sibling);
    index >>= 1;
  }
  return node;
}

Status verify_leaf(const Root& root, std::uint64_t leaf_count, const Root& leaf, std::uint64_t index,
                   std::span<const Root> siblings) {
  if (index >= leaf_count) return fail("proof of leaf {} in a tree of {} leaves", index, leaf_count);
  const auto depth = static_cast<std::size_t>(depth_for(leaf_count));
  if (siblings.size() != depth)
    return fail("proof in a tree of {} leaves has {} siblings, {} are needed", leaf_count, siblings.size(),
                depth);
  const Root found = climb(leaf, index, siblings);
  if (found != root)
    return fail("proof of leaf {} leads to root {}, not to {}", index, found.hex(), root.hex());
  return {};
}

Status verify_block(const Root& root, std::uint64_t size_bytes, ByteView block, std::uint64_t index,
                    std::span<const Root> siblings) {
  const std::uint64_t count = block_count_of(size_bytes);
  if (index >= count) return fail("block {} of a blob of {} blocks", index, count);
  const std::size_t size = block_size_of(size_bytes, index);
  if (block.size() != size) return fail("block {} has {} bytes, {} are needed", index, block.size(), size);
  return verify_leaf(root, count, crypto::sha256(block), index, siblings);
}

}  // namespace lydian::merkle
