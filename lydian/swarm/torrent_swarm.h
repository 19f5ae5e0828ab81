// TorrentSwarm: the swarm over BitTorrent v2 and its DHT. Blobs are found by the info-hash that follows from
// root and length; announcements are items of the DHT under the node's key (BEP 44).
#pragma once

#include <memory>

#include "lydian/swarm/swarm.h"

namespace lydian::swarm {

struct TorrentSwarmOptions {
  std::filesystem::path folder;  // for partial files; created where it does not exist
  std::vector<Endpoint> listen = {{"0.0.0.0", 0}, {"::", 0}};  // port 0: any that is free
  bool loopback =
      false;  // all nodes are on this machine: no multicast, no gateways, one address for all is fine
  int download_bytes_per_second_max = 0;  // 0: no limit
  int upload_bytes_per_second_max = 0;
  int connections_max = 200;
};

class TorrentSwarm : public Swarm {
 public:
  /// Listens when it returns.
  static Result<std::unique_ptr<TorrentSwarm>> open(const TorrentSwarmOptions& options);
  ~TorrentSwarm() override;

  [[nodiscard]] Status publish(const BlobId& id, const std::filesystem::path& file) override;
  [[nodiscard]] Status fetch(const FetchRequest& request) override;
  [[nodiscard]] std::optional<Transfer> transfer(const BlobId& id) const override;
  void forget(const BlobId& id) override;

  void add_peer(const Endpoint& peer) override;
  [[nodiscard]] std::uint16_t listen_port() const override;

  void announce(const Announcement& announcement, const crypto::Ed25519Key& key) override;
  void look_up(const crypto::Ed25519PublicKey& node, std::uint64_t job) override;
  [[nodiscard]] std::optional<Announcement> announcement(const crypto::Ed25519PublicKey& node,
                                                         std::uint64_t job) const override;
  void tick() override;

 private:
  class Impl;
  explicit TorrentSwarm(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lydian::swarm
