#include "bench/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

#include "bench/harness.h"

extern "C" char** environ;

namespace lydian::bench {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (std::string& string : strings) list.push_back(string.data());
  list.push_back(nullptr);
  return list;
}

/// This process's environment with variables added or replaced.
std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> all = variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view name(*entry, std::strcspn(*entry, "=") + 1);  // "NAME="
    bool is_replaced = false;
    for (const std::string& variable : variables) is_replaced = is_replaced || variable.starts_with(name);
    if (!is_replaced) all.emplace_back(*entry);
  }
  return all;
}

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command,
                           const std::vector<std::string>& variables) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (pipe2(to.data(), O_CLOEXEC) != 0 || pipe2(from.data(), O_CLOEXEC) != 0)
    return fail("no pipes for {}: {}", command[0], std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::vector<std::string> arguments = command;
  std::vector<std::string> environment = environment_with(variables);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, command[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                 pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  if (error != 0) {
    close(to[1]);
    close(from[0]);
    return fail("{} does not start: {}", command[0], std::strerror(error));
  }
  Disturbance::child_began(pid);
  return Child(pid, fdopen(to[1], "w"), fdopen(from[0], "r"));
}

Child::Child(Child&& other) noexcept
    : pid_(other.pid_), to_(std::exchange(other.to_, nullptr)), from_(std::exchange(other.from_, nullptr)) {}

Child::~Child() {
  if (to_ == nullptr) return;
  std::fclose(to_);
  std::fclose(from_);
  waitpid(pid_, nullptr, 0);
  Disturbance::child_ended(pid_);
}

Result<std::string> Child::read_line() {
  std::string line;
  for (int c = std::fgetc(from_); c != '\n'; c = std::fgetc(from_)) {
    if (c == EOF) return fail("process {} ended where an answer was expected", pid_);
    line.push_back(static_cast<char>(c));
  }
  return line;
}

Result<std::string> Child::ask(const std::string& line) {
  if (std::fprintf(to_, "%s\n", line.c_str()) < 0 || std::fflush(to_) != 0)
    return fail("process {} takes no more questions", pid_);
  return read_line();
}

Result<double> Child::ask_number(const std::string& line) {
  const std::string answer = TRY(ask(line));
  char* end = nullptr;
  const double number = std::strtod(answer.c_str(), &end);
  if (answer.empty() || *end != '\0')
    return fail("'{}' was answered by '{}', expected a number", line, answer);
  return number;
}

Result<double> peak_resident_bytes(pid_t process) {
  const std::string path = process == 0 ? "/proc/self/status" : fmt::format("/proc/{}/status", process);
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
  }
  return fail("{} has no VmHWM", path);
}

}  // namespace lydian::bench
