// Result<T>: what a function returns that meets outside bytes (a file, a peer, the ledger, a person). The
// error is one sentence: what was wrong, where, and what would be right.
#pragma once

#include <fmt/format.h>

#include <expected>
#include <string>
#include <utility>

namespace lydian {

struct Error {
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// Builds the error of a Result: return fail("{}: expected {} bytes, found {}", path, want, have);
template <typename... Args>
[[nodiscard]] std::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

/// Puts a place in front of an error that came from below: "job.toml: key 'steps': ..."
[[nodiscard]] inline std::unexpected<Error> within(const std::string& place, const Error& error) {
  return std::unexpected(Error{place + ": " + error.message});
}

}  // namespace lydian

/// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                                             \
  __extension__({                                                                   \
    auto lydian_result_ = (expression);                                             \
    if (!lydian_result_) return std::unexpected(std::move(lydian_result_).error()); \
    std::move(*lydian_result_);                                                     \
  })

/// The same for a Status, which has no value.
#define TRY_STATUS(expression)                                                      \
  do {                                                                              \
    auto lydian_status_ = (expression);                                             \
    if (!lydian_status_) return std::unexpected(std::move(lydian_status_).error()); \
  } while (false)
