#include "lydian/cli/local_job.h"

#include "lydian/merkle/tree.h"

namespace lydian::cli {

using models::Recipe;
using runtime::Engine;

double validation_loss(const Recipe& recipe, ByteView weights, std::int64_t parameters_offset,
                       std::int64_t batches, ThreadPool& pool) {
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
  while (!engine.is_done()) engine.advance();
  const auto at = static_cast<std::size_t>(models::evaluation_state().offset("loss_sum"));
  return load_le<float>(engine.state().data() + at) / static_cast<double>(config.steps);
}

Result<Model> open_model(Bytes file, const std::string& place) {
  const auto header = tensor::parse_safetensors(file);
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

Status generate_text(const Model& model, const TextRequest& request, ThreadPool& pool,
                     const std::function<void(std::string_view)>& show) {
  models::GenerationConfig config{.model = model.config, .parameters_offset = model.parameters_offset};
  config.weights.bytes = static_cast<std::int64_t>(model.file.size());
  config.prompt = TRY(model.tokenizer.encode(request.prompt));
  config.new_tokens = request.tokens;
  config.temperature = request.temperature;
  config.top_k = request.top_k;
  config.seed = {request.seed};
  TRY_STATUS(models::check(config));
  const program::Program program = models::generation_program(config);
  const auto tokens_at = static_cast<std::size_t>(
      models::generation_state(static_cast<std::int64_t>(config.prompt.size()) + config.new_tokens)
          .offset("tokens"));
  Engine engine(program, {model.file}, pool);
  engine.advance();
  show(request.prompt);
  for (std::int64_t i = 0; i < config.new_tokens; ++i) {
    engine.advance();
    const std::size_t at = tokens_at + 4 * (config.prompt.size() + static_cast<std::size_t>(i));
    const std::array token = {load_le<std::int32_t>(engine.state().data() + at)};
    show(model.tokenizer.decode(token));
  }
  return {};
}

}  // namespace lydian::cli
