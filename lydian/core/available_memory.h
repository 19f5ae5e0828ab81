// How much memory there is to take.
#pragma once

#include <cstdint>

namespace lydian {

/// Bytes that this process can still take without the system's running out: what the kernel says is
/// available, within the limit of the process's control group (version 2). The largest integer where the
/// system does not say.
[[nodiscard]] std::int64_t available_memory();

}  // namespace lydian
