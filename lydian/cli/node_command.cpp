// lydian node: a node with its roles, until it is told to stop.
#include <fmt/core.h>

#include "lydian/cli/command.h"
#include "lydian/cli/interrupt.h"
#include "lydian/cli/patience.h"
#include "lydian/cli/place.h"
#include "lydian/cli/session.h"

namespace lydian::cli {
namespace {

struct NodeCommandOptions {
  PlaceOptions place;
  std::vector<std::string> roles;
  std::string stake = "0";
  std::string ask = "0";
  double memory_gib = 0;
};

Status run_node(const NodeCommandOptions& options, const CommonOptions& common) {
  const node::HomeFolder home = TRY(open_home(options.place));
  const node::HomeLock lock = TRY(node::HomeLock::take(home));
  node::NodeOptions node_options = TRY(cli::node_options(options.place, home, thread_count(common)));
  for (const std::string& role : options.roles)
    (role == "solver" ? node_options.solves : node_options.challenges) = true;
  node_options.stake = TRY(ledger::parse_units(options.stake, 18));
  node_options.ask_per_tflop = TRY(ledger::parse_units(options.ask, 18));
  node_options.memory_bytes = options.memory_gib > 0
                                  ? static_cast<std::int64_t>(options.memory_gib * (1 << 30))
                                  : machine_memory() / 2;
  const crypto::PrivateKey key = TRY(unlock_key(options.place, home));
  catch_interrupts();
  const node::EventSink tell = event_printer(common.json);
  const auto node = TRY(node::Node::open(node_options, key, tell));
  tell({"started",
        fmt::format("{} joins {}; its swarm listens on port {}", node->address().text(),
                    node_options.deployment.rpc_url, node->swarm_port()),
        {{"address", node->address().text()}, {"swarm_port", node->swarm_port()}}});
  TRY_STATUS(turn_until_interrupted(*node, tell));
  tell({"stopped", "stopped; what it was doing goes on when it starts again", {}});
  return {};
}

}  // namespace

void add_node(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<NodeCommandOptions>();
  CLI::App* verb = app.add_subcommand("node", "offer this machine: solve jobs, or check those of others");
  add_network_options(*verb, options->place);
  add_key_options(*verb, options->place);
  add_swarm_options(*verb, options->place);
  verb->add_option("--role", options->roles, "solver or challenger; may be given twice")
      ->required()
      ->check(CLI::IsMember({"solver", "challenger"}));
  verb->add_option("--stake", options->stake, "tokens that answer for the jobs it accepts")
      ->capture_default_str();
  verb->add_option("--ask", options->ask, "tokens per TFLOP that a job must pay at least")
      ->capture_default_str();
  verb->add_option("--memory", options->memory_gib, "GiB that a job may use (default: half the machine's)");
  on_run(*verb, result, [options, &common] { return run_node(*options, common); });
}

}  // namespace lydian::cli
