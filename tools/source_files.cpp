#include "tools/source_files.h"

#include <array>
#include <fstream>
#include <set>
#include <string_view>

namespace lydian::house {
namespace {

constexpr std::array kFolders = {
    "bench", "cmake",         "docs",           "examples",         "fuzz",         "lydian", "sim", "tools",
    "web",   "contracts/src", "contracts/test", "contracts/script", "contracts/bin"};
constexpr std::array kTopFiles = {
    "ARCHITECTURE.md", "CMakeLists.txt",      "CMakePresets.json",     "README.md", "dev",
    ".ci/run",         "contracts/README.md", "contracts/foundry.toml"};

/// Links (contracts/bin has some) and data are not text of ours.
bool is_text(const fs::path& path) {
  static const std::set<std::string> kTypes = {".cpp",  ".h",   ".cu", ".txt",  ".cmake", ".md",
                                               ".toml", ".sol", ".js", ".html", ".css",   ""};
  const std::string path_text = path.generic_string();
  if (path_text.contains("/corpus/") || path.filename() == "shakespeare.txt") return false;
  return kTypes.contains(path.extension().string());
}

SourceFile read(const fs::path& root, const fs::path& path) {
  SourceFile file{.path = fs::relative(path, root).generic_string()};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

}  // namespace

std::vector<SourceFile> source_files(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const auto* folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file() && !entry.is_symlink() && is_text(entry.path()))
        files.push_back(read(root, entry.path()));
    }
  }
  for (const auto* name : kTopFiles) {
    if (fs::exists(root / name)) files.push_back(read(root, root / name));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::string layer_of(const std::string& path) {
  constexpr std::string_view kRoot = "lydian/";
  if (!path.starts_with(kRoot)) return {};
  const auto slash = path.find('/', kRoot.size());
  return slash == std::string::npos ? std::string{} : path.substr(kRoot.size(), slash - kRoot.size());
}

std::string included_by(const std::string& line) {
  constexpr std::string_view kStart = "#include \"";
  if (!line.starts_with(kStart)) return {};
  return line.substr(kStart.size(), line.find('"', kStart.size()) - kStart.size());
}

}  // namespace lydian::house
