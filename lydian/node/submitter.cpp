#include "lydian/node/submitter.h"

#include "lydian/core/ensure.h"

namespace lydian::node {
namespace {

constexpr const char* kPost = "post";

/// Names the intent to post a program: one is open at a time.
std::uint64_t intent_key(const Root& program_root) {
  return load_be<std::uint64_t>(program_root.bytes.data()) >> 1;
}

}  // namespace

Status Submitter::post(const Posting& posting) {
  Pending pending{.program_root = program::root_of(posting.program), .posting = posting};
  pending.blob = TRY(context_->library.put(program::encode(posting.program)));
  for (const Bytes& constant : posting.constants) TRY(context_->library.put(constant));
  Bytes before(8);
  store_be(before.data(), TRY(context_->market.job_count()));
  // An intent that a killed process left behind comes back as it was, with the job count of then.
  const std::uint64_t key = intent_key(pending.program_root);
  std::uint64_t repeat = 0;
  do {
    pending.intent = TRY(context_->store.plan(kPost, key, repeat++, before));
  } while (pending.intent.state != store::IntentState::kPlanned);
  if (pending.intent.payload.size() != 8)
    return fail("the store's intent to post job {} is damaged", pending.program_root.hex());
  pending.jobs_before = load_be<std::uint64_t>(pending.intent.payload.data());
  pending_ = std::move(pending);
  job_.reset();
  return {};
}

Result<bool> Submitter::serve(const ledger::Job& job) {
  const auto bytes = TRY(context_->library.blob({job.blob_root, job.blob_length}));
  if (!bytes) return false;
  const program::Program program = TRY(program::decode_program(*bytes));
  bool complete = true;
  for (const program::Constant& constant : program.constants) {
    complete = TRY(context_->library.blob({constant.root, static_cast<std::uint64_t>(constant.bytes)}))
                   .has_value() &&
               complete;
  }
  return complete;
}

Status Submitter::tick() {
  if (pending_ && !job_) TRY_STATUS(push(*pending_));
  if (context_->outbox.in_flight("claim")) return {};
  if (TRY(context_->market.claimable(context_->config.self)).is_zero()) return {};
  return context_->outbox.submit("claim", context_->market.claim(context_->config.self));
}

Status Submitter::acknowledge() {
  ENSURE(pending_ && job_);
  TRY_STATUS(context_->store.settle(pending_->intent.id, store::IntentState::kDone));
  pending_.reset();
  return {};
}

/// The job that this intent made.
Result<std::optional<std::uint64_t>> Submitter::find(const Pending& pending) const {
  const std::uint64_t count = TRY(context_->market.job_count());
  for (std::uint64_t id = pending.jobs_before + 1; id <= count; ++id) {
    const ledger::Job job = TRY(context_->market.job(id));
    if (job.submitter == context_->config.self && job.program_root == pending.program_root) return id;
  }
  return std::nullopt;
}

Status Submitter::push(const Pending& pending) {
  const std::string approve = fmt::format("approve:post:{}", pending.intent.id);
  const std::string post = fmt::format("post:{}", pending.intent.id);
  // As long as a posting may still enter a block, no second one is made.
  if (context_->outbox.in_flight(approve) || context_->outbox.in_flight(post)) return {};
  if (job_ = TRY(find(pending)); job_) {
    context_->tell({"posted",
                    fmt::format("job {} is posted", *job_),
                    {{"job", *job_}, {"program", pending.program_root.hex()}}});
    return {};
  }
  const ledger::Terms& terms = pending.posting.terms;
  const ledger::Uint256 escrow = ledger::escrow_of(pending.posting.program, terms);
  if (TRY(context_->market.allowance(context_->config.self)) < escrow)
    return context_->outbox.submit(approve, context_->market.approve_market(escrow));
  return context_->outbox.submit(post, context_->market.post(pending.posting.program, pending.blob.root,
                                                             pending.blob.size_bytes, terms));
}

}  // namespace lydian::node
