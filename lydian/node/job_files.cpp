#include "lydian/node/job_files.h"

#include "lydian/program/cost.h"

namespace lydian::node {
namespace {

constexpr std::chrono::minutes kFetchTimeout{10};

}  // namespace

void Library::set_peers(std::vector<swarm::Endpoint> peers) {
  for (const swarm::Endpoint& peer : peers) swarm_->add_peer(peer);
  peers_ = std::move(peers);
}

Result<BlobId> Library::put(ByteView content) {
  const BlobId id = TRY(blobs_->put(content));
  TRY_STATUS(serve(id));
  return id;
}

Status Library::serve_all() {
  for (const BlobId& id : TRY(blobs_->list())) TRY_STATUS(serve(id));
  return {};
}

/// A blob that is here. A fetch of it has nothing left to do and makes way.
Status Library::serve(const BlobId& id) {
  const auto transfer = swarm_->transfer(id);
  const bool is_served = transfer && transfer->state == swarm::TransferState::kAvailable;
  if (id.size_bytes == 0 || is_served) return {};
  return swarm_->publish(id, blobs_->path(id));
}

Result<std::optional<Bytes>> Library::blob(const BlobId& id) {
  if (blobs_->has(id)) {
    if (auto content = blobs_->read(id)) {
      TRY_STATUS(serve(id));
      return std::move(*content);
    }
    swarm_->forget(id);  // damaged: fetched again
    TRY_STATUS(blobs_->remove(id));
  }
  const auto transfer = swarm_->transfer(id);
  const bool is_coming = transfer && transfer->state != swarm::TransferState::kFailed;
  if (!is_coming) TRY_STATUS(swarm_->fetch({id, blobs_->path(id), peers_, kFetchTimeout}));
  return std::nullopt;
}

Result<std::unique_ptr<JobFiles>> Library::open(const ledger::Job& job, std::int64_t memory_bytes) {
  const auto bytes = TRY(blob({job.blob_root, job.blob_length}));
  if (!bytes) return nullptr;
  auto files = std::make_unique<JobFiles>();
  files->program = TRY(program::decode_program(*bytes));
  const Root root = program::root_of(files->program);
  if (root != job.program_root)
    return fail("the program has the root {}, the ledger says {}", root.hex(), job.program_root.hex());
  TRY_STATUS(program::check_memory(files->program, memory_bytes));
  bool complete = true;
  for (const program::Constant& constant : files->program.constants) {
    auto content = TRY(blob({constant.root, static_cast<std::uint64_t>(constant.bytes)}));
    if (content)
      files->constants.push_back(std::move(*content));
    else
      complete = false;  // go on: the others are fetched beside it
  }
  if (!complete) return nullptr;
  return files;
}

}  // namespace lydian::node
