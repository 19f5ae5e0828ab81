#include "lydian/swarm/blob_id.h"

#include <charconv>
#include <system_error>

#include "lydian/merkle/tree.h"

namespace lydian::swarm {
namespace {

constexpr std::size_t kRootDigits = 64;
constexpr std::size_t kLengthDigitsMax = 15;  // of kBlobBytesMax
constexpr std::string_view kWanted = "a blob id is 64 lower-case hex digits, a colon and the length in bytes";

}  // namespace

std::string to_text(const BlobId& id) { return fmt::format("{}:{}", id.root.hex(), id.size_bytes); }

Result<BlobId> parse_blob_id(std::string_view text) {
  if (text.size() < kRootDigits + 2 || text[kRootDigits] != ':')
    return fail("{}; found {} characters", kWanted, text.size());
  if (text.size() > kRootDigits + 1 + kLengthDigitsMax)
    return fail("{} of at most {}", kWanted, kBlobBytesMax);
  const auto root = Root::from_hex(text.substr(0, kRootDigits));
  if (!root) return fail("{}: {}", kWanted, root.error().message);
  BlobId id{*root, 0};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + kRootDigits + 1, end, id.size_bytes);
  if (error != std::errc{} || stop != end || to_text(id) != text)
    return fail("{}; found '{}'", kWanted, text);
  if (id.size_bytes > kBlobBytesMax)
    return fail("{} of at most {}; found '{}'", kWanted, kBlobBytesMax, text);
  return id;
}

BlobId blob_id_of(ByteView content) { return {merkle::blob_root(content), content.size()}; }

Status verify_blob_file(const std::filesystem::path& path, const BlobId& id) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return fail("{}: {}", path.string(), error.message());
  if (size != id.size_bytes)
    return fail("{}: expected {} bytes, found {}", path.string(), id.size_bytes, size);
  const BlobId found = TRY(merkle::blob_id_of_file(path));
  if (found != id) return fail("{}: expected blob {}, found {}", path.string(), to_text(id), to_text(found));
  return {};
}

}  // namespace lydian::swarm
