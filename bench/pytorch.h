// PyTorch in a process of its own, at its best.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/child.h"

namespace lydian::bench {

/// Starts a script of bench/ with these numbers as its arguments. It says a line about itself first, which
/// ends with the BLAS that it loaded. greeting: that line without the BLAS.
[[nodiscard]] Result<Child> start_pytorch(const std::string& script, const std::vector<std::int64_t>& numbers,
                                          int threads, std::string* greeting = nullptr);

}  // namespace lydian::bench
