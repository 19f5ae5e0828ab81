#include "lydian/cli/command.h"

#include "lydian/core/thread_pool.h"

namespace lydian::cli {

int thread_count(const CommonOptions& options) {
  return options.threads > 0 ? options.threads : ThreadPool::hardware_threads();
}

void on_run(CLI::App& verb, Status* result, Runner run) {
  verb.callback([result, run = std::move(run)] { *result = run(); });
}

}  // namespace lydian::cli
