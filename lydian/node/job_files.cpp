#include "lydian/node/job_files.h"

#include "lydian/program/cost.h"

namespace lydian::node {
namespace {

constexpr std::chrono::minutes kFetchTimeout{10};
// A peer that was asked before it served the blob is not asked again for a minute or more; a fetch that
// begins anew asks at once.
constexpr std::chrono::seconds kLonely{3};

}  // namespace

void Library::set_peers(std::vector<swarm::Endpoint> peers) {
  for (const swarm::Endpoint& peer : peers) swarm_->add_peer(peer);
  peers_ = std::move(peers);
}

Result<BlobId> Library::put(ByteView content) {
  const BlobId id = TRY(blobs_->put(content));
  if (id.size_bytes > 0 && !swarm_->transfer(id)) TRY_STATUS(swarm_->publish(id, blobs_->path(id)));
  return id;
}

Result<std::optional<Bytes>> Library::blob(const BlobId& id) {
  const auto transfer = swarm_->transfer(id);
  if (blobs_->has(id)) {
    if (!transfer && id.size_bytes > 0) TRY_STATUS(swarm_->publish(id, blobs_->path(id)));
    return TRY(blobs_->read(id));
  }
  if (!transfer || transfer->state == swarm::TransferState::kFailed) {
    TRY_STATUS(swarm_->fetch({id, blobs_->path(id), peers_, kFetchTimeout}));
  } else {
    begin_anew_if_lonely(id, *transfer);
  }
  return std::nullopt;
}

void Library::begin_anew_if_lonely(const BlobId& id, const swarm::Transfer& transfer) {
  const auto now = std::chrono::steady_clock::now();
  if (transfer.state != swarm::TransferState::kFetching || transfer.peers > 0) {
    lonely_since_.erase(id);
    return;
  }
  const auto since = lonely_since_.try_emplace(id, now).first->second;
  if (now - since < kLonely) return;
  lonely_since_.erase(id);
  swarm_->forget(id);  // what it has received stays
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
