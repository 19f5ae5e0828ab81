#include "lydian/node/answerer.h"

namespace lydian::node {
namespace {

using ledger::Demand;
using ledger::Demanded;
using ledger::Job;

constexpr std::uint64_t kBlocksAtOnce = 10'000;  // of the ledger, in one question for logs

}  // namespace

Status Answerer::tick() {
  is_busy_ = false;
  TRY_STATUS(listen());
  const std::uint64_t now = TRY(context_->market.now());
  const Status answered = for_each_of(*context_, heard_, [&](const Demanded& demanded) -> Status {
    return now > demanded.deadline ? Status() : answer(demanded);
  });
  opened_.reset();
  // Nobody asks for it any more: it came by the swarm, or the claim was dropped.
  if (answered && !is_busy_) rerun_.reset();
  const Status collected = collect();
  return answered ? collected : answered;
}

/// Reads on in the logs.
Status Answerer::listen() {
  const ledger::LogFilter filter = demands_.naming(context_->config.self);
  std::uint64_t from = 0;
  do {
    ledger::LogCursor cursor = cursor_;
    from = cursor.next_block();
    const auto news = TRY(cursor.poll(context_->market.rpc(), filter, kBlocksAtOnce));
    std::vector<Demanded> heard;
    for (const ledger::Log& log : news.logs) heard.push_back(TRY(ledger::Demands::read(log)));
    if (news.rewound_to)
      std::erase_if(heard_, [&](const Demanded& its) { return its.made_in > *news.rewound_to; });
    heard_.insert(heard_.end(), heard.begin(), heard.end());
    cursor_ = std::move(cursor);
  } while (cursor_.next_block() == from + kBlocksAtOnce);
  return {};
}

Status Answerer::answer(const Demanded& demanded) {
  if (context_->outbox.in_flight(fmt::format("answer:{}", demanded.id))) return {};
  const Demand demand = TRY(demands_.demand(demanded.id));
  if (!demand.is_open) return {};
  const Job job = TRY(context_->market.job(demand.job));
  // On a claim that was dropped nobody owes anything.
  if (job.attempt != demand.attempt || demand.checkpoint >= job.committed) return {};
  const dispute::Tensor* state = TRY(state_of(job, demand));
  return state == nullptr ? Status() : show(demanded, *state);
}

Status Answerer::show(const Demanded& demanded, const dispute::Tensor& state) {
  const std::uint64_t index = demanded.block_index;
  TRY_STATUS(
      context_->outbox.submit(fmt::format("answer:{}", demanded.id),
                              demands_.answer(demanded.id, state.block(index), state.tree().proof(index))));
  context_->tell({"answered",
                  fmt::format("job {}: {} demands block {} of checkpoint {}; it is shown on the ledger",
                              demanded.job, demanded.asker.text(), index, demanded.checkpoint),
                  {{"demand", demanded.id},
                   {"job", demanded.job},
                   {"checkpoint", demanded.checkpoint},
                   {"block", index}}});
  return {};
}

/// Nothing while it is being fetched or computed.
Result<const dispute::Tensor*> Answerer::state_of(const Job& job, const Demand& demand) {
  const BlobId id{demand.root, demand.length};
  if (opened_ && opened_->id == id) return &opened_->state;
  auto bytes = TRY(context_->library.blob(id));
  if (!bytes) {
    TRY_STATUS(compute_again(job, demand));
    return nullptr;
  }
  opened_.emplace(id, dispute::Tensor(std::move(*bytes)));
  return &opened_->state;
}

/// A turn of computing a lost checkpoint, one at a time.
Status Answerer::compute_again(const Job& job, const Demand& demand) {
  const Place place{job.id, job.attempt, demand.checkpoint};
  if (unlike_.contains(place)) return {};
  if (!rerun_) TRY_STATUS(begin(job, place));
  if (!rerun_ || rerun_->place != place || is_busy_) return {};
  is_busy_ = true;
  const std::uint64_t end = boundaries_of(job, place.checkpoint).hi;
  run_turn(*context_, *rerun_->machine, end, rerun_->boundary, rerun_->state);
  if (rerun_->boundary < end) return {};
  const BlobId found = TRY(context_->library.put(rerun_->state));
  rerun_.reset();
  if (found == BlobId{demand.root, demand.length}) return {};
  unlike_.insert(place);
  return fail(
      "job {}: checkpoint {} is committed as {} and came out as {} now; what is demanded of it is lost",
      job.id, place.checkpoint, demand.root.hex(), found.root.hex());
}

/// From the nearest state before it that is here.
Status Answerer::begin(const Job& job, const Place& place) {
  std::shared_ptr<JobFiles> files = TRY(context_->library.open(job, context_->config.memory_bytes));
  if (!files) return {};
  std::uint64_t first = place.checkpoint;
  auto start = TRY(start_of(*context_, job, files->program, first));
  while (!start) start = TRY(start_of(*context_, job, files->program, --first));
  Rerun rerun{place, files, context_->make_machine(*files, context_->pool), boundaries_of(job, first).lo,
              std::move(*start)};
  context_->tell({"recomputing",
                  fmt::format("job {}: checkpoint {} is demanded and not here: computing it from boundary {}",
                              job.id, place.checkpoint, rerun.boundary),
                  {{"job", job.id}, {"checkpoint", place.checkpoint}, {"boundary", rerun.boundary}}});
  rerun_.emplace(std::move(rerun));
  return {};
}

Status Answerer::collect() {
  const ledger::Address& self = context_->config.self;
  if (TRY(demands_.claimable(self)).is_zero()) return {};
  return context_->outbox.submit("claim:demands", demands_.claim(self));
}

}  // namespace lydian::node
