// The BitTorrent v2 info dictionary (BEP 52) that follows from a blob's root and length alone: one file,
// named by the root's hex digits, with a piece length fixed by the length. Its SHA-256 is the info-hash, so
// whoever has the ledger's entry can join the swarm. An empty blob has no torrent.
#pragma once

#include <cstdint>
#include <string>

#include "lydian/core/bytes.h"
#include "lydian/swarm/blob_id.h"

namespace lydian::swarm {

/// The smallest power of two from 256 KiB to 16 MiB that makes at most 2048 pieces, or 16 MiB.
[[nodiscard]] std::uint64_t piece_length_for(std::uint64_t size_bytes);

/// Bencoded; size_bytes > 0.
[[nodiscard]] std::string info_dictionary(const BlobId& id);
[[nodiscard]] Root info_hash(const BlobId& id);

}  // namespace lydian::swarm
