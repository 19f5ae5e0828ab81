// Merkle trees over SHA-256 (BEP 52's per-file tree). A blob's leaves are the hashes of its 16 KiB blocks,
// the last of which may be shorter; a list's leaves are its 32-byte hashes as they are. Both are padded with
// zero hashes to a power of two, and a parent is SHA-256(left || right). One leaf: the root is the leaf. A
// root says nothing about its length: whoever commits or checks one has the length from elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/thread_pool.h"

namespace lydian::merkle {

inline constexpr std::size_t kBlockBytes = 16384;

/// The leaves of a blob. An empty blob has one: the hash of no bytes.
[[nodiscard]] std::uint64_t block_count_of(std::uint64_t size_bytes);
/// The bytes in a block of a blob; index < block_count_of(size_bytes).
[[nodiscard]] std::size_t block_size_of(std::uint64_t size_bytes, std::uint64_t index);

/// Levels above the leaves: ceil(log2(leaf_count)). Zero or one leaf: 0.
[[nodiscard]] int depth_for(std::uint64_t leaf_count);

/// The node of a subtree all of whose 2^height leaves are padding; height < 64.
[[nodiscard]] const Root& zero_subtree(int height);

/// The hashes of a blob's blocks, in order.
[[nodiscard]] std::vector<Root> block_hashes(ByteView blob, ThreadPool* pool = nullptr);

/// The root without keeping the tree.
[[nodiscard]] Root blob_root(ByteView blob, ThreadPool* pool = nullptr);
/// An empty list has the zero root.
[[nodiscard]] Root list_root(std::span<const Root> leaves);

/// The siblings from a node up to the root's children, lowest first.
struct Proof {
  std::vector<Root> siblings;
};

/// A tree with all its levels. Immutable, so any thread may read it.
class ListTree {
 public:
  explicit ListTree(std::vector<Root> leaves);

  [[nodiscard]] std::uint64_t leaf_count() const { return levels_.front().size(); }
  /// The root's level; leaves are level 0.
  [[nodiscard]] int depth() const { return static_cast<int>(levels_.size()) - 1; }
  [[nodiscard]] Root root() const { return node(depth(), 0); }
  /// level in [0, depth()], index in [0, 2^(depth() - level)): padding included.
  [[nodiscard]] const Root& node(int level, std::uint64_t index) const;
  /// Proves node(level, index) against the root.
  [[nodiscard]] Proof proof(std::uint64_t index, int level = 0) const;

 private:
  std::vector<std::vector<Root>> levels_;  // without the padding on the right
};

/// The tree of a blob's blocks.
class BlobTree : public ListTree {
 public:
  explicit BlobTree(ByteView blob, ThreadPool* pool = nullptr) : ListTree(block_hashes(blob, pool)) {}

  [[nodiscard]] std::uint64_t block_count() const { return leaf_count(); }
};

}  // namespace lydian::merkle
