// lydian devnet: starts the network of one machine and keeps it until it is told to stop.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/devnet.h"
#include "lydian/cli/interrupt.h"

namespace lydian::cli {
namespace {

void print_json(Devnet& devnet, const DevnetOptions& options) {
  nlohmann::json accounts = nlohmann::json::array();
  for (std::size_t i = 0; i < devnet.accounts().size(); ++i) {
    accounts.push_back({{"address", devnet.accounts()[i].text()},
                        {"key", Devnet::key_file(options.folder, fmt::format("account{}", i + 1)).string()}});
  }
  const nlohmann::json line = {{"event", "ready"},
                               {"rpc_url", devnet.deployment().rpc_url},
                               {"network", Devnet::network_file(options.folder).string()},
                               {"password_file", Devnet::password_file(options.folder).string()},
                               {"treasury", devnet.treasury().text()},
                               {"deployer_key", Devnet::key_file(options.folder, "deployer").string()},
                               {"ledger_pid", devnet.pid()},
                               {"accounts", accounts}};
  fmt::print("{}\n", line.dump());
}

void print_guide(Devnet& devnet, const DevnetOptions& options) {
  const std::string network = Devnet::network_file(options.folder).string();
  const std::string password = Devnet::password_file(options.folder).string();
  const auto arguments = [&](int account, const char* home) {
    return fmt::format("--home {} --network {} --key {} --password-file {}", (options.folder / home).string(),
                       network, Devnet::key_file(options.folder, fmt::format("account{}", account)).string(),
                       password);
  };
  fmt::print("the ledger listens at {}; its contracts are in {}\n", devnet.deployment().rpc_url, network);
  fmt::print("{} accounts with {} tokens each:\n", devnet.accounts().size(), options.tokens);
  for (std::size_t i = 0; i < devnet.accounts().size(); ++i)
    fmt::print("  account{}  {}\n", i + 1, devnet.accounts()[i].text());
  fmt::print("\na solver, a challenger and a job, each in a terminal of its own:\n");
  fmt::print("  lydian node {} --role solver --stake 200\n", arguments(1, "solver"));
  if (options.accounts > 1) fmt::print("  lydian node {} --role challenger\n", arguments(2, "challenger"));
  if (options.accounts > 2) fmt::print("  lydian submit job.toml {}\n", arguments(3, "submitter"));
  fmt::print("\nCtrl-C stops it\n");
}

Status devnet(const DevnetOptions& options, const CommonOptions& common) {
  catch_interrupts();
  Devnet net = TRY(Devnet::start(options));
  if (common.json)
    print_json(net, options);
  else
    print_guide(net, options);
  std::fflush(stdout);
  while (!is_interrupted()) {
    pause_ms(1000);
    if (is_interrupted()) break;
    if (!net.is_running())
      return fail("the ledger ended by itself; {} has its last words",
                  (options.folder / "ledger.log").string());
    if (const auto kept = net.keep_time(); !kept)
      fmt::print(stderr, "the ledger did not answer: {}\n", kept.error().message);
  }
  net.stop();
  return {};
}

}  // namespace

void add_devnet(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<DevnetOptions>();
  options->folder = "devnet";
  CLI::App* verb =
      app.add_subcommand("devnet", "start a local ledger with the contracts and funded accounts");
  verb->add_option("--dir", options->folder, "where network.json, keys and logs go")->capture_default_str();
  verb->add_option("--port", options->port, "of the ledger (default: any free one)");
  verb->add_option("--accounts", options->accounts, "how many accounts get tokens")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb->add_option("--tokens", options->tokens, "how many each gets")->capture_default_str();
  verb->add_flag("--state", options->keeps_state, "keep the ledger over restarts");
  verb->add_option("--anvil", options->anvil,
                   "the ledger's program (default: LYDIAN_ANVIL, the source tree's, PATH)");
  verb->add_option("--contracts", options->contracts,
                   "compiled contracts (default: LYDIAN_CONTRACTS, the source tree's)");
  on_run(*verb, result, [options, &common] { return devnet(*options, common); });
}

}  // namespace lydian::cli
