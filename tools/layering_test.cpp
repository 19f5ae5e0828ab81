// The layers of ARCHITECTURE.md hold: no #include points to a layer that its folder may not use, and no
// headers include each other in a ring.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include "tools/source_files.h"

namespace lydian::house {
namespace {

const fs::path kRoot = LYDIAN_SOURCE_DIR;

struct Layer {
  std::string name;
  std::set<std::string> uses;
};

/// The rows | `lydian/name` | what it holds | uses | of ARCHITECTURE.md, in their order. "all above" is what
/// it says.
std::vector<Layer> read_layers() {
  std::ifstream in(kRoot / "ARCHITECTURE.md");
  const std::regex row(R"(\| `lydian/([a-z0-9]+)` \|[^|]*\|([^|]*)\|\s*)");
  std::vector<Layer> layers;
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (!std::regex_match(line, match, row)) continue;
    Layer layer{.name = match[1]};
    const std::string uses = match[2];
    const std::regex word("[a-z0-9]+");
    for (auto w = std::sregex_iterator(uses.begin(), uses.end(), word); w != std::sregex_iterator(); ++w)
      layer.uses.insert(w->str());
    if (uses.contains("all above")) {
      layer.uses.clear();
      for (const Layer& above : layers) layer.uses.insert(above.name);
    }
    layers.push_back(layer);
  }
  return layers;
}

TEST(Layering, the_table_lists_the_folders_that_exist) {
  std::set<std::string> listed;
  for (const Layer& layer : read_layers())
    EXPECT_TRUE(listed.insert(layer.name).second) << layer.name << " is listed twice";
  std::set<std::string> found;
  for (const SourceFile& file : source_files(kRoot)) {
    if (const std::string layer = layer_of(file.path); !layer.empty()) found.insert(layer);
  }
  EXPECT_EQ(listed, found) << "ARCHITECTURE.md's table against the folders of lydian/";
}

TEST(Layering, a_layer_uses_only_layers_above_it) {
  std::set<std::string> above;
  for (const Layer& layer : read_layers()) {
    for (const std::string& used : layer.uses)
      EXPECT_TRUE(above.contains(used)) << layer.name << " uses " << used << ", which is not above it";
    above.insert(layer.name);
  }
}

TEST(Layering, includes_follow_the_table) {
  std::map<std::string, Layer> layers;
  for (const Layer& layer : read_layers()) layers[layer.name] = layer;
  int checked = 0;
  for (const SourceFile& file : source_files(kRoot)) {
    const std::string own = layer_of(file.path);
    if (own.empty()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string included = included_by(file.lines[i]);
      if (included.empty()) continue;
      const std::string used = layer_of(included);
      EXPECT_TRUE(used == own || layers[own].uses.contains(used))
          << file.path << ":" << i + 1 << ": " << own << " may not include \"" << included << "\"";
      ++checked;
    }
  }
  EXPECT_GT(checked, 100);
}

TEST(Layering, headers_do_not_include_each_other_in_a_ring) {
  std::map<std::string, std::vector<std::string>> includes;
  for (const SourceFile& file : source_files(kRoot)) {
    for (const std::string& line : file.lines) {
      if (const std::string included = included_by(line); !included.empty())
        includes[file.path].push_back(included);
    }
  }
  std::set<std::string> done;
  std::vector<std::string> path;
  const std::function<void(const std::string&)> visit = [&](const std::string& file) {
    if (done.contains(file)) return;
    if (std::ranges::find(path, file) != path.end()) {
      FAIL() << "a ring of includes through " << file << " and " << path.back();
    }
    path.push_back(file);
    for (const std::string& next : includes[file]) visit(next);
    path.pop_back();
    done.insert(file);
  };
  std::vector<std::string> roots;
  for (const auto& [file, list] : includes) roots.push_back(file);
  for (const std::string& file : roots) visit(file);
}

}  // namespace
}  // namespace lydian::house
