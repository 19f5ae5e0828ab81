#include "lydian/runtime/leaf_hasher.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256.h"

namespace lydian::runtime {
namespace {

constexpr std::size_t kLeavesAtOnce = 32;  // as many as sha256_many takes at a time

}  // namespace

LeafHasher::LeafHasher(std::span<const std::int64_t> sizes, ThreadPool& pool)
    : sizes_(sizes.begin(), sizes.end()),
      pool_(pool),
      leaves_(sizes.size()),
      workers_(static_cast<std::size_t>(pool.size())) {
  for (std::size_t tensor = 0; tensor < sizes_.size(); ++tensor) {
    leaves_[tensor].resize(merkle::block_count_of(static_cast<std::uint64_t>(sizes_[tensor])));
    if (sizes_[tensor] == 0) leaves_[tensor][0] = crypto::sha256({});
  }
  for (Worker& worker : workers_) worker.open.assign(sizes_.size(), -1);
}

std::size_t LeafHasher::leaf_size(std::uint32_t tensor, std::uint64_t leaf) const {
  return merkle::block_size_of(static_cast<std::uint64_t>(sizes_[tensor]), leaf);
}

void LeafHasher::put(int thread, std::uint32_t tensor, std::int64_t offset, ByteView run) {
  Worker& worker = workers_[static_cast<std::size_t>(thread)];
  std::uint64_t leaf = static_cast<std::uint64_t>(offset) / merkle::kBlockBytes;
  std::size_t at = static_cast<std::uint64_t>(offset) % merkle::kBlockBytes;
  while (!run.empty()) {
    const std::size_t taken = std::min(merkle::kBlockBytes - at, run.size());
    put_piece(worker, tensor, leaf, at, run.first(taken));
    run = run.subspan(taken);
    at = 0;
    ++leaf;
  }
}

void LeafHasher::put_piece(Worker& worker, std::uint32_t tensor, std::uint64_t leaf, std::size_t at,
                           ByteView piece) {
  std::int64_t& open = worker.open[tensor];
  if (open >= 0) {
    const Part& part = worker.parts[static_cast<std::size_t>(open)];
    if (part.leaf != leaf || part.end != at) {
      share(worker, static_cast<std::size_t>(open));
      open = -1;
    }
  }
  if (open < 0) open = static_cast<std::int64_t>(take_slot(worker, {tensor, leaf, at, at}));
  const auto slot = static_cast<std::size_t>(open);
  Part& part = worker.parts[slot];
  std::memcpy(worker.bytes_of(slot) + at, piece.data(), piece.size());
  part.end += piece.size();
  if (part.end < leaf_size(tensor, leaf)) return;
  open = -1;
  if (part.begin == 0)
    finish_leaf(worker, slot);
  else
    share(worker, slot);
}

std::size_t LeafHasher::take_slot(Worker& worker, const Part& part) {
  if (worker.free.empty()) {
    worker.free.push_back(worker.buffers.size());
    worker.buffers.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(merkle::kBlockBytes));
    worker.parts.emplace_back();
  }
  const std::size_t slot = worker.free.back();
  worker.free.pop_back();
  worker.parts[slot] = part;
  return slot;
}

/// Puts a part of a leaf beside those of other threads; who brings the last hashes it.
void LeafHasher::share(Worker& worker, std::size_t slot) {
  const Part part = worker.parts[slot];
  const std::size_t size = leaf_size(part.tensor, part.leaf);
  {
    const std::lock_guard lock(mutex_);
    SharedLeaf& shared = shared_[{part.tensor, part.leaf}];
    if (!shared.bytes) shared.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(merkle::kBlockBytes);
    std::memcpy(shared.bytes.get() + part.begin, worker.bytes_of(slot) + part.begin, part.end - part.begin);
    shared.filled += part.end - part.begin;
    if (shared.filled < size) {
      worker.free.push_back(slot);
      return;
    }
    worker.buffers[slot] = std::move(shared.bytes);
    shared_.erase({part.tensor, part.leaf});
  }
  finish_leaf(worker, slot);
}

void LeafHasher::finish_leaf(Worker& worker, std::size_t slot) {
  const Part& part = worker.parts[slot];
  const std::size_t size = leaf_size(part.tensor, part.leaf);
  if (size < merkle::kBlockBytes) {  // of a length of its own: nothing to do it together with
    leaves_[part.tensor][part.leaf] = crypto::sha256({worker.bytes_of(slot), size});
    worker.free.push_back(slot);
    return;
  }
  worker.full.push_back(slot);
  if (worker.full.size() == kLeavesAtOnce) hash_full(worker);
}

void LeafHasher::hash_full(Worker& worker) {
  std::array<ByteView, kLeavesAtOnce> leaves;
  std::array<Root, kLeavesAtOnce> hashes;
  const std::size_t count = worker.full.size();
  for (std::size_t i = 0; i < count; ++i) leaves[i] = {worker.bytes_of(worker.full[i]), merkle::kBlockBytes};
  crypto::sha256_many(std::span(leaves).first(count), std::span(hashes).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    const Part& part = worker.parts[worker.full[i]];
    leaves_[part.tensor][part.leaf] = hashes[i];
    worker.free.push_back(worker.full[i]);
  }
  worker.full.clear();
}

void LeafHasher::put_whole(std::uint32_t tensor, ByteView bytes) {
  const std::size_t groups = bytes.size() / (kLeavesAtOnce * merkle::kBlockBytes);
  pool_.parallel_for(static_cast<std::int64_t>(groups), [&](std::int64_t group, int) {
    std::array<ByteView, kLeavesAtOnce> leaves;
    const std::size_t first = static_cast<std::size_t>(group) * kLeavesAtOnce;
    for (std::size_t i = 0; i < kLeavesAtOnce; ++i)
      leaves[i] = bytes.subspan((first + i) * merkle::kBlockBytes, merkle::kBlockBytes);
    crypto::sha256_many(leaves, std::span(leaves_[tensor]).subspan(first, kLeavesAtOnce));
  });
  const std::size_t done = groups * kLeavesAtOnce * merkle::kBlockBytes;
  put(0, tensor, static_cast<std::int64_t>(done), bytes.subspan(done));
}

std::vector<Root> LeafHasher::roots() {
  for (Worker& worker : workers_) {
    for (std::int64_t& open : worker.open) {
      if (open >= 0) share(worker, static_cast<std::size_t>(open));
      open = -1;
    }
  }
  pool_.parallel_for(
      pool_.size(), [&](std::int64_t worker, int) { hash_full(workers_[static_cast<std::size_t>(worker)]); });
  ENSURE(shared_.empty(), "{} leaves never became complete", shared_.size());
  std::vector<Root> roots(leaves_.size());
  pool_.parallel_for(static_cast<std::int64_t>(roots.size()), [&](std::int64_t tensor, int) {
    const auto at = static_cast<std::size_t>(tensor);
    roots[at] = merkle::list_root(leaves_[at]);
  });
  return roots;
}

}  // namespace lydian::runtime
