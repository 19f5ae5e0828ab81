// lydian submit and lydian watch: a job from its file to its result.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/interrupt.h"
#include "lydian/cli/job_watcher.h"
#include "lydian/cli/patience.h"
#include "lydian/cli/session.h"
#include "lydian/core/file.h"
#include "lydian/models/recipe.h"
#include "lydian/node/submitter.h"
#include "lydian/program/cost.h"

namespace lydian::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Uint256;

struct SubmitOptions {
  PlaceOptions place;
  std::string job_file;
  std::uint64_t job = 0;
  std::int64_t steps = 0;
  std::string out;
  bool detach = false;
};

Result<Uint256> units(const char* key, double tokens) {
  auto amount = ledger::parse_units(fmt::format("{}", tokens), 18);
  if (!amount) return fail("[offer] {} = {}: {}", key, tokens, amount.error().message);
  return std::move(*amount);
}

Result<std::uint32_t> seconds(const char* key, std::int64_t value) {
  constexpr std::int64_t kMax = 30LL * 24 * 3600;
  if (value < 1 || value > kMax) return fail("[offer] {} = {}, expected 1 to {} (30 days)", key, value, kMax);
  return static_cast<std::uint32_t>(value);
}

Result<ledger::Terms> terms_of(const models::Offer& offer, const program::ProgramCost& cost,
                               std::int64_t interval) {
  constexpr std::uint32_t kStepMillisMax = 3'600'000;
  ledger::Terms terms;
  terms.min_price = TRY(units("min_price", offer.min_price));
  terms.max_price = TRY(units("max_price", offer.max_price));
  terms.solver_bond = TRY(units("solver_bond", offer.solver_bond));
  terms.challenge_bond = TRY(units("challenge_bond", offer.challenge_bond));
  terms.auction_seconds = TRY(seconds("auction_seconds", offer.auction_seconds));
  terms.expiry_seconds = TRY(seconds("expiry_seconds", offer.expiry_seconds));
  terms.challenge_window = TRY(seconds("challenge_window_seconds", offer.challenge_window_seconds));
  terms.checkpoint_seconds = TRY(seconds("checkpoint_seconds", offer.checkpoint_seconds));
  terms.move_budget = TRY(seconds("move_budget_seconds", offer.move_budget_seconds));
  terms.step_millis = cost.step_millis;
  // A block is answered with one transaction, a game with a dozen.
  terms.demand_bond = terms.challenge_bond / Uint256(4);
  terms.demand_seconds = terms.move_budget;
  terms.work_gflop = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(cost.job.flops / 1'000'000'000));
  if (terms.min_price.is_zero()) return fail("[offer] min_price must be above 0");
  if (terms.solver_bond.is_zero() || terms.challenge_bond.is_zero())
    return fail("[offer] solver_bond and challenge_bond must be above 0");
  if (terms.auction_seconds > terms.expiry_seconds)
    return fail("[offer] auction_seconds = {} is above expiry_seconds = {}", terms.auction_seconds,
                terms.expiry_seconds);
  if (cost.step_millis > kStepMillisMax)
    return fail(
        "one step takes {} ms on the reference machine, a job may have {}; make the batch or the model "
        "smaller",
        cost.step_millis, kStepMillisMax);
  if (interval * cost.step_millis > 30LL * 24 * 3'600'000)
    return fail(
        "one checkpoint takes more than 30 days on the reference machine; set checkpoint_every lower");
  return terms;
}

/// The submitter's side while it works: a node without roles.
struct Desk {
  std::unique_ptr<node::Node> node;
  std::unique_ptr<node::Submitter> submitter;

  static Result<Desk> open(const SubmitOptions& options, const node::HomeFolder& home, int threads) {
    const node::NodeOptions where = TRY(node_options(options.place, home, threads));
    const crypto::PrivateKey key = TRY(unlock_key(options.place, home));
    auto node = TRY(node::Node::open(where, key, [](const node::Event&) {}));
    TRY_STATUS(node->meet_ledger());
    auto submitter = std::make_unique<node::Submitter>(node->context());
    return Desk{std::move(node), std::move(submitter)};
  }
  [[nodiscard]] const ledger::Market& market() const { return node->context().market; }
  Status turn() {
    TRY_STATUS(node->tick());
    return submitter->tick();
  }
  Source source() {
    return {market(), node->context().library, [this] { return turn(); }};
  }
};

/// Whether an error of a turn will come again: the ledger answers, so it is not the ledger's absence.
bool is_final(const Desk& desk) { return desk.market().now().has_value(); }

Result<std::uint64_t> post(Desk& desk, const node::Posting& posting) {
  const Uint256 balance = TRY(desk.market().balance(desk.node->address()));
  if (balance < posting.terms.max_price) {
    return fail("{} has {} tokens; the job's max_price of {} is held in escrow", desk.node->address().text(),
                ledger::format_units(balance, 18), ledger::format_units(posting.terms.max_price, 18));
  }
  TRY_STATUS(desk.submitter->post(posting));
  Patience patience([](const node::Event& event) { fmt::print(stderr, "{}\n", event.sentence); });
  while (!desk.submitter->job() || !desk.node->is_registered()) {
    if (is_interrupted())
      return fail("interrupted while the job was posted; run the same command again, it is not posted twice");
    const Status turn = desk.turn();
    if (!turn && is_final(desk)) return std::unexpected(turn.error());
    patience.after(turn, false);
  }
  return *desk.submitter->job();
}

void announce(std::uint64_t job, const node::Posting& posting, const program::ProgramCost& cost, bool json) {
  const ledger::Terms& terms = posting.terms;
  const auto text = [](const Uint256& amount) { return ledger::format_units(amount, 18); };
  const double tflop = static_cast<double>(cost.job.flops) / 1e12;
  if (json) {
    const nlohmann::json line = {{"event", "posted"},
                                 {"job", job},
                                 {"program", program::root_of(posting.program).hex()},
                                 {"steps", posting.program.steps},
                                 {"interval", posting.program.interval},
                                 {"min_price", text(terms.min_price)},
                                 {"max_price", text(terms.max_price)},
                                 {"solver_bond", text(terms.solver_bond)},
                                 {"challenge_bond", text(terms.challenge_bond)},
                                 {"tflop", tflop},
                                 {"memory_bytes", cost.memory}};
    fmt::print("{}\n", line.dump());
  } else {
    fmt::print("job {}: {} steps, a checkpoint every {}\n", job, posting.program.steps,
               posting.program.interval);
    fmt::print("  pays {} to {} tokens over {} s; bonds: solver {}, challenger {}\n", text(terms.min_price),
               text(terms.max_price), terms.auction_seconds, text(terms.solver_bond),
               text(terms.challenge_bond));
    fmt::print("  costs {:.3g} TFLOP and {:.3g} MB of memory\n", tflop,
               static_cast<double>(cost.memory) / 1e6);
  }
  std::fflush(stdout);
}

/// Turns until the job is at its end.
Status follow(const std::function<Status()>& turn, JobWatcher& watcher) {
  Patience patience([](const node::Event& event) { fmt::print(stderr, "{}\n", event.sentence); });
  while (true) {
    if (is_interrupted()) {
      watcher.finish();
      return fail("left job {}; lydian watch {} goes on", watcher.job().id, watcher.job().id);
    }
    Status status = turn();
    if (status) {
      const auto look = watcher.look();
      if (!look)
        status = std::unexpected(look.error());
      else if (*look)
        break;
    }
    patience.after(status, false);
  }
  watcher.finish();
  if (watcher.job().status == ledger::JobStatus::withdrawn)
    return fail("job {} was withdrawn: nobody took it", watcher.job().id);
  return {};
}

Status collect(const Source& source, const ledger::Job& job, const fs::path& out, bool json) {
  const swarm::BlobId id = TRY(result_of(source, job));
  const Bytes result = TRY(fetch_blob(source, id, fmt::format("the result of job {}", job.id)));
  if (swarm::blob_id_of(result) != id)
    return fail("the result of job {} does not have the root {}", job.id, id.root.hex());
  TRY_STATUS(write_file_atomic(out, result));
  if (json)
    fmt::print("{}\n", nlohmann::json{{"event", "result"},
                                      {"job", job.id},
                                      {"file", out.string()},
                                      {"root", id.root.hex()},
                                      {"bytes", id.size_bytes}}
                           .dump());
  else
    fmt::print("{} ({} bytes, root {})\n", out.string(), id.size_bytes, id.root.hex());
  return {};
}

Status submit(const SubmitOptions& options, const CommonOptions& common) {
  models::Recipe recipe = TRY(models::read_recipe(
      options.job_file, {options.steps > 0 ? std::optional(options.steps) : std::nullopt}));
  const fs::path out = options.out.empty() ? recipe.name + ".safetensors" : options.out;
  TRY_STATUS(check_folder_of(out));
  node::Posting posting{.program = models::training_program(recipe.training)};
  posting.constants.push_back(std::move(recipe.token_file));
  const program::ProgramCost cost = program::cost_of(posting.program);
  const auto terms = terms_of(recipe.offer, cost, posting.program.interval);
  if (!terms) return within(options.job_file, terms.error());
  posting.terms = *terms;

  const node::HomeFolder home = TRY(open_home(options.place));
  const node::HomeLock lock = TRY(node::HomeLock::take(home));
  catch_interrupts();
  Desk desk = TRY(Desk::open(options, home, 1));
  const std::uint64_t id = TRY(post(desk, posting));
  announce(id, posting, cost, common.json);
  TRY_STATUS(desk.submitter->acknowledge());
  if (options.detach) {
    if (!common.json)
      fmt::print("its program and data are served while lydian watch {} runs in this home\n", id);
    return {};
  }
  const ledger::Job job = TRY(desk.market().job(id));
  JobWatcher watcher(desk.market(), job, common.json);
  TRY_STATUS(follow([&] { return desk.turn(); }, watcher));
  return collect(desk.source(), watcher.job(), out, common.json);
}

/// Whose job it is serves its blobs, which takes the account; anyone may look.
Result<bool> is_ours(const SubmitOptions& options, const node::HomeFolder& home, const ledger::Job& job) {
  std::vector<fs::path> files = TRY(home.keys());
  if (!options.place.key.empty()) files = {TRY(key_file_of(options.place, home))};
  for (const fs::path& file : files) {
    const crypto::Keystore keystore = TRY(read_keystore(file));
    if (keystore.address() == job.submitter) return true;
  }
  return false;
}

Status watch(SubmitOptions options, const CommonOptions& common) {
  const node::HomeFolder home = TRY(open_home(options.place));
  const ledger::Deployment deployment = TRY(network_of(options.place, home));
  auto rpc = TRY(open_ledger(deployment));
  const ledger::Market market(rpc, deployment);
  const ledger::Job job = TRY(job_of(market, options.job));
  JobWatcher watcher(market, job, common.json);
  catch_interrupts();
  if (!TRY(is_ours(options, home, job))) return follow([] { return Status(); }, watcher);

  const node::HomeLock lock = TRY(node::HomeLock::take(home));
  if (options.place.key.empty()) options.place.key = job.submitter.text();
  Desk desk = TRY(Desk::open(options, home, 1));
  const fs::path out = options.out.empty() ? fmt::format("job{}.safetensors", job.id) : options.out;
  TRY_STATUS(check_folder_of(out));
  static_cast<void>(TRY(desk.submitter->serve(job)));
  TRY_STATUS(follow([&] { return desk.turn(); }, watcher));
  return collect(desk.source(), watcher.job(), out, common.json);
}

}  // namespace

void add_submit(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* verb = app.add_subcommand("submit", "post a job, serve its data, and fetch the result");
  verb->add_option("job", options->job_file, "the job file (TOML)")->required();
  verb->add_option("--steps", options->steps, "instead of the job file's")->check(CLI::PositiveNumber);
  verb->add_option("--out", options->out, "where the result goes (default: NAME.safetensors)");
  verb->add_flag("--detach", options->detach, "return once the job is posted");
  add_network_options(*verb, options->place);
  add_key_options(*verb, options->place);
  add_swarm_options(*verb, options->place);
  on_run(*verb, result, [options, &common] { return submit(*options, common); });
}

void add_watch(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* verb =
      app.add_subcommand("watch", "follow a job; the submitter goes on serving it and fetches the result");
  verb->add_option("job", options->job, "its number")->required();
  verb->add_option("--out", options->out, "where the result goes (default: jobID.safetensors)");
  add_network_options(*verb, options->place);
  add_key_options(*verb, options->place);
  add_swarm_options(*verb, options->place);
  on_run(*verb, result, [options, &common] { return watch(*options, common); });
}

}  // namespace lydian::cli
