// Swarm: how a node moves blobs and hears of other nodes. The node drives it with tick() and asks; nothing
// calls back. A fetched blob appears at its destination whole, after its root matched, or not at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/ed25519.h"
#include "lydian/swarm/announcement.h"
#include "lydian/swarm/blob_id.h"
#include "lydian/swarm/endpoint.h"

namespace lydian::swarm {

/// checking: what lies on the disk is hashed. fetching: waiting for peers or receiving. verifying: the
/// finished file is compared with the root. available: the blob is in place and served to others. failed: see
/// the error.
enum class TransferState { kChecking, kFetching, kVerifying, kAvailable, kFailed };

struct Transfer {
  TransferState state = TransferState::kChecking;
  std::uint64_t bytes_done = 0;  // of the blob's size, known to be right
  std::uint64_t bytes_per_second = 0;
  int peers = 0;  // connected now
  std::string error;
};

struct FetchRequest {
  BlobId id;
  std::filesystem::path destination;  // on the file system of the swarm's own folder
  std::vector<Endpoint> peers;        // those known to have it; others are found in the DHT
  std::chrono::milliseconds
      timeout;  // from now; a fetch that failed by it can be asked for again and goes on
};

class Swarm {
 public:
  virtual ~Swarm() = default;

  /// Serves the blob from a file that nobody will change. The file is checked before the first byte leaves.
  [[nodiscard]] virtual Status publish(const BlobId& id, const std::filesystem::path& file) = 0;
  /// Starts a fetch. Asking again while it runs adds the peers and starts its time anew.
  [[nodiscard]] virtual Status fetch(const FetchRequest& request) = 0;
  /// Nothing: neither published nor fetched.
  [[nodiscard]] virtual std::optional<Transfer> transfer(const BlobId& id) const = 0;
  /// Stops serving or fetching. A file in place stays, and so does what a fetch has received.
  virtual void forget(const BlobId& id) = 0;

  /// Another node: a way into the DHT, and a peer to ask for every blob.
  virtual void add_peer(const Endpoint& peer) = 0;
  [[nodiscard]] virtual std::uint16_t listen_port() const = 0;

  /// Spreads the announcement; key is announcement.node's.
  virtual void announce(const Announcement& announcement, const crypto::Ed25519Key& key) = 0;
  /// Asks for the node's newest announcement about the job.
  virtual void look_up(const crypto::Ed25519PublicKey& node, std::uint64_t job) = 0;
  /// The newest that was found so far, with a valid signature.
  [[nodiscard]] virtual std::optional<Announcement> announcement(const crypto::Ed25519PublicKey& node,
                                                                 std::uint64_t job) const = 0;

  /// Takes in what has happened since the last call. Never waits.
  virtual void tick() = 0;
};

}  // namespace lydian::swarm
