// lydian fetch: a job's result, or any blob by its address.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/interrupt.h"
#include "lydian/cli/session.h"
#include "lydian/core/file.h"

namespace lydian::cli {
namespace {

struct FetchOptions {
  PlaceOptions place;
  std::string what;
  std::string out;
  int timeout = 120;
};

std::optional<std::uint64_t> job_number(const std::string& text) {
  if (text.empty() || text.size() > 18 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return std::stoull(text);
}

Status fetch(const FetchOptions& options, const CommonOptions& common) {
  const auto number = job_number(options.what);
  const auto named = number ? Result<swarm::BlobId>() : swarm::parse_blob_id(options.what);
  if (!named)
    return fail("{}: neither the number of a job nor ROOT:LENGTH: {}", options.what, named.error().message);
  const std::string out = !options.out.empty() ? options.out
                          : number             ? fmt::format("job{}.safetensors", *number)
                                               : named->root.hex();
  TRY_STATUS(check_folder_of(out));
  catch_interrupts();
  const auto session = TRY(Session::open(options.place));
  Source source = session->source();
  source.patience_seconds = options.timeout;
  swarm::BlobId id = *named;
  if (number) {
    const ledger::Job job = TRY(job_of(source.market, *number));
    id = TRY(result_of(source, job));
  }
  const Bytes content =
      TRY(fetch_blob(source, id, number ? fmt::format("the result of job {}", *number) : options.what));
  if (swarm::blob_id_of(content) != id)
    return fail("{}: what came does not have the root {}", options.what, id.root.hex());
  TRY_STATUS(write_file_atomic(out, content));
  if (common.json)
    fmt::print("{}\n",
               nlohmann::json{{"file", out}, {"root", id.root.hex()}, {"bytes", id.size_bytes}}.dump());
  else
    fmt::print("{} ({} bytes, root {})\n", out, id.size_bytes, id.root.hex());
  return {};
}

}  // namespace

void add_fetch(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<FetchOptions>();
  CLI::App* verb = app.add_subcommand("fetch", "fetch the result of a settled job, or a blob by ROOT:LENGTH");
  verb->add_option("what", options->what, "a job's number, or ROOT:LENGTH")->required();
  verb->add_option("--out", options->out, "where it goes (default: jobID.safetensors, or the root)");
  verb->add_option("--timeout", options->timeout, "seconds to wait for somebody who has it")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  add_network_options(*verb, options->place);
  add_swarm_options(*verb, options->place);
  on_run(*verb, result, [options, &common] { return fetch(*options, common); });
}

}  // namespace lydian::cli
