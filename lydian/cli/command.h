// What every verb of the command shares: how it is registered, how it fails, how it prints.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "lydian/core/result.h"

namespace lydian::cli {

/// Options before or after the verb.
struct CommonOptions {
  bool json = false;  // results as JSON on standard output
  int threads = 0;    // 0: all the machine has
};

[[nodiscard]] int thread_count(const CommonOptions& options);

/// Registers a verb: its options write into state that `run` closes over; an error of run ends the process
/// with 1.
using Runner = std::function<Status()>;
void on_run(CLI::App& verb, Status* result, Runner run);

void add_train(CLI::App& app, const CommonOptions& common, Status* result);
void add_generate(CLI::App& app, const CommonOptions& common, Status* result);
void add_keys(CLI::App& app, const CommonOptions& common, Status* result);
void add_devnet(CLI::App& app, const CommonOptions& common, Status* result);
void add_node(CLI::App& app, const CommonOptions& common, Status* result);
void add_submit(CLI::App& app, const CommonOptions& common, Status* result);
void add_watch(CLI::App& app, const CommonOptions& common, Status* result);
void add_jobs(CLI::App& app, const CommonOptions& common, Status* result);
void add_fetch(CLI::App& app, const CommonOptions& common, Status* result);
void add_verify(CLI::App& app, const CommonOptions& common, Status* result);
void add_doctor(CLI::App& app, const CommonOptions& common, Status* result);

}  // namespace lydian::cli
