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

/// The value of a Result, or return its error from the enclosing function. May stand inside another.
#define TRY(expression) LYDIAN_TRY_AS(LYDIAN_JOIN(lydian_result_, __COUNTER__), expression)

/// The same for a Status, which has no value.
#define TRY_STATUS(expression) LYDIAN_TRY_STATUS_AS(LYDIAN_JOIN(lydian_status_, __COUNTER__), expression)

// Each use gets a variable of its own name, so that one inside another hides nothing.
#define LYDIAN_JOIN(a, b) LYDIAN_JOIN_EXPANDED(a, b)
#define LYDIAN_JOIN_EXPANDED(a, b) a##b
#define LYDIAN_TRY_AS(result, expression)                           \
  __extension__({                                                   \
    auto result = (expression);                                     \
    if (!result) return std::unexpected(std::move(result).error()); \
    std::move(*result);                                             \
  })
#define LYDIAN_TRY_STATUS_AS(status, expression)                    \
  do {                                                              \
    auto status = (expression);                                     \
    if (!status) return std::unexpected(std::move(status).error()); \
  } while (false)
