// The files of the project as the house tests see them: our own text, nothing built or installed.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace lydian::house {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;  // from the project's root
  std::vector<std::string> lines;
};

/// Reads every text file of ours below the root, sorted by path.
[[nodiscard]] std::vector<SourceFile> source_files(const fs::path& root);

/// The folder of a layer's file: "lydian/merkle/tree.h" -> "merkle"; empty for others.
[[nodiscard]] std::string layer_of(const std::string& path);

/// A line's #include "..." target, or empty.
[[nodiscard]] std::string included_by(const std::string& line);

}  // namespace lydian::house
