// SHA-256 (FIPS 180-4), of one message or of many at once.
#pragma once

#include <span>

#include "lydian/core/bytes.h"

namespace lydian::crypto {

[[nodiscard]] Root sha256(ByteView message);

/// SHA-256 of left followed by right: the parent of two tree nodes.
[[nodiscard]] Root sha256_pair(const Root& left, const Root& right);

/// out[i] = sha256(messages[i]). Fastest when the messages are many and of one length, as a Merkle tree's
/// are.
void sha256_many(std::span<const ByteView> messages, std::span<Root> out);

}  // namespace lydian::crypto
