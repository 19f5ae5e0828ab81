// Work with jobs that needs no account: reading the ledger, fetching blobs. And the waiting for both, which
// nodes share.
#pragma once

#include "lydian/cli/place.h"
#include "lydian/swarm/swarm.h"

namespace lydian::cli {

/// Where a wait gets what it waits for.
struct Source {
  const ledger::Market& market;
  node::Library& library;
  std::function<Status()> turn;  // takes in what happened; an error is passed on
  int patience_seconds = 120;    // that nothing may come
};

[[nodiscard]] Result<Bytes> fetch_blob(const Source& source, const swarm::BlobId& id,
                                       const std::string& what);
[[nodiscard]] Result<std::unique_ptr<node::JobFiles>> fetch_files(const Source& source,
                                                                  const ledger::Job& job,
                                                                  std::int64_t memory_bytes);
/// The address of a settled job's result.
[[nodiscard]] Result<swarm::BlobId> result_of(const Source& source, const ledger::Job& job);
/// A job that exists.
[[nodiscard]] Result<ledger::Job> job_of(const ledger::Market& market, std::uint64_t id);

/// A home at work without an account.
class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const PlaceOptions& options);

  [[nodiscard]] Source source();
  [[nodiscard]] const ledger::Market& market() const { return market_; }

 private:
  Session(node::HomeLock lock, store::BlobStore blobs, std::unique_ptr<swarm::Swarm> swarm,
          ledger::RpcClient rpc, const ledger::Deployment& deployment)
      : lock_(std::move(lock)),
        blobs_(std::move(blobs)),
        swarm_(std::move(swarm)),
        rpc_(std::move(rpc)),
        market_(rpc_, deployment),
        library_(blobs_, *swarm_) {}
  Status turn();

  node::HomeLock lock_;
  store::BlobStore blobs_;
  std::unique_ptr<swarm::Swarm> swarm_;
  ledger::RpcClient rpc_;
  ledger::Market market_;
  node::Library library_;
  std::int64_t peers_until_ms_ = 0;
};

/// Memory that this machine has, in bytes.
[[nodiscard]] std::int64_t machine_memory();

}  // namespace lydian::cli
