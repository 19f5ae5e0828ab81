#include "lydian/merkle/tree.h"

#include <algorithm>
#include <array>

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256.h"

namespace lydian::merkle {
namespace {

constexpr std::uint64_t kLeavesPerTask = 64;  // 1 MiB of a blob

/// The level above: pairs hashed, a lone last node paired with padding of its height.
std::vector<Root> parents(std::span<const Root> nodes, int height) {
  static_assert(sizeof(Root) == 32);  // so two nodes side by side are the message of their parent
  std::vector<Root> above((nodes.size() + 1) / 2);
  std::vector<ByteView> pairs;
  for (std::size_t i = 0; i + 1 < nodes.size(); i += 2)
    pairs.push_back({nodes[i].bytes.data(), 2 * sizeof(Root)});
  crypto::sha256_many(pairs, std::span(above).first(pairs.size()));
  if (nodes.size() % 2 != 0) above.back() = crypto::sha256_pair(nodes.back(), zero_subtree(height));
  return above;
}

void hash_blocks(ByteView blob, std::uint64_t first, std::span<Root> out) {
  std::array<ByteView, kLeavesPerTask> blocks;
  for (std::size_t i = 0; i < out.size(); ++i)
    blocks[i] = blob.subspan((first + i) * kBlockBytes, block_size_of(blob.size(), first + i));
  crypto::sha256_many(std::span(blocks).first(out.size()), out);
}

}  // namespace

std::uint64_t block_count_of(std::uint64_t size_bytes) {
  return std::max<std::uint64_t>(1, size_bytes / kBlockBytes + (size_bytes % kBlockBytes != 0));
}

std::size_t block_size_of(std::uint64_t size_bytes, std::uint64_t index) {
  ENSURE(index < block_count_of(size_bytes), "block {} of {} bytes", index, size_bytes);
  return std::min<std::uint64_t>(kBlockBytes, size_bytes - index * kBlockBytes);
}

int depth_for(std::uint64_t leaf_count) {
  return leaf_count <= 1 ? 0 : static_cast<int>(std::bit_width(leaf_count - 1));
}

const Root& zero_subtree(int height) {
  static const auto table = [] {
    std::array<Root, 64> nodes{};
    for (std::size_t i = 1; i < nodes.size(); ++i) nodes[i] = crypto::sha256_pair(nodes[i - 1], nodes[i - 1]);
    return nodes;
  }();
  ENSURE(height >= 0 && height < 64, "height {}", height);
  return table[static_cast<std::size_t>(height)];
}

std::vector<Root> block_hashes(ByteView blob, ThreadPool* pool) {
  std::vector<Root> hashes(block_count_of(blob.size()));
  const std::uint64_t tasks = (hashes.size() + kLeavesPerTask - 1) / kLeavesPerTask;
  const auto run = [&](std::int64_t task, int) {
    const std::uint64_t first = static_cast<std::uint64_t>(task) * kLeavesPerTask;
    const std::uint64_t count = std::min<std::uint64_t>(kLeavesPerTask, hashes.size() - first);
    hash_blocks(blob, first, std::span(hashes).subspan(first, count));
  };
  if (pool != nullptr && tasks > 1) {
    pool->parallel_for(static_cast<std::int64_t>(tasks), run);
  } else {
    for (std::uint64_t task = 0; task < tasks; ++task) run(static_cast<std::int64_t>(task), 0);
  }
  return hashes;
}

Root blob_root(ByteView blob, ThreadPool* pool) { return list_root(block_hashes(blob, pool)); }

Root list_root(std::span<const Root> leaves) {
  if (leaves.empty()) return Root{};
  std::vector<Root> level(leaves.begin(), leaves.end());
  for (int height = 0; level.size() > 1; ++height) level = parents(level, height);
  return level.front();
}

ListTree::ListTree(std::vector<Root> leaves) {
  levels_.push_back(std::move(leaves));
  for (int height = 0; levels_.back().size() > 1; ++height)
    levels_.push_back(parents(levels_.back(), height));
}

const Root& ListTree::node(int level, std::uint64_t index) const {
  ENSURE(level >= 0 && level <= depth(), "level {} of a tree of depth {}", level, depth());
  ENSURE(index >> (depth() - level) == 0, "node {} at level {} of a tree of depth {}", index, level, depth());
  const std::vector<Root>& nodes = levels_[static_cast<std::size_t>(level)];
  return index < nodes.size() ? nodes[index] : zero_subtree(level);
}

Proof ListTree::proof(std::uint64_t index, int level) const {
  Proof proof;
  for (int at = level; at < depth(); ++at, index >>= 1) proof.siblings.push_back(node(at, index ^ 1));
  return proof;
}

}  // namespace lydian::merkle
