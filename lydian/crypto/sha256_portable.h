// SHA-256 in plain C++, straight from FIPS 180-4: the hash of builds without OpenSSL, and a check on it
// elsewhere.
#pragma once

#include "lydian/core/bytes.h"

namespace lydian::crypto {

[[nodiscard]] Root sha256_portable(ByteView message);

}  // namespace lydian::crypto
