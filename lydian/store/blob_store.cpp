#include "lydian/store/blob_store.h"

#include <algorithm>
#include <system_error>

#include "lydian/core/file.h"

namespace lydian::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPartialFolder = "partial";

std::string file_name(const BlobId& id) {
  std::string name = swarm::to_text(id);
  std::replace(name.begin(), name.end(), ':', '-');  // no colons in file names
  return name;
}

Result<BlobId> parse_file_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', ':');
  return swarm::parse_blob_id(name);
}

bool has_length(const fs::path& path, std::uint64_t length) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == length && !error;
}

}  // namespace

Result<BlobStore> BlobStore::open(const fs::path& folder) {
  const fs::path partial = folder / kPartialFolder;
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) return fail("{}: cannot create the blob folder: {}", folder.string(), error.message());
  fs::remove_all(partial, error);
  if (!error) fs::create_directory(partial, error);
  if (error) return fail("{}: cannot sweep the partial files: {}", partial.string(), error.message());
  return BlobStore(folder);
}

Result<BlobId> BlobStore::put(ByteView content) {
  const BlobId id = swarm::blob_id_of(content);
  const fs::path partial = folder_ / kPartialFolder / file_name(id);
  TRY_STATUS(write_file_atomic(partial, content));
  TRY_STATUS(move_file_atomic(partial, path(id)));
  return id;
}

Status BlobStore::put_file(const fs::path& source, const BlobId& id) {
  const fs::path partial = folder_ / kPartialFolder / file_name(id);
  std::error_code error;
  fs::copy_file(source, partial, fs::copy_options::overwrite_existing, error);
  if (error) return fail("{}: cannot copy to {}: {}", source.string(), partial.string(), error.message());
  if (const Status verified = swarm::verify_blob_file(partial, id); !verified) {
    fs::remove(partial, error);
    return within(source.string(), verified.error());
  }
  return move_file_atomic(partial, path(id));
}

fs::path BlobStore::path(const BlobId& id) const { return folder_ / file_name(id); }

bool BlobStore::has(const BlobId& id) const { return has_length(path(id), id.size_bytes); }

Status BlobStore::verify(const BlobId& id) const { return swarm::verify_blob_file(path(id), id); }

Result<Bytes> BlobStore::read(const BlobId& id) const {
  Bytes content = TRY(read_file(path(id)));
  if (const BlobId found = swarm::blob_id_of(content); found != id)
    return fail("{}: expected blob {}, found {}", path(id).string(), swarm::to_text(id),
                swarm::to_text(found));
  return content;
}

Status BlobStore::remove(const BlobId& id) {
  std::error_code error;
  fs::remove(path(id), error);
  if (error) return fail("{}: cannot remove: {}", path(id).string(), error.message());
  return {};
}

Result<std::vector<BlobId>> BlobStore::scan(bool whole) const {
  std::vector<BlobId> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto id = parse_file_name(entry->path().filename().string());
    if (id && has_length(entry->path(), id->size_bytes) == whole) found.push_back(*id);
  }
  if (error) return fail("{}: cannot list the blobs: {}", folder_.string(), error.message());
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::vector<BlobId>> BlobStore::list() const { return scan(true); }
Result<std::vector<BlobId>> BlobStore::damaged() const { return scan(false); }

Result<std::uint64_t> BlobStore::total_bytes() const {
  std::uint64_t total = 0;
  for (const BlobId& id : TRY(list())) total += id.size_bytes;
  return total;
}

}  // namespace lydian::store
