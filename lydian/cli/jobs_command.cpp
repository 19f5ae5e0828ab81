// lydian jobs: what is on the market.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/place.h"
#include "lydian/dispute/position.h"

namespace lydian::cli {
namespace {

nlohmann::json to_json(const ledger::Job& job) {
  const auto text = [](const ledger::Uint256& amount) { return ledger::format_units(amount, 18); };
  return {{"job", job.id},
          {"status", name_of(job.status)},
          {"attempt", job.attempt},
          {"submitter", job.submitter.text()},
          {"solver", job.solver.is_zero() ? nlohmann::json() : nlohmann::json(job.solver.text())},
          {"steps", job.steps},
          {"interval", job.interval},
          {"checkpoints", dispute::checkpoint_count(job.steps, job.interval)},
          {"committed", job.committed},
          {"settled", job.settled},
          {"price", text(job.price)},
          {"min_price", text(job.terms.min_price)},
          {"max_price", text(job.terms.max_price)},
          {"escrow", text(job.escrow)},
          {"program", job.program_root.hex()},
          {"program_blob", job.blob_root.hex() + ":" + std::to_string(job.blob_length)}};
}

void print_row(const ledger::Job& job) {
  const auto text = [](const ledger::Uint256& amount) { return ledger::format_units(amount, 18); };
  const bool is_taken = !job.solver.is_zero() && job.status != ledger::JobStatus::open;
  const std::string price =
      is_taken ? text(job.price) : text(job.terms.min_price) + "-" + text(job.terms.max_price);
  const std::string progress =
      fmt::format("{}/{}/{}", job.settled, job.committed, dispute::checkpoint_count(job.steps, job.interval));
  fmt::print("{:>6}  {:<9}  {:>8}  {:>11}  {:>14}  {}\n", job.id, name_of(job.status), job.steps, progress,
             price, is_taken ? job.solver.text() : "-");
}

Status list_jobs(const PlaceOptions& options, const CommonOptions& common) {
  const node::HomeFolder home = TRY(open_home(options));
  const ledger::Deployment deployment = TRY(network_of(options, home));
  auto rpc = TRY(open_ledger(deployment));
  const ledger::Market market(rpc, deployment);
  nlohmann::json list = nlohmann::json::array();
  const std::uint64_t count = TRY(market.job_count());
  if (!common.json)
    fmt::print("{:>6}  {:<9}  {:>8}  {:>11}  {:>14}  {}\n", "job", "status", "steps", "checkpoints", "tokens",
               "solver");
  for (std::uint64_t id = 1; id <= count; ++id) {
    const ledger::Job job = TRY(market.job(id));
    if (common.json)
      list.push_back(to_json(job));
    else
      print_row(job);
  }
  if (common.json) fmt::print("{}\n", list.dump(2));
  return {};
}

}  // namespace

void add_jobs(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<PlaceOptions>();
  CLI::App* verb = app.add_subcommand(
      "jobs", "list the jobs on the market: settled/committed/all checkpoints, price or offer");
  add_network_options(*verb, *options);
  on_run(*verb, result, [options, &common] { return list_jobs(*options, common); });
}

}  // namespace lydian::cli
