#include "lydian/node/challenger.h"

#include "lydian/merkle/tree.h"

namespace lydian::node {
namespace {

using ledger::Job;
using ledger::JobStatus;

}  // namespace

Status Challenger::tick() {
  is_busy_ = false;
  const std::uint64_t count = TRY(context_->market.job_count());
  if (!TRY(context_->market.claimable(context_->config.self)).is_zero()) {
    TRY_STATUS(context_->outbox.submit("claim", context_->market.claim(context_->config.self)));
  }
  std::vector<Job> jobs;
  for (std::uint64_t id = 1; id <= count; ++id) jobs.push_back(TRY(context_->market.job(id)));
  return for_each_of(*context_, jobs, [this](const Job& job) -> Status {
    const Status played = play_all(job);
    if (job.status == JobStatus::running && job.solver != context_->config.self && !is_busy_)
      TRY_STATUS(follow(job));
    if (job.status == JobStatus::settled || job.status == JobStatus::withdrawn) follows_.erase(job.id);
    return played;
  });
}

/// The games that this node opened.
Status Challenger::play_all(const Job& job) {
  const auto challenges = TRY(context_->market.challenges(job.id));
  return for_each_of(*context_, challenges, [&](const ledger::Challenge& challenge) -> Status {
    if (challenge.challenger != context_->config.self || told_[challenge.game]) return {};
    return play(job, challenge);
  });
}

Status Challenger::play(const Job& job, const ledger::Challenge& challenge) {
  const auto known = follows_.find(job.id);
  const std::shared_ptr<JobFiles> files =
      known != follows_.end() && known->second.files ? known->second.files : TRY(files_of(job));
  if (!files || !TRY(desk_.play(challenge, job, files))) return {};
  const auto outcome = TRY(context_->games.game(challenge.game)).game.outcome;
  told_[challenge.game] = true;
  const bool won = outcome == dispute::Outcome::challenger_won;
  const bool moot = outcome == dispute::Outcome::cancelled;
  context_->tell({"verdict",
                  fmt::format("game {} is over: {}", challenge.game,
                              won    ? "the solver was wrong"
                              : moot ? "the claim was dropped"
                                     : "the solver was right"),
                  {{"game", challenge.game}, {"job", job.id}, {"won", won}, {"moot", moot}}});
  return {};
}

Result<std::shared_ptr<JobFiles>> Challenger::files_of(const Job& job) {
  if (unfit_.contains(job.id)) return nullptr;
  auto files = context_->library.open(job, context_->config.memory_bytes);
  if (files) return std::shared_ptr<JobFiles>(std::move(*files));
  // Anybody may post anything: it must not keep this node from the jobs of others.
  unfit_.insert(job.id);
  context_->tell({"left",
                  fmt::format("job {}: not checked here: {}", job.id, files.error().message),
                  {{"job", job.id}, {"reason", files.error().message}}});
  return nullptr;
}

Result<Challenger::Follow*> Challenger::follow_of(const Job& job) {
  Follow& follow = follows_[job.id];
  if (!follow.files) {
    follow.files = TRY(files_of(job));
    if (!follow.files) return nullptr;
    follow.machine = context_->make_machine(*follow.files, context_->pool);
    follow.attempt = job.attempt;
    follow.checked = follow.verified = job.settled;
    auto start = TRY(start_of(*context_, job, follow.files->program, job.settled));
    if (!start) {
      follow.files.reset();
      return nullptr;
    }
    follow.boundary = boundaries_of(job, job.settled).lo;
    follow.state = std::move(*start);
    context_->tell({"following",
                    fmt::format("job {}: re-executing from boundary {}", job.id, follow.boundary),
                    {{"job", job.id}, {"boundary", follow.boundary}}});
  }
  if (follow.attempt != job.attempt) {
    // Another solver: begin again where it begins.
    auto start = TRY(start_of(*context_, job, follow.files->program, job.settled));
    if (!start) return nullptr;
    follow.attempt = job.attempt;
    follow.checked = follow.verified = job.settled;
    follow.boundary = boundaries_of(job, job.settled).lo;
    follow.state = std::move(*start);
  }
  return &follow;
}

Status Challenger::follow(const Job& job) {
  Follow* follow = TRY(follow_of(job));
  if (follow == nullptr || follow->checked == dispute::checkpoint_count(job.steps, job.interval)) return {};
  if (follow->checked != follow->verified) return {};  // what comes after a wrong checkpoint falls with it
  const dispute::Interval segment = boundaries_of(job, follow->checked);
  if (follow->boundary < segment.hi) {
    is_busy_ = true;
    run_turn(*context_, *follow->machine, segment.hi, follow->boundary, follow->state);
  }
  if (follow->boundary == segment.hi && follow->checked < job.committed) return compare(job, *follow);
  return {};
}

Status Challenger::compare(const Job& job, Follow& follow) {
  const std::uint64_t index = follow.checked;
  const Root ours = merkle::blob_root(follow.state, &context_->pool);
  const ledger::Checkpoint theirs = TRY(context_->market.checkpoint(job.id, index));
  if (ours == theirs.root) {
    static_cast<void>(TRY(context_->library.put(follow.state)));
    follow.checked = follow.verified = index + 1;
    context_->tell({"verified",
                    fmt::format("job {}: checkpoint {} is right", job.id, index),
                    {{"job", job.id}, {"checkpoint", index}}});
    return {};
  }
  const std::uint64_t now = TRY(context_->market.now());
  if (now > theirs.committed_at + job.terms.challenge_window) {
    follow.checked = index + 1;
    context_->tell({"too_late",
                    fmt::format("job {}: checkpoint {} is wrong, but its window is closed", job.id, index),
                    {{"job", job.id}, {"checkpoint", index}}});
    return {};
  }
  const std::string approve = fmt::format("approve:{}:{}", job.id, job.attempt);
  const std::string challenge = fmt::format("challenge:{}:{}:{}", job.id, job.attempt, index);
  if (context_->outbox.in_flight(approve) || context_->outbox.in_flight(challenge)) return {};
  for (const ledger::Challenge& known : TRY(context_->market.challenges(job.id))) {
    if (known.challenger == context_->config.self && known.attempt == job.attempt &&
        known.checkpoint == index) {
      follow.checked = index + 1;
      return {};
    }
  }
  context_->tell(
      {"mismatch",
       fmt::format("job {}: checkpoint {} is committed as {}, it should be {}", job.id, index,
                   theirs.root.hex().substr(0, 16), ours.hex().substr(0, 16)),
       {{"job", job.id}, {"checkpoint", index}, {"committed", theirs.root.hex()}, {"computed", ours.hex()}}});
  if (TRY(context_->market.allowance(context_->config.self)) < job.terms.challenge_bond) {
    return context_->outbox.submit(approve, context_->market.approve_market(job.terms.challenge_bond));
  }
  return context_->outbox.submit(challenge, context_->market.challenge(job.id, index));
}

}  // namespace lydian::node
