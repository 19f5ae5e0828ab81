#include "lydian/models/generation.h"

#include <limits>

#include "lydian/models/key_value_cache.h"

namespace lydian::models {
namespace {

using program::GraphKind;

std::string cache_name(std::int64_t layer, std::string_view part) {
  return fmt::format("cache.{}.{}", layer, part);
}

std::vector<tensor::SafetensorsTensor> result_tensors(const GenerationConfig& config) {
  return {{"count", DType::i32, {1}}, {"tokens", DType::i32, {config.batch(), config.total_tokens()}}};
}

/// The value in each row of `logits` [B, V] that exactly `rank` distinct values are not below (rank 1: the
/// largest).
Value kth_largest(Value logits, std::int64_t rank) {
  const Value lowest = logits.builder().scalar(-std::numeric_limits<float>::infinity());
  const std::int64_t batch = logits.shape()[0];
  Value rest = logits;
  for (std::int64_t i = 1; i < rank; ++i)
    rest = select(greater_equal(rest, reshape(max(rest, 1), {batch, 1})), lowest, rest);
  return reshape(max(rest, 1), {batch, 1});
}

/// i32 [B]: the next tokens for logits [B, V], by the Gumbel-max trick where there is a temperature. Each
/// sequence has numbers of its own: they are drawn by the element's place in [B, V] and the length so far.
Value sample(const GenerationConfig& config, Value logits, Value count) {
  GraphBuilder& builder = logits.builder();
  const Shape shape = logits.shape();
  if (config.temperature == 0) return argmax(logits, 1);
  if (config.top_k > 0 && config.top_k < shape[1]) {
    const Value lowest = builder.scalar(-std::numeric_limits<float>::infinity());
    logits = select(less(logits, kth_largest(logits, config.top_k)), lowest, logits);
  }
  const Value element = reshape(builder.iota({shape.elements()}, 0), shape);
  const Value length = count + builder.scalar_i32(static_cast<std::int32_t>(config.tokens_before));
  const Value bits = random_bits(element, reshape(length, {1, 1}), Stream::sampling, config.seed)[0];
  const Value gumbel = neg(log(neg(log(uniform(bits)))));
  const Value cooled = logits / config.temperature;
  return argmax(cooled + gumbel, 1);
}

/// i32 [B, P].
Value prompts_of(const GenerationConfig& config, GraphBuilder& builder) {
  Bytes bytes;
  for (const auto& prompt : config.prompts) {
    for (const std::int32_t token : prompt) {
      bytes.resize(bytes.size() + 4);
      store_le(bytes.data() + bytes.size() - 4, token);
    }
  }
  return builder.literal(DType::i32, {config.batch(), config.prompt_tokens()}, bytes);
}

/// count and tokens at the beginning.
std::vector<Value> first_tokens(const GenerationConfig& config, Value prompts) {
  GraphBuilder& builder = prompts.builder();
  const Value count =
      broadcast_to(builder.scalar_i32(static_cast<std::int32_t>(config.prompt_tokens())), {1});
  const Value rest = broadcast_to(builder.scalar_i32(0), {config.batch(), config.new_tokens});
  return {count, program::concat({prompts, rest}, 1)};
}

/// The tokens of every sequence at these positions of it, i32 [T] -> [B, T].
Value tokens_at(Value tokens, Value positions) {
  const std::int64_t batch = tokens.shape()[0];
  const std::int64_t total = tokens.shape()[1];
  const std::int64_t time = positions.shape()[0];
  GraphBuilder& builder = tokens.builder();
  const Value sequence = builder.iota({batch, time}, 0);
  const Value begin = sequence * builder.scalar_i32(static_cast<std::int32_t>(total));
  const Value index = reshape(begin + positions, {batch * time});
  return reshape(gather(reshape(tokens, {batch * total, 1}), index), {batch, time});
}

/// count and tokens after a step with these logits [B, V].
std::vector<Value> next_tokens(const GenerationConfig& config, Value count, Value tokens, Value logits) {
  GraphBuilder& builder = count.builder();
  const Value next = reshape(sample(config, logits, count), {config.batch(), 1});
  const Value here = equal(builder.iota({config.total_tokens()}, 0), count);
  const Value longer = count + builder.scalar_i32(1);
  return {longer, select(here, next, tokens)};
}

program::Graph output_graph(const GenerationConfig& config, const StateFile& state, Program& program) {
  GraphBuilder builder(&program.literals, state.bytes(), program.constants);
  const std::int64_t words = 1 + config.batch() * config.total_tokens();
  const Value all = read_bytes(builder.state(), DType::i32, {words}, state.offset("count"));
  return builder.finish(generation_result(config).write(builder, std::array{all}));
}

Program empty_program(const GenerationConfig& config, const StateFile& state) {
  Program program{.steps = config.new_tokens,
                  .interval = config.new_tokens,
                  .state_bytes = state.bytes(),
                  .result_bytes = generation_result(config).bytes()};
  program.constants = {config.weights};
  program.graph(GraphKind::output) = output_graph(config, state, program);
  return program;
}

/// The keys and values of all layers for the prompts but their last token, which the first step is for.
std::vector<Value> first_caches(const GenerationConfig& config, const Weights& weights, Value prompts) {
  const std::int64_t batch = config.batch();
  const std::int64_t heads = config.model.heads;
  const std::int64_t capacity = config.total_tokens() - 1;
  const std::int64_t known = config.prompt_tokens() - 1;
  std::vector<Value> caches;
  if (known == 0) {
    const Value zeros =
        broadcast_to(prompts.builder().scalar(0.0F), {batch, heads, capacity, config.model.width / heads});
    caches.assign(static_cast<std::size_t>(2 * config.model.layers), zeros);
    return caches;
  }
  const auto attention = [&](std::int64_t, Value qkv) {
    const KeyValueCache cache = cache_of(qkv, batch, heads, capacity);
    caches.push_back(cache.keys);
    caches.push_back(cache.values);
    return causal_attention(qkv, batch, heads);
  };
  const Value tokens = slice(prompts, 1, 0, known);
  (void)gpt_blocks(config.model, weights, gpt_embed(config.model, weights, tokens), attention);
  return caches;
}

program::Graph cached_init(const GenerationConfig& config, const StateFile& state,
                           const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, -1, program.constants);
  const Weights weights = parameters.read(builder.constant(0), config.parameters_offset);
  const Value prompts = prompts_of(config, builder);
  std::vector<Value> parts = first_caches(config, weights, prompts);
  for (const Value& part : first_tokens(config, prompts)) parts.push_back(part);
  return builder.finish(state.write(builder, parts));
}

program::Graph cached_step(const GenerationConfig& config, const StateFile& state,
                           const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, state.bytes(), program.constants);
  const Weights weights = parameters.read(builder.constant(0), config.parameters_offset);
  const Value count = state.read(builder.state(), "count");
  const Value tokens = state.read(builder.state(), "tokens");
  const Value position = count - builder.scalar_i32(1);
  const Value newest = reshape(tokens_at(tokens, position), {config.batch()});
  const Value meaning = gather(weights.at("transformer.wte.weight"), newest);
  const Value place = gather(weights.at("transformer.wpe.weight"), position);
  const Value embedded = meaning + place;
  std::vector<Value> parts;
  const auto attention = [&](std::int64_t layer, Value qkv) {
    const Value keys = state.read(builder.state(), cache_name(layer, "keys"));
    const Value values = state.read(builder.state(), cache_name(layer, "values"));
    const KeyValueCache cache = with_token({keys, values}, qkv, position);
    parts.push_back(cache.keys);
    parts.push_back(cache.values);
    return cached_attention(cache, qkv, position);
  };
  const Value features = gpt_blocks(config.model, weights, embedded, attention);
  const Value logits = gpt_head(config.model, weights, features);
  for (const Value& part : next_tokens(config, count, tokens, logits)) parts.push_back(part);
  return builder.finish(state.write(builder, parts));
}

program::Graph sliding_step(const GenerationConfig& config, const StateFile& state,
                            const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, state.bytes(), program.constants);
  const std::int64_t batch = config.batch();
  const std::int64_t time = std::min(config.model.context, config.total_tokens());
  const Weights weights = parameters.read(builder.constant(0), config.parameters_offset);
  const Value count = state.read(builder.state(), "count");
  const Value tokens = state.read(builder.state(), "tokens");
  const Value span = builder.scalar_i32(static_cast<std::int32_t>(time));
  const Value first = maximum(count - span, builder.scalar_i32(0));
  const Value places = builder.iota({time}, 0);
  const Value window = tokens_at(tokens, places + first);
  const Value features = gpt_features(config.model, weights, window);
  const Value newest = minimum(count, span) - builder.scalar_i32(1);
  const Value sequence = builder.iota({batch}, 0);
  const Value rows = sequence * span + newest;
  const Value logits = gpt_head(config.model, weights, gather(features, rows));
  return builder.finish(state.write(builder, next_tokens(config, count, tokens, logits)));
}

}  // namespace

Status check(const GenerationConfig& config) {
  TRY_STATUS(check(config.model));
  if (config.prompts.empty() || config.batch() > 1 << 10)
    return fail("{} prompts, expected 1 to 1024", config.batch());
  if (config.prompts.front().empty()) return fail("the prompt is empty, at least one token is needed");
  for (const auto& prompt : config.prompts) {
    if (std::ssize(prompt) != config.prompt_tokens())
      return fail("prompts of {} and {} tokens, all must have the same length", config.prompt_tokens(),
                  prompt.size());
    for (const std::int32_t token : prompt) {
      if (token < 0 || token >= config.model.vocabulary)
        return fail("the prompt has token {}, the vocabulary has {}", token, config.model.vocabulary);
    }
  }
  if (config.new_tokens < 1 || config.new_tokens > 1 << 24)
    return fail("{} new tokens, expected 1 to 2^24", config.new_tokens);
  constexpr std::int64_t kElementsMax = std::numeric_limits<std::int32_t>::max();
  if (config.batch() * config.total_tokens() > kElementsMax ||
      config.batch() * config.model.vocabulary > kElementsMax)
    return fail("{} sequences of {} tokens of {} are too many, expected 2^31 - 1 in all", config.batch(),
                config.total_tokens(), config.model.vocabulary);
  TRY_STATUS(
      check_sizes(config.model, config.batch(), std::min(config.model.context, config.total_tokens())));
  if (!(config.temperature >= 0 && config.temperature <= 100))
    return fail("temperature = {}, expected 0 to 100", config.temperature);
  if (config.top_k < 0 || config.top_k > 1000)
    return fail("top_k = {}, expected 0 (all) to 1000", config.top_k);
  return {};
}

Status check_cached(const GenerationConfig& config) {
  TRY_STATUS(check(config));
  if (config.total_tokens() - 1 > config.model.context)
    return fail("{} tokens of prompt and {} new ones, the model's context has room for {} in all",
                config.prompt_tokens(), config.new_tokens, config.model.context + 1);
  const double bytes = 8.0 * static_cast<double>(config.model.layers * config.model.width) *
                       static_cast<double>(config.batch() * config.total_tokens());
  if (bytes > static_cast<double>(tensor::kMaxExtent - 65536))
    return fail("keys and values of {} sequences of {} tokens have {:.0f} bytes, at most 2^32 are possible",
                config.batch(), config.total_tokens(), bytes);
  return {};
}

StateFile generation_result(const GenerationConfig& config) { return StateFile(result_tensors(config)); }

StateFile generation_state(const GenerationConfig& config) {
  std::vector<tensor::SafetensorsTensor> tensors;
  const Shape shape{config.batch(), config.model.heads, config.total_tokens() - 1,
                    config.model.width / config.model.heads};
  for (std::int64_t layer = 0; layer < config.model.layers; ++layer) {
    tensors.push_back({cache_name(layer, "keys"), DType::f32, shape});
    tensors.push_back({cache_name(layer, "values"), DType::f32, shape});
  }
  for (const auto& tensor : result_tensors(config)) tensors.push_back(tensor);
  return StateFile(std::move(tensors));
}

Program generation_program(const GenerationConfig& config) {
  const ParameterList parameters = gpt_parameters(config.model);
  const StateFile state = generation_state(config);
  Program program = empty_program(config, state);
  program.graph(GraphKind::init) = cached_init(config, state, parameters, program);
  program.graph(GraphKind::step) = cached_step(config, state, parameters, program);
  return program;
}

Program sliding_generation_program(const GenerationConfig& config) {
  const ParameterList parameters = gpt_parameters(config.model);
  const StateFile state = generation_result(config);
  Program program = empty_program(config, state);
  GraphBuilder builder(&program.literals, -1, program.constants);
  program.graph(GraphKind::init) =
      builder.finish(state.write(builder, first_tokens(config, prompts_of(config, builder))));
  program.graph(GraphKind::step) = sliding_step(config, state, parameters, program);
  return program;
}

}  // namespace lydian::models
