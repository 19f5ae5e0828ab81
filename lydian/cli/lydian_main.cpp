// The lydian command.
#include <fmt/core.h>
#include <fmt/format.h>

#include "lydian/cli/command.h"
#include "lydian/kernels/isa.h"

int main(int argc, char** argv) {
  lydian::cli::CommonOptions common;
  lydian::Status result;
  CLI::App app("Lydian: an open market for machine-learning compute whose results can be checked.", "lydian");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("--json", common.json, "print results as JSON");
  app.add_option("--threads", common.threads, "threads to compute with (default: all)")->check(CLI::Range(1, 1024));
  lydian::cli::add_train(app, common, &result);
  lydian::cli::add_generate(app, common, &result);
  if (const auto& isa = lydian::kernels::isa_from_environment(); !isa) {
    fmt::print(stderr, "lydian: {}\n", isa.error().message);
    return 2;
  }
  CLI11_PARSE(app, argc, argv);
  if (!result) {
    fmt::print(stderr, "lydian: {}\n", result.error().message);
    return 1;
  }
  return 0;
}
