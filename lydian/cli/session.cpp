#include "lydian/cli/session.h"

#include <unistd.h>

#include "lydian/cli/interrupt.h"
#include "lydian/dispute/position.h"
#include "lydian/swarm/torrent_swarm.h"

namespace lydian::cli {
namespace {

constexpr std::int64_t kPeersEveryMs = 3'000;
constexpr int kLookEveryMs = 20;

/// Turns until `look` has something, which is what it returns; nothing is an empty optional or pointer.
template <typename Look>
auto wait_for(const Source& source, const std::string& what, Look look) -> decltype(look()) {
  const std::int64_t end = node::steady_clock().now_ms() + 1000LL * source.patience_seconds;
  while (!is_interrupted()) {
    TRY_STATUS(source.turn());
    auto found = look();
    if (!found || *found) return found;
    if (node::steady_clock().now_ms() > end) {
      return fail(
          "{}: nobody sent it in {} seconds; the solver or the submitter must be running (lydian node, "
          "lydian watch)",
          what, source.patience_seconds);
    }
    pause_ms(kLookEveryMs);
  }
  return fail("interrupted while {} was fetched", what);
}

}  // namespace

Result<Bytes> fetch_blob(const Source& source, const swarm::BlobId& id, const std::string& what) {
  auto blob = wait_for(source, what, [&] { return source.library.blob(id); });
  if (!blob) return std::unexpected(blob.error());
  return std::move(blob->value());
}

Result<std::unique_ptr<node::JobFiles>> fetch_files(const Source& source, const ledger::Job& job,
                                                    std::int64_t memory_bytes) {
  return wait_for(source, fmt::format("the files of job {}", job.id),
                  [&] { return source.library.open(job, memory_bytes); });
}

Result<swarm::BlobId> result_of(const Source& source, const ledger::Job& job) {
  if (job.status != ledger::JobStatus::settled)
    return fail("job {} is {}: a result is there when it is settled", job.id, name_of(job.status));
  const Bytes blob =
      TRY(fetch_blob(source, {job.blob_root, job.blob_length}, fmt::format("the program of job {}", job.id)));
  const program::Program program = TRY(program::decode_program(blob));
  const std::uint64_t last = dispute::checkpoint_count(job.steps, job.interval) - 1;
  return swarm::BlobId{TRY(source.market.checkpoint(job.id, last)).root,
                       static_cast<std::uint64_t>(program.result_bytes)};
}

Result<ledger::Job> job_of(const ledger::Market& market, std::uint64_t id) {
  const std::uint64_t count = TRY(market.job_count());
  if (id == 0 || id > count)
    return fail("there is no job {}; the ledger has {} (lydian jobs lists them)", id, count);
  return market.job(id);
}

Result<std::unique_ptr<Session>> Session::open(const PlaceOptions& options) {
  const node::HomeFolder home = TRY(open_home(options));
  auto lock = TRY(node::HomeLock::take(home));
  const node::NodeOptions where = TRY(node_options(options, home, 1));
  auto rpc = TRY(open_ledger(where.deployment));
  auto blobs = TRY(store::BlobStore::open(home.blobs()));
  std::unique_ptr<swarm::Swarm> swarm = TRY(swarm::TorrentSwarm::open(
      {.folder = home.swarm(), .listen = where.listen, .loopback = where.loopback}));
  return std::unique_ptr<Session>(
      new Session(std::move(lock), std::move(blobs), std::move(swarm), std::move(rpc), where.deployment));
}

Source Session::source() {
  return {market_, library_, [this] { return turn(); }};
}

Status Session::turn() {
  const std::int64_t now = node::steady_clock().now_ms();
  if (now >= peers_until_ms_) {
    library_.set_peers(TRY(node::peers_of(market_, {})));
    peers_until_ms_ = now + kPeersEveryMs;
  }
  swarm_->tick();
  return {};
}

std::int64_t machine_memory() {
  return static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace lydian::cli
