// BlobStore: a folder of blobs, each a file named after its root and length, put there whole or not at all. A
// file that is shorter or longer than its name says counts as absent. Partial files live in a folder of their
// own, on the same file system, and are swept when the store is opened. One process at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/swarm/blob_id.h"

namespace lydian::store {

using swarm::BlobId;

class BlobStore {
 public:
  /// Creates the folder where it does not exist; its parent must exist.
  static Result<BlobStore> open(const std::filesystem::path& folder);

  /// Stores a copy of the bytes.
  [[nodiscard]] Result<BlobId> put(ByteView content);
  /// Stores a copy of the file, which must hold exactly this blob.
  [[nodiscard]] Status put_file(const std::filesystem::path& source, const BlobId& id);

  /// Where the blob is, or would be: a fetch may put a verified file there with a rename.
  [[nodiscard]] std::filesystem::path path(const BlobId& id) const;
  /// Present with the right length. Costs one stat.
  [[nodiscard]] bool has(const BlobId& id) const;
  /// Present, and its bytes have its root. Reads the whole file.
  [[nodiscard]] Status verify(const BlobId& id) const;
  [[nodiscard]] Result<Bytes> read(const BlobId& id) const;
  /// Removing an absent blob is no error.
  [[nodiscard]] Status remove(const BlobId& id);

  /// All that has() is true of, in order of root and length.
  [[nodiscard]] Result<std::vector<BlobId>> list() const;
  /// The names of files that are shorter or longer than they should be.
  [[nodiscard]] Result<std::vector<BlobId>> damaged() const;
  [[nodiscard]] Result<std::uint64_t> total_bytes() const;

 private:
  explicit BlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Result<std::vector<BlobId>> scan(bool whole) const;

  std::filesystem::path folder_;
};

}  // namespace lydian::store
