#include "lydian/core/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace lydian {

void ensure_failed(const char* condition, const char* file, int line, const std::string& values) {
  std::fprintf(stderr, "lydian: internal error at %s:%d: %s does not hold%s%s\n", file, line, condition,
               values.empty() ? "" : ": ", values.c_str());
  std::abort();
}

}  // namespace lydian
