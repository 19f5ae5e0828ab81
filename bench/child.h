// A child process that answers lines with lines: another program measured beside ours, or our own under
// another environment.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

#include "lydian/core/result.h"

namespace lydian::bench {

class Child {
 public:
  /// command[0] is looked for in PATH. The child sees this process's environment and these "NAME=value".
  [[nodiscard]] static Result<Child> start(const std::vector<std::string>& command,
                                           const std::vector<std::string>& variables = {});
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  /// Closes the child's input and waits for its end.
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The next line that it prints, without the end of line.
  [[nodiscard]] Result<std::string> read_line();
  /// Writes a line and reads one.
  [[nodiscard]] Result<std::string> ask(const std::string& line);
  /// The same for an answer that is a number.
  [[nodiscard]] Result<double> ask_number(const std::string& line);

 private:
  Child(pid_t pid, std::FILE* to, std::FILE* from) : pid_(pid), to_(to), from_(from) {}

  pid_t pid_;
  std::FILE* to_;
  std::FILE* from_;
};

/// The most memory a process has held so far (VmHWM), in bytes. Of this process unless named.
[[nodiscard]] Result<double> peak_resident_bytes(pid_t process = 0);

}  // namespace lydian::bench
