#include "lydian/node/solver.h"

#include "lydian/program/cost.h"

namespace lydian::node {
namespace {

using ledger::Job;
using ledger::JobStatus;

constexpr const char* kRole = "solver";
constexpr const char* kWorking = "working";
constexpr const char* kBarred = "barred";
constexpr std::int64_t kRememberEveryMs = 10'000;

/// What the store keeps of unfinished work: attempt, then the state's address.
Bytes encode_snapshot(std::uint32_t attempt, const BlobId& state) {
  Bytes bytes(4 + 32 + 8);
  store_be(bytes.data(), attempt);
  std::copy(state.root.bytes.begin(), state.root.bytes.end(), bytes.begin() + 4);
  store_be(bytes.data() + 36, state.size_bytes);
  return bytes;
}

struct Snapshot {
  std::uint32_t attempt;
  BlobId state;
};

std::optional<Snapshot> decode_snapshot(ByteView bytes) {
  if (bytes.size() != 44) return std::nullopt;
  return Snapshot{load_be<std::uint32_t>(bytes.data()),
                  {Root::from_bytes(bytes.subspan(4, 32)), load_be<std::uint64_t>(bytes.data() + 36)}};
}

}  // namespace

Status Solver::tick() {
  const Status answered = answerer_.tick();
  std::vector<Job> jobs;
  const std::uint64_t count = TRY(context_->market.job_count());
  for (std::uint64_t id = 1; id <= count; ++id) jobs.push_back(TRY(context_->market.job(id)));
  const Status tended = for_each_of(*context_, jobs, [this](const Job& job) { return tend(job); });
  const Status worked = work(jobs);
  if (!answered) return answered;
  return tended ? worked : tended;
}

/// What a job needs that this node solves or solved.
Status Solver::tend(const Job& job) {
  if (job.status != JobStatus::running || job.solver != context_->config.self || job.settled == job.committed)
    return {};
  const Status defended = defend(job);
  const Status collected = collect(job);
  return defended ? collected : defended;
}

Status Solver::work(const std::vector<Job>& jobs) {
  if (!TRY(context_->market.claimable(context_->config.self)).is_zero()) {
    TRY_STATUS(context_->outbox.submit("claim", context_->market.claim(context_->config.self)));
  }
  if (!work_) return look_for_work(jobs);
  // The ledger may show an older view than the one the work began with: a reorganisation, or another of
  // several nodes behind one address. Only a later one ends the work.
  if (work_->job > jobs.size()) return fail("job {} is not on the ledger at the moment", work_->job);
  const Job& job = jobs[work_->job - 1];
  is_waiting_ = true;
  if (job.status == JobStatus::settled) {
    context_->tell({"finished", fmt::format("job {} is settled", job.id), {{"job", job.id}}});
    work_.reset();
    return context_->store.remove_job(job.id, kRole);
  }
  const bool has_another = job.status == JobStatus::running && job.attempt == work_->attempt &&
                           job.solver != context_->config.self;
  if (has_another || job.attempt > work_->attempt || job.status == JobStatus::withdrawn)
    return give_up(job, "it is no longer ours");
  if (job.status == JobStatus::open && job.attempt == work_->attempt) return consider(job);
  if (job.status != JobStatus::running || job.attempt != work_->attempt) return {};
  if (TRY(is_late(job)))
    return give_up(job, fmt::format("checkpoint {} was due after {} s; the job is offered to others",
                                    job.committed, job.terms.checkpoint_seconds));
  return go_on(job);
}

Status Solver::defend(const Job& job) {
  const auto challenges = TRY(context_->market.challenges(job.id));
  return for_each_of(*context_, challenges, [&](const ledger::Challenge& challenge) -> Status {
    if (challenge.attempt != job.attempt || challenge.checkpoint < job.settled) return {};
    const auto files = TRY(files_of(job));
    if (files) static_cast<void>(TRY(desk_.play(challenge, job, files)));
    return {};
  });
}

Status Solver::collect(const Job& job) {
  const auto checkpoint = TRY(context_->market.checkpoint(job.id, job.settled));
  const std::uint64_t now = TRY(context_->market.now());
  if (checkpoint.open_games > 0 || now <= checkpoint.committed_at + job.terms.challenge_window) return {};
  return context_->outbox.submit(fmt::format("settle:{}:{}", job.id, job.settled),
                                 context_->market.settle(job.id, job.settled));
}

Result<bool> Solver::is_barred(std::uint64_t job) {
  const auto record = TRY(context_->store.job(job, kRole));
  return record && record->phase == kBarred;
}

Status Solver::bar(std::uint64_t job, const std::string& reason) {
  context_->tell({"left", fmt::format("job {}: {}", job, reason), {{"job", job}, {"reason", reason}}});
  return context_->store.put_job({job, kRole, kBarred, 0, {}});
}

Status Solver::look_for_work(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    const bool is_ours = job.status == JobStatus::running && job.solver == context_->config.self;
    if (is_ours && !TRY(is_barred(job.id)) && TRY(begin(job))) return {};
  }
  for (const Job& job : jobs) {
    if (job.status == JobStatus::open && !TRY(is_barred(job.id))) TRY_STATUS(consider(job));
    const std::uint64_t now = TRY(context_->market.now());
    // One's own too: what is left of the bond comes free.
    const bool may_reopen = job.status == JobStatus::running && job.committed == job.settled &&
                            now > job.since + job.terms.checkpoint_seconds;
    if (may_reopen) {
      TRY_STATUS(context_->outbox.submit(fmt::format("reopen:{}:{}", job.id, job.attempt),
                                         context_->market.reopen(job.id)));
    }
  }
  return {};
}

Result<std::shared_ptr<JobFiles>> Solver::files_of(const Job& job) {
  std::shared_ptr<JobFiles>& files = files_[job.id];
  if (!files) files = TRY(context_->library.open(job, context_->config.memory_bytes));
  return files;
}

Status Solver::consider(const Job& job) {
  const std::string purpose = fmt::format("accept:{}:{}", job.id, job.attempt);
  if (context_->outbox.in_flight(purpose)) return {};
  if (job.terms.audit_rate > 0)
    return bar(job.id,
               "its checkpoints are audited, and this node does not answer audits: it would lose its bond");
  const auto files = files_of(job);
  if (!files) return bar(job.id, files.error().message);
  if (!*files) return {};
  if (TRY(context_->market.now()) > job.since + job.terms.expiry_seconds) return {};
  const std::int64_t flops = program::cost_of((*files)->program).job.flops;
  const ledger::Uint256 ask = context_->config.ask_per_tflop *
                              ledger::Uint256(static_cast<std::uint64_t>(flops / 1'000'000)) /
                              ledger::Uint256(1'000'000U);
  const auto offered = context_->market.offer(job.id);
  if (!offered) {
    // Another solver was faster since the job was read: that is no error.
    if (TRY(context_->market.job(job.id)).status != JobStatus::open) return {};
    return std::unexpected(offered.error());
  }
  if (*offered < ask) return {};
  const ledger::Uint256 free = TRY(context_->market.stake(context_->config.self)).free;
  if (free < job.terms.solver_bond) {
    if (passed_.insert({job.id, job.attempt}).second) {
      context_->tell(
          {"passed",
           fmt::format("job {} asks for a bond of {} tokens; {} of the stake are free", job.id,
                       ledger::format_units(job.terms.solver_bond, 18), ledger::format_units(free, 18)),
           {{"job", job.id}}});
    }
    return {};
  }
  context_->tell({"accepting", fmt::format("job {} pays enough: accepting", job.id), {{"job", job.id}}});
  // Another solver may be faster: that is no error of ours.
  if (const auto sent = context_->outbox.submit(purpose, context_->market.accept(job.id, ask)); !sent) {
    const std::string& reason = sent.error().message;
    if (reason.contains("NotQualified")) return bar(job.id, reason);
    context_->tell({"missed", fmt::format("job {} went to another: {}", job.id, reason), {{"job", job.id}}});
  }
  return {};
}

Result<bool> Solver::begin(const Job& job) {
  const auto files = TRY(files_of(job));
  if (!files) return false;
  auto work = std::make_unique<Work>();
  work->job = job.id;
  work->attempt = job.attempt;
  work->files = files;
  work->next_checkpoint = job.committed;
  if (job.committed == dispute::checkpoint_count(job.steps, job.interval)) return false;
  work->boundary = boundaries_of(job, job.committed).lo;
  const auto record = TRY(context_->store.job(job.id, kRole));
  const bool is_ahead = record && record->phase == kWorking && record->next_step > work->boundary;
  auto state = is_ahead ? TRY(recall(job, *record)) : std::nullopt;
  if (state) {
    work->boundary = record->next_step;
    while (work->boundary > boundaries_of(job, work->next_checkpoint).hi) ++work->next_checkpoint;
  } else {
    state = TRY(start_of(*context_, job, files->program, job.committed));
    if (!state) return false;
  }
  work->state = std::move(*state);
  work->machine = context_->make_machine(*files, context_->pool);
  work->remembered_ms = context_->clock.now_ms();
  context_->tell(
      {"working",
       fmt::format("job {}: working from boundary {} of {}", job.id, work->boundary, job.steps + 2),
       {{"job", job.id},
        {"boundary", work->boundary},
        {"steps", job.steps},
        {"price", ledger::format_units(job.price, 18)}}});
  work_ = std::move(work);
  return true;
}

Status Solver::go_on(const Job& job) {
  is_waiting_ = false;
  TRY_STATUS(commit(job));
  if (work_->next_checkpoint == dispute::checkpoint_count(job.steps, job.interval)) {
    is_waiting_ = true;
    return {};
  }
  const dispute::Interval segment = boundaries_of(job, work_->next_checkpoint);
  const std::uint64_t from = work_->boundary;
  run_turn(*context_, *work_->machine, segment.hi, work_->boundary, work_->state);
  if (work_->boundary != from)
    context_->tell({"progress", "", {{"job", job.id}, {"boundary", work_->boundary}, {"steps", job.steps}}});
  if (work_->boundary == segment.hi) {
    const BlobId id = TRY(context_->library.put(work_->state));
    const Root allowed = TRY(context_->store.record_commitment(job.id, work_->next_checkpoint, id.root));
    if (allowed != id.root)
      return fail("job {}: checkpoint {} came out as {}, but {} was signed before; not signing twice", job.id,
                  work_->next_checkpoint, id.root.hex(), allowed.hex());
    TRY_STATUS(remember(id));
    context_->tell({"reached",
                    fmt::format("job {}: checkpoint {} reached, root {}", job.id, work_->next_checkpoint,
                                id.root.hex().substr(0, 16)),
                    {{"job", job.id},
                     {"checkpoint", work_->next_checkpoint},
                     {"root", id.root.hex()},
                     {"metrics", metrics_of(work_->state)}}});
    ++work_->next_checkpoint;
    return commit(job);
  }
  if (context_->clock.now_ms() - work_->remembered_ms <= kRememberEveryMs) return {};
  return remember(TRY(context_->snapshots.put(work_->state)));
}

/// Sends the next commitment that the ledger lacks, if it is there.
Status Solver::commit(const Job& job) {
  if (job.committed >= work_->next_checkpoint) return {};
  const auto root = TRY(context_->store.commitment(job.id, job.committed));
  if (!root) return {};
  return context_->outbox.submit(fmt::format("commit:{}:{}:{}", job.id, job.attempt, job.committed),
                                 context_->market.commit_checkpoint(job.id, job.committed, *root));
}

/// Writes down where the work stands. Older snapshots are of no use then.
Status Solver::remember(const BlobId& state) {
  TRY_STATUS(context_->store.put_job(
      {work_->job, kRole, kWorking, work_->boundary, encode_snapshot(work_->attempt, state)}));
  work_->remembered_ms = context_->clock.now_ms();
  for (const BlobId& snapshot : TRY(context_->snapshots.list())) {
    if (snapshot != state) TRY_STATUS(context_->snapshots.remove(snapshot));
  }
  return {};
}

/// The state that was remembered; nothing if it is of another attempt or gone.
Result<std::optional<Bytes>> Solver::recall(const Job& job, const store::JobRecord& record) {
  const auto snapshot = decode_snapshot(record.state);
  if (!snapshot || snapshot->attempt != job.attempt) return std::nullopt;
  if (auto state = context_->snapshots.read(snapshot->state)) return std::move(*state);
  return context_->library.blob(snapshot->state);  // it was a checkpoint
}

/// A checkpoint that is missed cannot be committed any more, and the job goes to another.
Result<bool> Solver::is_late(const Job& job) {
  if (job.committed == dispute::checkpoint_count(job.steps, job.interval)) return false;
  if (TRY(context_->market.now()) <= job.since + job.terms.checkpoint_seconds) return false;
  // A commitment may have come into a block since the job was read.
  const Job now = TRY(context_->market.job(job.id));
  return now.attempt == job.attempt && now.committed == job.committed;
}

Status Solver::give_up(const Job& job, const std::string& reason) {
  work_.reset();
  return bar(job.id, reason);
}

}  // namespace lydian::node
