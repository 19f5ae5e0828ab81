#include "lydian/cli/job_watcher.h"

#include <fmt/core.h>

#include "lydian/node/context.h"

namespace lydian::cli {
namespace {

using ledger::Job;
using ledger::JobStatus;

constexpr std::int64_t kLookEveryMs = 500;

std::string tokens(const ledger::Uint256& amount) { return ledger::format_units(amount, 18); }

}  // namespace

JobWatcher::JobWatcher(const ledger::Market& market, const Job& job, bool json)
    : market_(market),
      job_(job),
      json_(json),
      progress_(static_cast<std::int64_t>(job.steps), steps_of(job.committed), 1, "steps/s") {}

std::int64_t JobWatcher::steps_of(std::uint64_t checkpoints) const {
  return static_cast<std::int64_t>(std::min(job_.steps, checkpoints * job_.interval));
}

void JobWatcher::say(const std::string& kind, const std::string& sentence, nlohmann::json fields) {
  if (!json_) return progress_.say(fmt::format("job {}: {}", job_.id, sentence));
  if (!fields.is_object()) fields = nlohmann::json::object();
  fields["event"] = kind;
  fields["text"] = sentence;
  fields["job"] = job_.id;
  fmt::print("{}\n", fields.dump());
  std::fflush(stdout);
}

Result<bool> JobWatcher::look() {
  const std::int64_t now = node::steady_clock().now_ms();
  const bool is_over = job_.status == JobStatus::settled || job_.status == JobStatus::withdrawn;
  if (!is_first_ && (is_over || now - looked_at_ms_ < kLookEveryMs)) return is_over;
  const Job job = TRY(market_.job(job_.id));
  looked_at_ms_ = now;
  TRY_STATUS(look_at_games());
  const bool is_news = is_first_ || job.committed != job_.committed || job.settled != job_.settled;
  compare(job);
  is_first_ = false;
  const std::uint64_t checkpoints = dispute::checkpoint_count(job.steps, job.interval);
  const std::string note = fmt::format("{} of {} checkpoints settled", job.settled, checkpoints);
  if (is_news && !json_) progress_.update(steps_of(job.committed), note);
  return job.status == JobStatus::settled || job.status == JobStatus::withdrawn;
}

void JobWatcher::compare(const Job& now) {
  const Job before = std::exchange(job_, now);
  const bool changed = is_first_ || now.status != before.status || now.attempt != before.attempt;
  if (changed && now.status == JobStatus::open) {
    say("open",
        now.attempt > 1
            ? fmt::format("open again from checkpoint {}, waiting for another solver", now.settled)
            : "open, waiting for a solver",
        {{"attempt", now.attempt}});
  }
  if (changed && now.status == JobStatus::running) {
    say("running", fmt::format("{} works on it for {} tokens", now.solver.text(), tokens(now.price)),
        {{"solver", now.solver.text()}, {"price", tokens(now.price)}});
  }
  const std::uint64_t checkpoints = dispute::checkpoint_count(now.steps, now.interval);
  if (now.committed != before.committed && now.status != JobStatus::open) {
    say("committed", fmt::format("checkpoint {} of {} committed", now.committed, checkpoints),
        {{"committed", now.committed}, {"checkpoints", checkpoints}});
  }
  if (now.settled != before.settled) {
    say("checkpoint_settled", fmt::format("checkpoint {} of {} settled", now.settled, checkpoints),
        {{"settled", now.settled}, {"checkpoints", checkpoints}});
  }
  if (changed && now.status == JobStatus::settled)
    say("settled", "settled", {{"solver", now.solver.text()}, {"price", tokens(now.price)}});
  if (changed && now.status == JobStatus::withdrawn)
    say("withdrawn", "withdrawn; the escrow went back to the submitter");
}

Status JobWatcher::look_at_games() {
  const ledger::Games games(market_);
  for (const ledger::Challenge& challenge : TRY(market_.challenges(job_.id))) {
    const auto known = games_.find(challenge.game);
    if (known != games_.end() && known->second) continue;
    const dispute::Game game = TRY(games.game(challenge.game)).game;
    if (known == games_.end()) {
      say("challenged",
          fmt::format("{} disputes checkpoint {} (game {})", challenge.challenger.text(),
                      challenge.checkpoint + 1, challenge.game),
          {{"game", challenge.game},
           {"challenger", challenge.challenger.text()},
           {"checkpoint", challenge.checkpoint}});
    }
    games_[challenge.game] = game.is_over();
    if (!game.is_over()) continue;
    const bool wrong = game.outcome == dispute::Outcome::challenger_won;
    const bool right = game.outcome == dispute::Outcome::responder_won;
    say("verdict",
        fmt::format("game {}: {}", challenge.game,
                    wrong   ? "the solver was wrong and loses its bond"
                    : right ? "the solver was right"
                            : "moot"),
        {{"game", challenge.game}, {"solver_was_right", right}});
  }
  return {};
}

}  // namespace lydian::cli
