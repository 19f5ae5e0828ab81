// A job's program and constants on this node: from its own blobs, or fetched from the swarm by what the
// ledger says.
#pragma once

#include "lydian/ledger/market.h"
#include "lydian/program/program.h"
#include "lydian/store/blob_store.h"
#include "lydian/swarm/swarm.h"

namespace lydian::node {

using swarm::BlobId;

/// All that a job needs to be run. Kept at one place: views point into it.
struct JobFiles {
  program::Program program;
  std::vector<Bytes> constants;

  [[nodiscard]] std::vector<ByteView> constant_views() const { return {constants.begin(), constants.end()}; }
};

class Library {
 public:
  Library(store::BlobStore& blobs, swarm::Swarm& swarm) : blobs_(&blobs), swarm_(&swarm) {}

  /// Peers to ask; refreshed from the registry.
  void set_peers(std::vector<swarm::Endpoint> peers);

  /// Nothing while it is being fetched; call again. A blob that is here is served to others from then on.
  [[nodiscard]] Result<std::optional<Bytes>> blob(const BlobId& id);
  /// Stores and serves.
  [[nodiscard]] Result<BlobId> put(ByteView content);
  /// Serves all that is here, as before a restart.
  [[nodiscard]] Status serve_all();

  /// Nothing while parts are being fetched. Fails for a program that is malformed, not the job's, or needs
  /// more than memory_bytes.
  [[nodiscard]] Result<std::unique_ptr<JobFiles>> open(const ledger::Job& job, std::int64_t memory_bytes);

 private:
  Status serve(const BlobId& id);

  store::BlobStore* blobs_;
  swarm::Swarm* swarm_;
  std::vector<swarm::Endpoint> peers_;
};

}  // namespace lydian::node
