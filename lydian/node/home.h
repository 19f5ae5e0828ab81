// A node's home folder: keys, store, blobs and the network it belongs to. One process at a time works in a
// home.
//
//   keystore/*.json  network.json  node.db  blobs/  snapshots/  swarm/  lock
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "lydian/ledger/deployment.h"

namespace lydian::node {

/// Where a home is when nobody says: LYDIAN_HOME, else ~/.lydian.
[[nodiscard]] Result<std::filesystem::path> default_home();

/// A folder laid out as a home. Looking needs no lock.
class HomeFolder {
 public:
  explicit HomeFolder(std::filesystem::path path) : path_(std::move(path)) {}
  /// The same, made where it does not exist (readable by its owner alone).
  static Result<HomeFolder> create(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path keystore() const { return path_ / "keystore"; }
  [[nodiscard]] std::filesystem::path network_file() const { return path_ / "network.json"; }
  [[nodiscard]] std::filesystem::path blobs() const { return path_ / "blobs"; }
  [[nodiscard]] std::filesystem::path swarm() const { return path_ / "swarm"; }

  /// Key files, by name.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> keys() const;
  /// Nothing if the home belongs to no network yet.
  [[nodiscard]] Result<std::optional<ledger::Deployment>> network() const;
  /// Ties the home to a network for good; where the ledger is reached may change. Refuses another network,
  /// because the store's transactions and commitments mean nothing there.
  [[nodiscard]] Status join(const ledger::Deployment& deployment) const;

 private:
  std::filesystem::path path_;
};

/// The right to work in a home, held until it is destroyed or the process ends.
class HomeLock {
 public:
  static Result<HomeLock> take(const HomeFolder& home);
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&&) = delete;
  ~HomeLock();

 private:
  explicit HomeLock(int file) : file_(file) {}
  int file_;
};

}  // namespace lydian::node
