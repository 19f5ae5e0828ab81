// Announcement: "my latest checkpoint of this job is this blob, and here I can be reached", signed by a node.
// Of two by the same node about the same job the one with the higher sequence counts. Travels as fixed
// binary:
//
//   "LYDA" | version u8 = 1 | node key 32 | job u64 | checkpoint u64 | sequence u64 | root 32 | size u64 |
//   endpoint count u8 | (length u8, text) per endpoint | ed25519 signature 64 over all before it
//
// Integers are little-endian. One announcement has one encoding, at most kAnnouncementBytesMax long, which
// fits an item of the DHT (BEP 44: 1000 bytes).
#pragma once

#include <cstdint>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/ed25519.h"
#include "lydian/swarm/blob_id.h"
#include "lydian/swarm/endpoint.h"

namespace lydian::swarm {

inline constexpr std::size_t kAnnouncementEndpointsMax = 8;
inline constexpr std::size_t kAnnouncementBytesMax =
    4 + 1 + 32 + 3 * 8 + 32 + 8 + 1 + kAnnouncementEndpointsMax * (1 + kEndpointTextMax) + 64;
/// BEP 44 counts in signed 64 bits.
inline constexpr std::uint64_t kAnnouncementSequenceMax = (std::uint64_t{1} << 63) - 1;

struct Announcement {
  crypto::Ed25519PublicKey node{};
  std::uint64_t job = 0;
  std::uint64_t checkpoint = 0;
  std::uint64_t sequence = 0;
  BlobId latest;
  std::vector<Endpoint> endpoints;

  bool operator==(const Announcement&) const = default;
};

/// Encodes and signs. The key must be announcement.node's, and the bounds above hold: anything else is our
/// bug.
[[nodiscard]] Bytes sign_announcement(const Announcement& announcement, const crypto::Ed25519Key& key);
/// Accepts exactly what sign_announcement writes, signature included.
[[nodiscard]] Result<Announcement> verify_announcement(ByteView record);

/// a and b are about the same job by the same node: b replaces a.
[[nodiscard]] bool replaces(const Announcement& b, const Announcement& a);

}  // namespace lydian::swarm
