// Whole files in large pages.
#pragma once

#include <filesystem>

#include "lydian/core/pages.h"
#include "lydian/core/result.h"

namespace lydian {

/// As read_file, for a large file that is read again and again.
[[nodiscard]] Result<Pages> read_file_into_pages(const std::filesystem::path& path);

}  // namespace lydian
