// ENSURE: an invariant of ours. It stays on in every build type and aborts with the condition, the place and
// the values given. What comes from outside is never checked with it: that returns a Result (result.h).
#pragma once

#include <fmt/format.h>

#include <string>

namespace lydian {

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line, const std::string& values);

}  // namespace lydian

#define ENSURE(condition, ...)                                                                \
  do {                                                                                        \
    if (!(condition)) [[unlikely]]                                                            \
      ::lydian::ensure_failed(#condition, __FILE__, __LINE__, ::fmt::format("" __VA_ARGS__)); \
  } while (false)
