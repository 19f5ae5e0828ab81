#include "lydian/cli/local_job.h"

#include <algorithm>

#include "lydian/core/available_memory.h"
#include "lydian/core/file_pages.h"
#include "lydian/merkle/tree.h"

namespace lydian::cli {

using models::Recipe;
using runtime::Engine;

Status check_fits(std::string_view what, Engine& engine) {
  constexpr double kGigabyte = 1e9;
  const std::int64_t needed = engine.memory_bytes();
  const std::int64_t available = available_memory();
  if (needed <= available) return {};
  return fail(
      "{} needs {:.1f} GB of memory, this machine has {:.1f} GB free: a smaller batch, context or model "
      "needs less",
      what, static_cast<double>(needed) / kGigabyte, static_cast<double>(available) / kGigabyte);
}

std::optional<double> validation_loss(const Recipe& recipe, ByteView weights, std::int64_t parameters_offset,
                                      std::int64_t batches, ThreadPool& pool,
                                      const std::function<bool()>& is_stopped) {
  models::EvaluationConfig config{
      .model = recipe.training.model, .parameters_offset = parameters_offset, .data = recipe.training.data};
  config.weights.bytes =
      static_cast<std::int64_t>(weights.size());  // run at once from these bytes: no root is needed
  config.data.begin = recipe.validation_begin;
  config.data.end = recipe.validation_end;
  config.batch = recipe.training.batch;
  const std::int64_t fitting =
      (config.data.end - config.data.begin - config.model.context) / (config.batch * config.model.context);
  config.steps = std::max<std::int64_t>(1, std::min(batches, fitting));
  const program::Program program = models::evaluation_program(config);
  Engine engine(program, {weights, recipe.token_file}, pool);
  while (!engine.is_done()) {
    if (is_stopped()) return std::nullopt;
    engine.advance();
  }
  const auto at = static_cast<std::size_t>(models::evaluation_state().offset("loss_sum"));
  return load_le<float>(engine.state().data() + at) / static_cast<double>(config.steps);
}

Result<Model> open_model(const std::filesystem::path& path) {
  const std::string place = path.string();
  Pages file = TRY(read_file_into_pages(path));
  const auto header = tensor::parse_safetensors(file.bytes());
  if (!header) return within(place, header.error());
  const auto config = models::gpt_from_metadata(header->metadata);
  if (!config) return within(place, config.error());
  auto tokenizer = models::Tokenizer::from_metadata(header->metadata);
  if (!tokenizer) return within(place, tokenizer.error());
  const models::ParameterList parameters = models::gpt_parameters(*config);
  std::int64_t at = header->data_begin;
  for (const models::Parameter& parameter : parameters.list()) {
    const auto* entry = header->find(parameter.name);
    if (entry == nullptr) return fail("{}: the tensor {} is missing", place, parameter.name);
    if (entry->shape != parameter.shape || entry->dtype != tensor::DType::f32 || entry->begin != at) {
      return fail("{}: the tensor {} is not f32 {} at byte {}", place, parameter.name, parameter.shape.text(),
                  at);
    }
    at = entry->end;
  }
  return Model{std::move(file), *config, std::move(*tokenizer), header->data_begin};
}

namespace {

/// Adds config.new_tokens to each of the texts, of which config.prompts are the ends.
Status extend_texts(const Model& model, const models::GenerationConfig& config, bool slide, ThreadPool& pool,
                    std::vector<std::vector<std::int32_t>>& texts, const ShowText& show) {
  TRY_STATUS(slide ? models::check(config) : models::check_cached(config));
  const program::Program program =
      slide ? models::sliding_generation_program(config) : models::generation_program(config);
  const models::StateFile layout =
      slide ? models::generation_result(config) : models::generation_state(config);
  const std::int64_t tokens_at = layout.offset("tokens");
  Engine engine(program, {model.file.bytes()}, pool);
  TRY_STATUS(check_fits("the generation", engine));
  engine.advance();
  for (std::int64_t i = 0; i < config.new_tokens; ++i) {
    engine.advance();
    for (std::int64_t text = 0; text < config.batch(); ++text) {
      const std::int64_t element = text * config.total_tokens() + config.prompt_tokens() + i;
      const std::array token = {load_le<std::int32_t>(engine.state().data() + tokens_at + 4 * element)};
      texts[static_cast<std::size_t>(text)].push_back(token[0]);
      show(text, model.tokenizer.decode(token));
    }
  }
  return {};
}

}  // namespace

Status generate_texts(const Model& model, const TextRequest& request, ThreadPool& pool,
                      const ShowText& show) {
  if (request.tokens < 1) return fail("{} tokens, expected 1 or more", request.tokens);
  if (request.batch < 1 || request.batch > 1024)
    return fail("a batch of {}, expected 1 to 1024", request.batch);
  models::GenerationConfig config{.model = model.config, .parameters_offset = model.parameters_offset};
  config.weights.bytes = static_cast<std::int64_t>(model.file.size());
  config.temperature = request.temperature;
  config.top_k = request.top_k;
  config.seed = {request.seed};
  const std::vector<std::int32_t> prompt = TRY(model.tokenizer.encode(request.prompt));
  if (prompt.empty()) return fail("the prompt is empty, at least one token is needed");
  std::vector texts(static_cast<std::size_t>(request.batch), prompt);
  for (std::int64_t text = 0; text < request.batch; ++text) show(text, request.prompt);

  const std::int64_t context = model.config.context;
  for (std::int64_t left = request.tokens; left > 0; left -= config.new_tokens) {
    const std::int64_t length = std::ssize(texts.front());
    // As much of the text as leaves room for what is to come, and never less than half the context.
    const std::int64_t kept =
        request.slide ? length
                      : std::clamp<std::int64_t>(std::max(context / 2, context + 1 - left), 1, length);
    config.new_tokens = request.slide ? left : std::min(left, context + 1 - kept);
    config.tokens_before = length - kept;
    config.prompts.clear();
    for (const auto& text : texts) config.prompts.emplace_back(text.end() - kept, text.end());
    TRY_STATUS(extend_texts(model, config, request.slide, pool, texts, show));
  }
  return {};
}

Status generate_text(const Model& model, const TextRequest& request, ThreadPool& pool,
                     const std::function<void(std::string_view)>& show) {
  return generate_texts(model, request, pool, [&](std::int64_t, std::string_view piece) { show(piece); });
}

}  // namespace lydian::cli
