// lydian generate: text from a model file.
#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/local_job.h"

namespace lydian::cli {
namespace {

struct GenerateOptions {
  std::string model;
  TextRequest request;
  bool greedy = false;
};

void print_json(const std::vector<std::string>& texts, std::int64_t tokens, double seconds) {
  for (const std::string& text : texts) {
    const nlohmann::json line = {
        {"text", text}, {"tokens", tokens}, {"tokens_per_second", static_cast<double>(tokens) / seconds}};
    fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

/// One text is printed as it comes; several after each other, when they are done.
Status generate(const GenerateOptions& options, const CommonOptions& common) {
  const Model model = TRY(open_model(options.model));
  ThreadPool pool(thread_count(common));
  TextRequest request = options.request;
  if (options.greedy) request.temperature = 0;
  const bool at_once = request.batch == 1 && !common.json;
  std::vector<std::string> texts(static_cast<std::size_t>(std::max<std::int64_t>(request.batch, 0)));
  const auto began = std::chrono::steady_clock::now();
  TRY_STATUS(generate_texts(model, request, pool, [&](std::int64_t text, std::string_view piece) {
    texts[static_cast<std::size_t>(text)] += piece;
    if (!at_once) return;
    fmt::print("{}", piece);
    std::fflush(stdout);
  }));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (common.json) {
    print_json(texts, request.tokens, seconds);
  } else if (at_once) {
    fmt::print("\n");
  } else {
    for (std::size_t i = 0; i < texts.size(); ++i) fmt::print("--- {}\n{}\n", i + 1, texts[i]);
  }
  const std::int64_t all = request.tokens * request.batch;
  fmt::print(stderr, "{} tokens, {:.1f} tokens/s\n", all, static_cast<double>(all) / seconds);
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
  verb->add_option("--batch", options->request.batch, "how many texts, each drawn on its own")
      ->capture_default_str();
  verb->add_flag("--slide", options->request.slide,
                 "beyond the model's context, compute the whole context anew for every token");
  verb->add_flag("--greedy", options->greedy, "the same as --temperature 0");
  on_run(*verb, result, [options, &common] { return generate(*options, common); });
}

}  // namespace lydian::cli
