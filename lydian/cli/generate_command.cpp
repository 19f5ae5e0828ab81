// lydian generate: text from a model file.
#include <fmt/core.h>

#include "lydian/cli/command.h"
#include "lydian/cli/local_job.h"
#include "lydian/core/file.h"

namespace lydian::cli {
namespace {

struct GenerateOptions {
  std::string model;
  TextRequest request;
  bool greedy = false;
};

Status generate(const GenerateOptions& options, const CommonOptions& common) {
  Bytes file = TRY(read_file(options.model));
  const Model model = TRY(open_model(std::move(file), options.model));
  ThreadPool pool(thread_count(common));
  TextRequest request = options.request;
  if (options.greedy) request.temperature = 0;
  TRY_STATUS(generate_text(model, request, pool, [](std::string_view text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  }));
  fmt::print("\n");
  return {};
}

}  // namespace

void add_generate(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<GenerateOptions>();
  options->request.prompt = "\n";
  CLI::App* verb = app.add_subcommand("generate", "continue a prompt with a model");
  verb->add_option("model", options->model, "a .safetensors file that lydian trained")->required();
  verb->add_option("--prompt", options->request.prompt, "the text to continue");
  verb->add_option("--tokens", options->request.tokens, "how many tokens to add")->capture_default_str();
  verb->add_option("--temperature", options->request.temperature, "0 takes the likeliest token")
      ->capture_default_str();
  verb->add_option("--top-k", options->request.top_k, "draw from the k likeliest tokens only (0: all)")
      ->capture_default_str();
  verb->add_option("--seed", options->request.seed, "another seed, another text")->capture_default_str();
  verb->add_flag("--greedy", options->greedy, "the same as --temperature 0");
  on_run(*verb, result, [options, &common] { return generate(*options, common); });
}

}  // namespace lydian::cli
