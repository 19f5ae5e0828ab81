// Keccak-256 as Ethereum uses it (the padding from before SHA-3 was standardised).
#pragma once

#include "lydian/core/bytes.h"

namespace lydian::crypto {

[[nodiscard]] Root keccak256(ByteView message);

}  // namespace lydian::crypto
