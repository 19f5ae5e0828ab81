// Whole files, read and written so that a crash leaves the old content or the new, never a mixture.
#pragma once

#include <filesystem>
#include <string>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian {

[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path);
[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& path);

/// Writes beside the target, syncs, and renames over it. The target's folder must exist.
[[nodiscard]] Status write_file_atomic(const std::filesystem::path& path, ByteView content);

/// Waits until a file's content, or a folder's list of names, is on the disk.
[[nodiscard]] Status sync_to_disk(const std::filesystem::path& path);

/// Syncs a finished file and renames it over the target, on the same file system.
[[nodiscard]] Status move_file_atomic(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lydian
