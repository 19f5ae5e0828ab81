#include "lydian/merkle/file_root.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "lydian/merkle/tree.h"

namespace lydian::merkle {
namespace {

constexpr std::size_t kReadBytes = 512 * kBlockBytes;

}  // namespace

void BlobHasher::add_blocks(ByteView blocks) {
  const std::vector<Root> hashes = block_hashes(blocks, pool_);
  leaves_.insert(leaves_.end(), hashes.begin(), hashes.end());
}

void BlobHasher::append(ByteView bytes) {
  size_bytes_ += bytes.size();
  if (!partial_.empty()) {
    const std::size_t missing = std::min(kBlockBytes - partial_.size(), bytes.size());
    partial_.insert(partial_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(missing));
    bytes = bytes.subspan(missing);
    if (partial_.size() < kBlockBytes) return;
    add_blocks(partial_);
    partial_.clear();
  }
  const std::size_t whole = bytes.size() - bytes.size() % kBlockBytes;
  if (whole > 0) add_blocks(bytes.first(whole));
  partial_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end());
}

BlobId BlobHasher::finish() {
  if (!partial_.empty() || leaves_.empty()) add_blocks(partial_);
  return {list_root(leaves_), size_bytes_};
}

Result<BlobId> blob_id_of_file(const std::filesystem::path& path, ThreadPool* pool) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("{}: cannot open the file: {}", path.string(), std::strerror(errno));
  BlobHasher hasher(pool);
  Bytes buffer(kReadBytes);
  while (file) {
    file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    hasher.append(ByteView(buffer).first(static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof())
    return fail("{}: cannot read the file to its end: {}", path.string(), std::strerror(errno));
  return hasher.finish();
}

}  // namespace lydian::merkle
