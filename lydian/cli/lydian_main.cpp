// The lydian command.
#include <fmt/core.h>
#include <fmt/format.h>

#include <array>

#include "lydian/cli/command.h"
#include "lydian/kernels/isa.h"

namespace {

using namespace lydian::cli;

constexpr std::array kVerbs = {add_train,  add_generate, add_submit, add_jobs, add_watch, add_fetch,
                               add_verify, add_node,     add_devnet, add_keys, add_doctor};

}  // namespace

int main(int argc, char** argv) {
  lydian::cli::CommonOptions common;
  lydian::Status result;
  CLI::App app("Lydian: an open market for machine-learning compute whose results can be checked.", "lydian");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("--json", common.json, "print results as JSON");
  app.add_option("--threads", common.threads, "threads to compute with (default: all)")
      ->check(CLI::Range(1, 1024));
  for (const auto add : kVerbs) add(app, common, &result);
  if (const auto& isa = lydian::kernels::isa_from_environment(); !isa) {
    fmt::print(stderr, "lydian: {}\n", isa.error().message);
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!result) {
    fmt::print(stderr, "lydian: {}\n", result.error().message);
    return 1;
  }
  return 0;
}
