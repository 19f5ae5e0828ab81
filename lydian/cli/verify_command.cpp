// lydian verify: runs a job again and compares every checkpoint with what the ledger holds.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/interrupt.h"
#include "lydian/cli/progress.h"
#include "lydian/cli/session.h"
#include "lydian/merkle/tree.h"

namespace lydian::cli {
namespace {

struct VerifyOptions {
  PlaceOptions place;
  std::uint64_t job = 0;
  std::int64_t segment = -1;  // -1: all
  bool all = false;
  int timeout = 120;
};

/// From one boundary of a job on, comparing at each checkpoint.
class Verification {
 public:
  Verification(const Source& source, const ledger::Job& job, node::JobFiles& files, ThreadPool& pool,
               bool json)
      : source_(source),
        job_(job),
        program_(files.program),
        pool_(pool),
        machine_(node::make_fast_machine(files, pool)),
        json_(json) {}

  /// Checkpoints [first, end), numbered from 0. Before the first one lies a state that is fetched.
  Status run(std::uint64_t first, std::uint64_t end) {
    boundary_ = segment(first).lo;
    if (first > 0) {
      const Root before = TRY(source_.market.checkpoint(job_.id, first - 1)).root;
      state_ = TRY(fetch_blob(source_, {before, static_cast<std::uint64_t>(program_.state_bytes)},
                              fmt::format("the state after checkpoint {} of job {}", first, job_.id)));
    }
    const auto from = static_cast<std::int64_t>(boundary_);
    Progress progress(static_cast<std::int64_t>(segment(end - 1).hi) - from, 0, 1, "steps/s");
    for (std::uint64_t i = first; i < end; ++i) {
      while (boundary_ < segment(i).hi) {
        if (is_interrupted()) return fail("interrupted in checkpoint {} of job {}", i + 1, job_.id);
        state_ = machine_->run(boundary_, std::move(state_));
        ++boundary_;
        progress.update(static_cast<std::int64_t>(boundary_) - from, fmt::format("checkpoint {}", i + 1));
      }
      progress.finish();
      TRY_STATUS(compare(i));
    }
    return {};
  }

 private:
  [[nodiscard]] dispute::Interval segment(std::uint64_t i) const {
    return dispute::checkpoint(i, job_.steps, job_.interval);
  }

  Status compare(std::uint64_t i) {
    const Root ours = merkle::blob_root(state_, &pool_);
    const Root theirs = TRY(source_.market.checkpoint(job_.id, i)).root;
    if (json_)
      fmt::print("{}\n", nlohmann::json{{"job", job_.id},
                                        {"segment", i},
                                        {"right", ours == theirs},
                                        {"computed", ours.hex()},
                                        {"committed", theirs.hex()}}
                             .dump());
    if (ours != theirs)
      return fail("job {}: segment {} is wrong: the ledger has {}, this machine computes {}", job_.id, i,
                  theirs.hex(), ours.hex());
    if (!json_) fmt::print("segment {}: {} is right\n", i, ours.hex());
    std::fflush(stdout);
    return {};
  }

  const Source& source_;
  const ledger::Job& job_;
  const program::Program& program_;
  ThreadPool& pool_;
  std::unique_ptr<dispute::Machine> machine_;
  bool json_;
  std::uint64_t boundary_ = 0;
  Bytes state_;
};

Status verify(const VerifyOptions& options, const CommonOptions& common) {
  catch_interrupts();
  const auto session = TRY(Session::open(options.place));
  Source source = session->source();
  source.patience_seconds = options.timeout;
  const ledger::Job job = TRY(job_of(source.market, options.job));
  if (job.committed == 0) return fail("job {} is {} and has no checkpoint yet", job.id, name_of(job.status));
  if (options.segment >= 0 && static_cast<std::uint64_t>(options.segment) >= job.committed) {
    return fail("job {}: there is no segment {}; {} are committed, from 0", job.id, options.segment,
                job.committed);
  }
  const auto files = TRY(fetch_files(source, job, machine_memory()));
  ThreadPool pool(thread_count(common));
  Verification verification(source, job, *files, pool, common.json);
  const bool one = options.segment >= 0 && !options.all;
  const auto first = static_cast<std::uint64_t>(one ? options.segment : 0);
  return verification.run(first, one ? first + 1 : job.committed);
}

}  // namespace

void add_verify(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* verb = app.add_subcommand("verify", "run a job again and compare its checkpoints");
  verb->add_option("job", options->job, "its number")->required();
  verb->add_option("--segment", options->segment, "only this one, numbered from 0")
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--all", options->all, "all that are committed (the default)");
  verb->add_option("--timeout", options->timeout, "seconds to wait for somebody who has the data")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  add_network_options(*verb, options->place);
  add_swarm_options(*verb, options->place);
  on_run(*verb, result, [options, &common] { return verify(*options, common); });
}

}  // namespace lydian::cli
