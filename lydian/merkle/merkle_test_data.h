// What the tests of this folder share: bytes and roots that are all different, and a file that cleans up.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <vector>

#include "lydian/core/ensure.h"
#include "lydian/core/file.h"
#include "lydian/crypto/sha256.h"

namespace lydian::merkle {

inline Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

inline std::vector<Root> noise_roots(std::size_t count) {
  std::vector<Root> roots;
  for (std::size_t i = 0; i < count; ++i) roots.push_back(crypto::sha256(as_bytes(std::to_string(i))));
  return roots;
}

/// A file named "blob" in a folder of its own.
class TemporaryFile {
 public:
  explicit TemporaryFile(ByteView content) {
    std::string folder = (std::filesystem::temp_directory_path() / "lydian_merkle_XXXXXX").string();
    ENSURE(mkdtemp(folder.data()) != nullptr);
    path_ = std::filesystem::path(folder) / "blob";
    ENSURE(write_file_atomic(path_, content).has_value());
  }
  ~TemporaryFile() { std::filesystem::remove_all(path_.parent_path()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lydian::merkle
