// Rules of the house that a reader would otherwise have to watch over.
#include <gtest/gtest.h>

#include <regex>

#include "tools/source_files.h"

namespace lydian::house {
namespace {

const fs::path kRoot = LYDIAN_SOURCE_DIR;
constexpr std::size_t kMostLines = 600;

TEST(HouseRules, files_can_be_read_at_a_sitting) {
  for (const SourceFile& file : source_files(kRoot)) {
    EXPECT_LE(file.lines.size(), kMostLines) << file.path;
  }
}

TEST(HouseRules, headers_say_first_what_lives_in_them) {
  int headers = 0;
  for (const SourceFile& file : source_files(kRoot)) {
    if (!file.path.ends_with(".h") || file.lines.empty()) continue;
    EXPECT_TRUE(file.lines[0].starts_with("// ")) << file.path << " begins with: " << file.lines[0];
    EXPECT_EQ(std::ranges::count(file.lines, "#pragma once"), 1) << file.path;
    ++headers;
  }
  EXPECT_GT(headers, 50);
}

/// What no line of ours may hold. The patterns are written so that they do not match themselves.
struct Forbidden {
  std::regex pattern;
  const char* why;
};

const std::vector<Forbidden>& forbidden() {
  static const std::vector<Forbidden> rules = {
      {std::regex("\\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\\b"), "unfinished work belongs on an issue"},
      {std::regex("for [n]ow\\b|[s]implified version"), "say what the code does, not what it might do later"},
      {std::regex("(^|[^a-zA-Z0-9_.$}])/(home|root|work|Users)[/]"), "a path of one machine"},
      {std::regex("^(<{7}|>{7}) "), "a merge conflict"},
  };
  return rules;
}

TEST(HouseRules, no_line_holds_what_does_not_belong) {
  for (const SourceFile& file : source_files(kRoot)) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const auto& [pattern, why] : forbidden()) {
        EXPECT_FALSE(std::regex_search(file.lines[i], pattern))
            << file.path << ":" << i + 1 << ": " << why << ": " << file.lines[i];
      }
    }
  }
}

TEST(HouseRules, links_in_the_documents_lead_somewhere) {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  int links = 0;
  for (const SourceFile& file : source_files(kRoot)) {
    if (!file.path.ends_with(".md")) continue;
    for (const std::string& line : file.lines) {
      for (auto match = std::sregex_iterator(line.begin(), line.end(), link); match != std::sregex_iterator();
           ++match) {
        const fs::path target = (kRoot / file.path).parent_path() / (*match)[1].str();
        EXPECT_TRUE(fs::exists(target)) << file.path << ": " << (*match)[1].str();
        ++links;
      }
    }
  }
  EXPECT_GT(links, 0);
}

}  // namespace
}  // namespace lydian::house
