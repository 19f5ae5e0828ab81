// The roots of many tensors whose bytes come in runs: each 16 KiB leaf is hashed as soon as it is complete,
// many at once, while its bytes are still in the cache.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/thread_pool.h"
#include "lydian/merkle/tree.h"

namespace lydian::runtime {

class LeafHasher {
 public:
  /// Lengths by tensor. The pool outlives it; `thread` below is the pool's number of the calling thread.
  LeafHasher(std::span<const std::int64_t> sizes, ThreadPool& pool);

  /// Bytes of a tensor from `offset` on. Any threads at a time; the runs of a tensor do not overlap.
  void put(int thread, std::uint32_t tensor, std::int64_t offset, ByteView run);

  /// A whole leaf, which fill(destination) writes.
  template <typename Fill>
  void put_leaf(int thread, std::uint32_t tensor, std::uint64_t leaf, Fill fill) {
    Worker& worker = workers_[static_cast<std::size_t>(thread)];
    const std::size_t size = leaf_size(tensor, leaf);
    const std::size_t slot = take_slot(worker, {tensor, leaf, 0, size});
    fill(worker.bytes_of(slot));
    finish_leaf(worker, slot);
  }

  /// A whole tensor. Not from a thread of the pool.
  void put_whole(std::uint32_t tensor, ByteView bytes);

  /// The roots by tensor, after all bytes have been put. Of a tensor nothing of which was put: zero.
  [[nodiscard]] std::vector<Root> roots();

 private:
  /// Bytes [begin, end) of a leaf are there.
  struct Part {
    std::uint32_t tensor = 0;
    std::uint64_t leaf = 0;
    std::size_t begin = 0, end = 0;
  };
  struct Worker {
    std::vector<std::unique_ptr<std::uint8_t[]>> buffers;  // of a leaf each, by slot
    std::vector<Part> parts;                               // by slot
    std::vector<std::size_t> free;                         // slots
    std::vector<std::size_t> full;                         // slots of complete leaves, not hashed yet
    std::vector<std::int64_t> open;                        // by tensor: its slot, or -1

    [[nodiscard]] std::uint8_t* bytes_of(std::size_t slot) const { return buffers[slot].get(); }
  };
  /// A leaf whose parts come from several threads.
  struct SharedLeaf {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t filled = 0;
  };

  [[nodiscard]] std::size_t leaf_size(std::uint32_t tensor, std::uint64_t leaf) const;
  std::size_t take_slot(Worker& worker, const Part& part);
  void put_piece(Worker& worker, std::uint32_t tensor, std::uint64_t leaf, std::size_t at, ByteView piece);
  void share(Worker& worker, std::size_t slot);
  void finish_leaf(Worker& worker, std::size_t slot);
  void hash_full(Worker& worker);

  std::vector<std::int64_t> sizes_;
  ThreadPool& pool_;
  std::vector<std::vector<Root>> leaves_;  // by tensor
  std::vector<Worker> workers_;
  std::mutex mutex_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, SharedLeaf> shared_;
};

}  // namespace lydian::runtime
