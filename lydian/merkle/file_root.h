// The root of a blob that comes in pieces or lies in a file, in memory of 1/512 of its size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/thread_pool.h"

namespace lydian::merkle {

/// What names a blob: its root and its length.
struct BlobId {
  Root root;
  std::uint64_t size_bytes = 0;

  auto operator<=>(const BlobId&) const = default;
};

/// Feed it the bytes in order, in pieces of any size; then finish.
class BlobHasher {
 public:
  explicit BlobHasher(ThreadPool* pool = nullptr) : pool_(pool) {}

  void append(ByteView bytes);
  /// The id of all bytes so far. The hasher is spent afterwards.
  [[nodiscard]] BlobId finish();

 private:
  void add_blocks(ByteView blocks);

  ThreadPool* pool_;
  std::vector<Root> leaves_;
  Bytes partial_;  // the beginning of a block, always shorter than one
  std::uint64_t size_bytes_ = 0;
};

[[nodiscard]] Result<BlobId> blob_id_of_file(const std::filesystem::path& path, ThreadPool* pool = nullptr);

}  // namespace lydian::merkle
