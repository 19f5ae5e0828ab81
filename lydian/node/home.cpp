#include "lydian/node/home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lydian/core/file.h"

namespace lydian::node {

namespace fs = std::filesystem;

Result<fs::path> default_home() {
  if (const char* home = std::getenv("LYDIAN_HOME"); home != nullptr && *home != '\0') return fs::path(home);
  if (const char* user = std::getenv("HOME"); user != nullptr && *user != '\0')
    return fs::path(user) / ".lydian";
  return fail("there is no home folder: set LYDIAN_HOME or pass --home DIR");
}

Result<HomeFolder> HomeFolder::create(const fs::path& path) {
  HomeFolder home(path);
  std::error_code error;
  for (const fs::path& folder : {path, home.keystore(), home.blobs(), home.swarm()}) {
    if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
    if (error || !fs::is_directory(folder))
      return fail("{}: cannot make this folder of the home: {}", folder.string(),
                  error ? error.message() : "a file of this name is there");
  }
  return home;
}

Result<std::vector<fs::path>> HomeFolder::keys() const {
  std::vector<fs::path> files;
  if (!fs::exists(keystore())) return files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(keystore(), error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) return fail("{}: cannot list the keys: {}", keystore().string(), error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::optional<ledger::Deployment>> HomeFolder::network() const {
  if (!fs::exists(network_file())) return std::nullopt;
  const std::string text = TRY(read_text_file(network_file()));
  auto deployment = ledger::parse_deployment(text);
  if (!deployment) return within(network_file().string(), deployment.error());
  return std::move(*deployment);
}

Status HomeFolder::join(const ledger::Deployment& deployment) const {
  if (auto known = TRY(network()); known) {
    if (*known == deployment) return {};
    known->rpc_url = deployment.rpc_url;
    if (*known != deployment) {
      return fail(
          "{}: this home belongs to another network (chain {}, market {}); use another --home for chain {}, "
          "market {}",
          path_.string(), known->chain_id, known->market.text(), deployment.chain_id,
          deployment.market.text());
    }
  }
  return write_file_atomic(network_file(), as_bytes(ledger::to_json(deployment)));
}

Result<HomeLock> HomeLock::take(const HomeFolder& home) {
  const fs::path path = home.path() / "lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return fail("{}: cannot open: {}", path.string(), std::strerror(errno));
  HomeLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return fail("{}: another lydian process works in this home; stop it, or use another --home",
                  home.path().string());
    return fail("{}: cannot lock: {}", path.string(), std::strerror(errno));
  }
  return lock;
}

HomeLock::HomeLock(HomeLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

HomeLock::~HomeLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace lydian::node
