#include "lydian/core/pages.h"

#include <sys/mman.h>

#include <utility>

#include "lydian/core/ensure.h"

namespace lydian {

Pages::Pages(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ENSURE(memory != MAP_FAILED, "no memory for {} bytes", bytes);
  ::madvise(memory, bytes, MADV_HUGEPAGE);
  data_ = static_cast<std::uint8_t*>(memory);
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace lydian
