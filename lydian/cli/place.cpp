#include "lydian/cli/place.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lydian/cli/interrupt.h"
#include "lydian/core/file.h"

namespace lydian::cli {
namespace {

namespace fs = std::filesystem;

/// Without its line end.
std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

/// Turns the terminal's echo off while it lives.
class Silence {
 public:
  Silence() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

 private:
  termios before_{};
};

/// A line that the terminal does not show. An interrupt ends it here, so that the echo comes back.
Result<std::string> ask(const std::string& question) {
  catch_interrupts();
  fmt::print(stderr, "{}: ", question);
  std::string answer;
  {
    const Silence silence;
    char c = 0;
    ssize_t size = 0;
    while (!is_interrupted() && (size = ::read(STDIN_FILENO, &c, 1)) != 0) {
      if (size == 1 && c == '\n') break;
      if (size == 1) answer += c;
      if (size < 0 && errno != EINTR) break;
    }
  }
  fmt::print(stderr, "\n");
  if (is_interrupted()) return fail("interrupted");
  return answer;
}

bool is_on_this_machine(const ledger::Deployment& deployment) {
  return deployment.rpc_url.starts_with("http://127.0.0.1") ||
         deployment.rpc_url.starts_with("http://localhost");
}

}  // namespace

void add_home_option(CLI::App& verb, PlaceOptions& options) {
  verb.add_option("--home", options.home, "this node's folder (default: LYDIAN_HOME, else ~/.lydian)");
}

void add_network_options(CLI::App& verb, PlaceOptions& options) {
  add_home_option(verb, options);
  verb.add_option("--network", options.network, "the network file (default: network.json of the home)");
}

void add_key_options(CLI::App& verb, PlaceOptions& options) {
  verb.add_option("--key", options.key,
                  "a keystore file, or the address of a key in the home (default: its only one)");
  verb.add_option("--password-file", options.password_file,
                  "a file whose content unlocks the key (default: LYDIAN_PASSWORD, else asked)");
}

void add_swarm_options(CLI::App& verb, PlaceOptions& options) {
  verb.add_option("--listen", options.listen, "address:port of the swarm (default: any free port)");
  verb.add_option("--announce", options.announce,
                  "address:port where others reach it (default: where it listens)");
}

Result<node::HomeFolder> open_home(const PlaceOptions& options) {
  const fs::path path = options.home.empty() ? TRY(node::default_home()) : fs::path(options.home);
  return node::HomeFolder::create(path);
}

Result<ledger::Deployment> network_of(const PlaceOptions& options, const node::HomeFolder& home) {
  if (options.network.empty()) {
    const auto known = TRY(home.network());
    if (known) return *known;
    return fail(
        "{}: this home belongs to no network yet; pass --network FILE once (lydian devnet writes such a "
        "file)",
        home.path().string());
  }
  const std::string text = TRY(read_text_file(options.network));
  auto deployment = ledger::parse_deployment(text);
  if (!deployment) return within(options.network, deployment.error());
  return std::move(*deployment);
}

Result<ledger::RpcClient> open_ledger(const ledger::Deployment& deployment) {
  auto rpc = TRY(ledger::RpcClient::open(deployment.rpc_url));
  TRY_STATUS(ledger::check_ledger(rpc, deployment));
  return rpc;
}

Result<fs::path> key_file_of(const PlaceOptions& options, const node::HomeFolder& home) {
  if (!options.key.empty() && fs::exists(options.key)) return fs::path(options.key);
  const std::vector<fs::path> files = TRY(home.keys());
  if (options.key.empty()) {
    if (files.size() == 1) return files.front();
    if (files.empty())
      return fail("{}: there is no key; make one with lydian keys new, or pass --key FILE",
                  home.keystore().string());
    return fail("{}: there are {} keys; say which with --key ADDRESS (lydian keys list shows them)",
                home.keystore().string(), files.size());
  }
  const auto wanted = crypto::Address::parse(options.key);
  if (!wanted) return fail("--key {}: neither a file nor an address", options.key);
  for (const fs::path& file : files) {
    if (TRY(read_keystore(file)).address() == *wanted) return file;
  }
  return fail("--key {}: {} has no key of this address", options.key, home.keystore().string());
}

Result<node::NodeOptions> node_options(const PlaceOptions& options, const node::HomeFolder& home,
                                       int threads) {
  node::NodeOptions result{
      .home = home.path(), .deployment = TRY(network_of(options, home)), .threads = threads};
  TRY_STATUS(home.join(result.deployment));
  result.loopback = is_on_this_machine(result.deployment);
  if (result.loopback) result.listen = {{"127.0.0.1", 0}};
  if (!options.listen.empty()) result.listen = {TRY(swarm::parse_endpoint(options.listen))};
  if (!options.announce.empty()) result.announce = {TRY(swarm::parse_endpoint(options.announce))};
  return result;
}

Result<std::string> read_password(const std::string& password_file, const std::string& question,
                                  bool is_new) {
  if (!password_file.empty()) return trimmed(TRY(read_text_file(password_file)));
  if (const char* password = std::getenv("LYDIAN_PASSWORD"); password != nullptr)
    return std::string(password);
  if (::isatty(STDIN_FILENO) != 1)
    return fail("no password: pass --password-file FILE or set LYDIAN_PASSWORD");
  const std::string password = TRY(ask(question));
  if (!is_new) return password;
  if (password.empty()) return fail("the password is empty; a key needs one");
  if (TRY(ask("the same again")) != password) return fail("the two passwords differ; nothing was written");
  return password;
}

Result<crypto::Keystore> read_keystore(const fs::path& file) {
  const std::string text = TRY(read_text_file(file));
  auto keystore = crypto::Keystore::parse(text);
  if (!keystore) return within(file.string(), keystore.error());
  return std::move(*keystore);
}

Result<crypto::PrivateKey> unlock_key(const PlaceOptions& options, const node::HomeFolder& home) {
  const fs::path file = TRY(key_file_of(options, home));
  const crypto::Keystore keystore = TRY(read_keystore(file));
  const std::string password =
      TRY(read_password(options.password_file, fmt::format("password of {}", file.string()), false));
  auto key = keystore.unlock(password);
  if (!key) return within(file.string(), key.error());
  return std::move(*key);
}

Status check_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!fs::is_directory(folder))
    return fail("{}: the folder {} does not exist", file.string(), folder.string());
  return {};
}

Status write_new_private_file(const fs::path& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail("{}: cannot create: {}", path.string(), std::strerror(errno));
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(file) == 0;
  const int why = errno;
  ::close(file);
  if (written) return {};
  std::error_code ignored;
  fs::remove(path, ignored);
  return fail("{}: cannot write: {}", path.string(), std::strerror(why));
}

}  // namespace lydian::cli
