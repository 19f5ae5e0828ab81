#include "lydian/ledger/anvil.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "lydian/core/ensure.h"

namespace lydian::ledger {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kStartTimeout = std::chrono::seconds(30);
constexpr auto kStopTimeout = std::chrono::seconds(30);
constexpr auto kPollInterval = std::chrono::milliseconds(5);
constexpr std::string_view kListening = "Listening on 127.0.0.1:";

/// The file that the child writes its messages to.
class MessageFile {
 public:
  static Result<MessageFile> open(const std::optional<std::filesystem::path>& path) {
    const int file = path ? ::open(path->c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)
                          : memfd_create("evm_node_messages", MFD_CLOEXEC);
    if (file < 0)
      return fail("{}: cannot write the log: {}", path ? path->string() : "memory", std::strerror(errno));
    return MessageFile(file);
  }
  MessageFile(MessageFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  MessageFile& operator=(MessageFile&&) = delete;
  ~MessageFile() {
    if (file_ >= 0) close(file_);
  }

  [[nodiscard]] int descriptor() const { return file_; }
  /// All of it, at most the first 64 KiB.
  [[nodiscard]] std::string text() const {
    std::string content(65536, '\0');
    const ssize_t size = pread(file_, content.data(), content.size(), 0);
    content.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return content;
  }

 private:
  explicit MessageFile(int file) : file_(file) {}
  int file_;
};

std::vector<std::string> arguments(const EvmNodeOptions& options) {
  std::vector<std::string> list = {options.binary.string(),
                                   "--host",
                                   "127.0.0.1",
                                   "--port",
                                   std::to_string(options.port),
                                   "--chain-id",
                                   std::to_string(options.chain_id),
                                   "--accounts",
                                   std::to_string(options.accounts)};
  const auto add = [&](const char* name, const std::string& value) {
    list.insert(list.end(), {name, value});
  };
  if (options.rollup) add("--network", "optimism");
  if (options.block_seconds) add("--block-time", std::to_string(*options.block_seconds));
  if (options.genesis_time) add("--timestamp", std::to_string(*options.genesis_time));
  if (options.state) add("--state", options.state->string());
  return list;
}

/// In the child: nothing here may allocate or lock, other threads of the parent may have held the locks.
[[noreturn]] void become(char* const* argv, int messages, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // it died in between
  setpgid(0, 0);  // a terminal's Ctrl-C is for the parent, which then stops the node in order
  const int none = open("/dev/null", O_RDONLY);
  dup2(none, STDIN_FILENO);
  dup2(messages, STDOUT_FILENO);
  dup2(messages, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

pid_t spawn(std::vector<std::string> list, int messages) {
  std::vector<char*> argv;
  for (std::string& argument : list) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(argv.data(), messages, parent);
  return child;
}

/// The port named in a whole line of the messages, 0 if there is none yet.
std::uint16_t listening_port(const std::string& messages) {
  const std::size_t at = messages.find(kListening);
  if (at == std::string::npos || messages.find('\n', at) == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::strtoul(messages.c_str() + at + kListening.size(), nullptr, 10));
}

/// Has ended, and is cleared away.
bool reap(pid_t pid) { return waitpid(pid, nullptr, WNOHANG) == pid; }

}  // namespace

Result<EvmNode> EvmNode::start(const EvmNodeOptions& options) {
  if (access(options.binary.c_str(), X_OK) != 0)
    return fail("{}: the local ledger's program is not there; it comes with the setup of this project",
                options.binary.string());
  const MessageFile messages = TRY(MessageFile::open(options.log_file));
  const pid_t pid = spawn(arguments(options), messages.descriptor());
  if (pid < 0) return fail("{}: cannot start: {}", options.binary.string(), std::strerror(errno));
  EvmNode node(pid, 0);
  for (const auto deadline = Clock::now() + kStartTimeout; Clock::now() < deadline;) {
    const bool ended = reap(pid);
    if (ended) node.pid_ = -1;
    node.port_ = listening_port(messages.text());
    if (ended) return fail("{} ended instead of listening: {}", options.binary.string(), messages.text());
    if (node.port_ != 0) return node;
    std::this_thread::sleep_for(kPollInterval);
  }
  return fail("{} does not listen after {} seconds: {}", options.binary.string(), kStartTimeout.count(),
              messages.text());
}

EvmNode::EvmNode(EvmNode&& other) noexcept : pid_(std::exchange(other.pid_, -1)), port_(other.port_) {}

EvmNode& EvmNode::operator=(EvmNode&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    port_ = other.port_;
  }
  return *this;
}

EvmNode::~EvmNode() { stop(); }

std::string EvmNode::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

bool EvmNode::is_running() {
  if (pid_ > 0 && reap(pid_)) pid_ = -1;
  return pid_ > 0;
}

void EvmNode::stop() {
  if (!is_running()) return;
  kill(pid_, SIGTERM);
  for (const auto deadline = Clock::now() + kStopTimeout; Clock::now() < deadline;) {
    if (!is_running()) return;
    std::this_thread::sleep_for(kPollInterval);
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace lydian::ledger
