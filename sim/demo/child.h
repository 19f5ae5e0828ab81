// A program started by another: its standard output line by line, stopped by its pid, and never left behind.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lydian/core/result.h"

namespace lydian::sim {

class Child {
 public:
  /// Standard error goes to the log file.
  static Result<Child> start(const std::vector<std::string>& arguments,
                             const std::filesystem::path& log_file);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child() { stop(); }

  /// The whole lines that have come since the last call. Never waits.
  std::vector<std::string> lines();
  /// Whether it still runs; its exit status afterwards.
  [[nodiscard]] bool is_running();
  [[nodiscard]] int exit_status() const { return status_; }
  /// Asks it to end.
  void ask_to_end();
  /// Asks it to end, waits for some seconds, then insists.
  void stop();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  Child(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_ = -1;
  int output_ = -1;
  int status_ = -1;
  bool is_asked_ = false;
  std::string partial_;
};

}  // namespace lydian::sim
