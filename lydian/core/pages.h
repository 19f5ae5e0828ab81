// Zeroed memory in whole pages, large ones where the system has them: with small pages, reading an array of
// many megabytes can take several times as long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lydian {

class Pages {
 public:
  Pages() = default;
  /// Aborts where the system has no address space left; memory is taken only when touched.
  explicit Pages(std::size_t bytes);
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  [[nodiscard]] std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t> bytes() const { return {data_, bytes_}; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace lydian
