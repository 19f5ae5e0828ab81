// lydian_saboteur: the product's node, with one wrong multiply-add. For demonstrations and tests.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "lydian/cli/interrupt.h"
#include "lydian/cli/patience.h"
#include "lydian/core/file.h"
#include "lydian/crypto/keystore.h"
#include "lydian/node/node.h"
#include "sim/demo/sabotage.h"

namespace {

using namespace lydian;

struct Options {
  std::string home;
  std::string network;
  std::string key;
  std::string password_file;
  std::string stake = "200";
  std::uint64_t step = 1;
};

Result<crypto::PrivateKey> open_key(const Options& options) {
  const std::string json = TRY(read_text_file(options.key));
  std::string password = TRY(read_text_file(options.password_file));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  const auto keystore = TRY(crypto::Keystore::parse(json));
  return keystore.unlock(password);
}

Status run(const Options& options) {
  std::filesystem::create_directories(options.home);
  node::NodeOptions node_options{.home = options.home, .solves = true, .loopback = true};
  const std::string network = TRY(read_text_file(options.network));
  node_options.deployment = TRY(ledger::parse_deployment(network));
  node_options.stake = TRY(ledger::parse_units(options.stake, 18));
  node_options.listen = {{"127.0.0.1", 0}};
  const auto key = TRY(open_key(options));
  cli::catch_interrupts();
  const node::EventSink tell = cli::event_printer(true);
  const auto make = [&](const node::JobFiles& files, ThreadPool& pool) -> std::unique_ptr<dispute::Machine> {
    const sim::Fault fault = sim::fault_in(files.program, options.step);
    tell({"sabotage",
          fmt::format("will falsify one multiply-add: step {}, operator {}, element {}, operation {}",
                      fault.transition, fault.node, fault.element, fault.position),
          {{"step", fault.transition},
           {"operator", fault.node},
           {"element", fault.element},
           {"operation", fault.position}}});
    return std::make_unique<sim::SabotagedMachine>(files, pool, fault);
  };
  const auto node = TRY(node::Node::open(node_options, key, tell, make));
  return cli::turn_until_interrupted(*node, tell);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A Lydian node with one wrong multiply-add.", "lydian_saboteur");
  app.add_option("--home", options.home)->required();
  app.add_option("--network", options.network)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--password-file", options.password_file)->required();
  app.add_option("--stake", options.stake);
  app.add_option("--step", options.step, "the step that goes wrong")->required();
  CLI11_PARSE(app, argc, argv);
  if (const auto result = run(options); !result) {
    fmt::print(stderr, "lydian_saboteur: {}\n", result.error().message);
    return 1;
  }
  return 0;
}
