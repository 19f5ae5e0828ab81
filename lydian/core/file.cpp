#include "lydian/core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lydian/core/file_pages.h"

namespace lydian {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

namespace {

/// A regular file's bytes, in a Memory of that size.
template <typename Memory>
Result<Memory> read_into(const std::filesystem::path& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail("{}: cannot open: {}", path.string(), std::strerror(errno));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail("{}: cannot stat: {}", path.string(), std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return fail("{}: not a regular file", path.string());
  Memory content(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::read(fd.get(), content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail("{}: cannot read: {}", path.string(), std::strerror(errno));
    if (n == 0) return fail("{}: ended at byte {} of {}", path.string(), done, content.size());
    done += static_cast<std::size_t>(n);
  }
  return content;
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path) { return read_into<Bytes>(path); }

Result<Pages> read_file_into_pages(const std::filesystem::path& path) { return read_into<Pages>(path); }

Result<std::string> read_text_file(const std::filesystem::path& path) {
  const Bytes content = TRY(read_file(path));
  return std::string(as_text(content));
}

Status write_file_atomic(const std::filesystem::path& path, ByteView content) {
  const std::filesystem::path temporary = path.string() + ".partial." + std::to_string(::getpid());
  {
    const FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) return fail("{}: cannot create: {}", temporary.string(), std::strerror(errno));
    std::size_t done = 0;
    while (done < content.size()) {
      const ssize_t n = ::write(fd.get(), content.data() + done, content.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int reason = errno;
        ::unlink(temporary.c_str());
        return fail("{}: cannot write: {}", path.string(), std::strerror(reason));
      }
      done += static_cast<std::size_t>(n);
    }
    if (::fsync(fd.get()) != 0) {
      const int reason = errno;
      ::unlink(temporary.c_str());
      return fail("{}: cannot sync: {}", path.string(), std::strerror(reason));
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return fail("{}: cannot rename into place: {}", path.string(), std::strerror(reason));
  }
  return sync_to_disk(folder_of(path));
}

Status sync_to_disk(const std::filesystem::path& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail("{}: cannot open: {}", path.string(), std::strerror(errno));
  if (::fsync(fd.get()) != 0) return fail("{}: cannot sync: {}", path.string(), std::strerror(errno));
  return {};
}

Status move_file_atomic(const std::filesystem::path& from, const std::filesystem::path& to) {
  TRY_STATUS(sync_to_disk(from));
  if (::rename(from.c_str(), to.c_str()) != 0)
    return fail("{}: cannot rename to {}: {}", from.string(), to.string(), std::strerror(errno));
  return sync_to_disk(folder_of(to));
}

}  // namespace lydian
