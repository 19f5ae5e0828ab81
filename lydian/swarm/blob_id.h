// The address of a blob, as the ledger has it: root and length together name the content and are enough to
// fetch it. The text form is "<64 lower-case hex digits>:<length in decimal>".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/merkle/file_root.h"

namespace lydian::swarm {

using merkle::BlobId;

/// The longest blob that anybody may name: far above any file, far below where offsets overflow.
inline constexpr std::uint64_t kBlobBytesMax = std::uint64_t{1} << 48;

[[nodiscard]] std::string to_text(const BlobId& id);
/// Accepts exactly what to_text writes, with a length of at most kBlobBytesMax.
[[nodiscard]] Result<BlobId> parse_blob_id(std::string_view text);

[[nodiscard]] BlobId blob_id_of(ByteView content);
/// The file holds exactly this blob. Reads all of it, unless its length already says no.
[[nodiscard]] Status verify_blob_file(const std::filesystem::path& path, const BlobId& id);

}  // namespace lydian::swarm
