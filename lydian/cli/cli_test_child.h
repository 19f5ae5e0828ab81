// What tests of the command stand on: a folder that goes with the test, and the built binary as a child
// process.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace lydian::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lydian-cli-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// The command as a child that dies with the test.
class Command {
 public:
  explicit Command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), LYDIAN_BINARY);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(err.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::setpgid(0, 0);  // a terminal's Ctrl-C reaches this group, as it would there
      ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    streams_ = {out[0], err[0]};
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() {
    if (pid_ > 0) kill_hard();
    for (const int stream : streams_) ::close(stream);
  }

  /// Reads standard output up to a JSON line of this event. Nothing: the command ended first.
  std::optional<Json> wait_for(const std::string& event) {
    while (true) {
      while (const auto line = next_line()) {
        const Json json = Json::parse(*line, nullptr, false);
        if (json.is_object() && json.value("event", "") == event) return json;
      }
      if (!read_some()) return std::nullopt;
    }
  }
  /// Reads all, waits, and tells the exit status; 128 and the signal for one that was killed.
  int wait() {
    wait_for_end();
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// Reads what is left of a command that was killed.
  void wait_for_end() {
    while (read_some()) {
    }
  }
  /// Reads standard error up to this text. False: the command ended first.
  bool wait_for_message(const std::string& text) {
    while (err().find(text) == std::string::npos) {
      if (!read_some()) return false;
    }
    return true;
  }
  int stop() { return stop_with(SIGTERM); }
  int stop_with(int signal) {
    ::kill(pid_, signal);
    return wait();
  }
  /// As a terminal does: the signal goes to all that the command started, too.
  int stop_like_terminal() {
    ::kill(-pid_, SIGINT);
    return wait();
  }
  void kill_hard() {
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  [[nodiscard]] const std::string& out() const { return text_[0]; }
  [[nodiscard]] const std::string& err() const { return text_[1]; }

 private:
  /// False once both streams are closed.
  bool read_some() {
    std::array<pollfd, 2> polls{};
    bool is_open = false;
    for (std::size_t i = 0; i < 2; ++i) {
      polls[i] = {closed_[i] ? -1 : streams_[i], POLLIN, 0};
      is_open = is_open || !closed_[i];
    }
    if (!is_open) return false;
    ::poll(polls.data(), 2, -1);
    for (std::size_t i = 0; i < 2; ++i) {
      if (closed_[i] || polls[i].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t size = ::read(streams_[i], buffer.data(), buffer.size());
      if (size <= 0)
        closed_[i] = true;
      else
        text_[i].append(buffer.data(), static_cast<std::size_t>(size));
    }
    return true;
  }
  std::optional<std::string> next_line() {
    const std::size_t end = text_[0].find('\n', read_until_);
    if (end == std::string::npos) return std::nullopt;
    const std::string line = text_[0].substr(read_until_, end - read_until_);
    read_until_ = end + 1;
    return line;
  }

  pid_t pid_ = -1;
  std::array<int, 2> streams_{};
  std::array<bool, 2> closed_{};
  std::array<std::string, 2> text_;
  std::size_t read_until_ = 0;
};

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

inline Outcome run(const std::vector<std::string>& arguments) {
  Command command(arguments);
  const int status = command.wait();
  return {status, command.out(), command.err()};
}

}  // namespace lydian::cli
