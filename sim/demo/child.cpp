#include "sim/demo/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace lydian::sim {

Result<Child> Child::start(const std::vector<std::string>& arguments, const std::filesystem::path& log_file) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return fail("{}: no pipe: {}", arguments[0], std::strerror(errno));
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail("{}: cannot start: {}", arguments[0], std::strerror(errno));
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::setpgid(0, 0);  // Ctrl-C reaches the parent alone, which then stops its children in order
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (log >= 0) ::dup2(log, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  ::fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  return Child(pid, pipe_ends[0]);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      status_(other.status_),
      is_asked_(other.is_asked_),
      partial_(std::move(other.partial_)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  stop();
  pid_ = std::exchange(other.pid_, -1);
  output_ = std::exchange(other.output_, -1);
  status_ = other.status_;
  is_asked_ = other.is_asked_;
  partial_ = std::move(other.partial_);
  return *this;
}

std::vector<std::string> Child::lines() {
  char buffer[65536];
  while (output_ >= 0) {
    const ssize_t n = ::read(output_, buffer, sizeof(buffer));
    if (n <= 0) break;
    partial_.append(buffer, static_cast<std::size_t>(n));
  }
  std::vector<std::string> whole;
  for (std::size_t end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
    whole.push_back(partial_.substr(0, end));
    partial_.erase(0, end + 1);
  }
  return whole;
}

bool Child::is_running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return false;
}

void Child::ask_to_end() {
  if (!is_asked_ && is_running()) ::kill(pid_, SIGTERM);
  is_asked_ = true;  // twice would end it in the middle of its work
}

void Child::stop() {
  constexpr int kPatienceMs = 10'000;
  constexpr int kLookEveryMs = 20;
  ask_to_end();
  for (int waited = 0; is_running(); waited += kLookEveryMs) {
    if (waited >= kPatienceMs) ::kill(pid_, SIGKILL);
    ::poll(nullptr, 0, kLookEveryMs);
  }
  if (output_ >= 0) ::close(output_);
  output_ = -1;
}

}  // namespace lydian::sim
