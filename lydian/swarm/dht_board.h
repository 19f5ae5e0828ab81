// Announcements as mutable items of the DHT (BEP 44). Private to this folder's .cpp files.
#pragma once

#include <chrono>
#include <libtorrent/fwd.hpp>
#include <map>
#include <optional>
#include <utility>

#include "lydian/swarm/announcement.h"

namespace lydian::swarm {

class DhtBoard {
 public:
  using Clock = std::chrono::steady_clock;

  explicit DhtBoard(libtorrent::session& session) : session_(session) {}

  void announce(const Announcement& announcement, const crypto::Ed25519Key& key);
  void look_up(const crypto::Ed25519PublicKey& node, std::uint64_t job);
  [[nodiscard]] std::optional<Announcement> newest(const crypto::Ed25519PublicKey& node,
                                                   std::uint64_t job) const;

  /// True: the alert was one of ours.
  bool take(const libtorrent::alert& alert);
  /// Puts again what failed to be stored, and from time to time what was: the DHT forgets.
  void tick(Clock::time_point now);

 private:
  using Topic = std::pair<crypto::Ed25519PublicKey, std::uint64_t>;  // node, job
  struct Announced {
    Announcement announcement;
    crypto::Ed25519Key key;
    Clock::time_point put_at;
    Clock::duration retry_after;
  };

  void put(const Announced& announced);
  void learn(const Announcement& announcement);
  void on_put(const libtorrent::dht_put_alert& alert);
  void on_item(const libtorrent::dht_mutable_item_alert& alert);

  libtorrent::session& session_;
  std::map<Topic, Announced> announced_;
  std::map<Topic, Announcement> newest_;
};

}  // namespace lydian::swarm
