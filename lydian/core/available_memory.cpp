#include "lydian/core/available_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace lydian {
namespace {

constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();

std::int64_t available_by_kernel() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::int64_t kilobytes = 0;
  std::string rest;
  while (file >> name >> kilobytes && std::getline(file, rest)) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  return kUnknown;
}

/// A file of one number; nothing where it says "max".
std::optional<std::int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

/// The tightest limit of the groups that hold this process.
std::int64_t available_by_group() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  std::int64_t least = kUnknown;
  while (std::getline(file, line)) {
    if (!line.starts_with("0::")) continue;
    for (std::string group = line.substr(3);; group.resize(group.rfind('/'))) {
      const std::string folder = "/sys/fs/cgroup" + group;
      const auto limit = number_in(folder + "/memory.max");
      const auto used = number_in(folder + "/memory.current");
      if (limit && used) least = std::min(least, std::max<std::int64_t>(0, *limit - *used));
      if (group.find('/') == std::string::npos) break;
    }
  }
  return least;
}

}  // namespace

std::int64_t available_memory() { return std::min(available_by_kernel(), available_by_group()); }

}  // namespace lydian
