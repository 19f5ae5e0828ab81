#include "lydian/models/training.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "lydian/autodiff/gradient.h"
#include "lydian/models/layers.h"

namespace lydian::models {
namespace {

using program::GraphKind;

constexpr const char* kArchitecture = "gpt2";

std::vector<tensor::SafetensorsTensor> parameter_tensors(const ParameterList& parameters) {
  std::vector<tensor::SafetensorsTensor> tensors;
  for (const Parameter& parameter : parameters.list())
    tensors.push_back({parameter.name, DType::f32, parameter.shape});
  return tensors;
}

std::int64_t parameters_offset(const StateFile& file, const ParameterList& parameters) {
  return file.offset(parameters.list().front().name);
}

/// A batch of windows: inputs and targets, i32 [B*T].
struct Batch {
  Value inputs;
  Value targets;
};

/// The windows of `time` tokens that begin at starts i32 [B], counted from the first token in use.
Batch windows(const TokenData& data, Value file, Value starts, std::int64_t time) {
  GraphBuilder& builder = file.builder();
  const std::int64_t batch = starts.shape()[0];
  const DType dtype = data.token_bytes == 1 ? DType::u8 : DType::u16;
  const Value table = read_bytes(file, dtype, {data.end - data.begin, 1}, data.begin * data.token_bytes);
  const Value index = reshape(reshape(starts, {batch, 1}) + builder.iota({batch, time}, 1), {batch * time});
  const auto tokens = [&](Value at) {
    return reshape(convert(gather(table, at), DType::i32), {batch * time});
  };
  return {tokens(index), tokens(index + builder.scalar_i32(1))};
}

/// i32 [B], uniform over the windows that fit, drawn for this step.
Value random_starts(const TrainingConfig& config, Value step) {
  const std::int64_t range = config.data.end - config.data.begin - config.model.context;
  const Value lane = step.builder().iota({config.batch}, 0);
  return uniform_below(random_bits(lane, step, Stream::batch, config.seed)[0], range);
}

Value loss_of(const GptConfig& model, const Weights& weights, const Batch& batch, std::int64_t rows) {
  const Value tokens = reshape(batch.inputs, {rows, model.context});
  return cross_entropy(gpt_head(model, weights, gpt_features(model, weights, tokens)), batch.targets);
}

program::Graph training_init(const TrainingConfig& config, const StateFile& state,
                             const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, -1, program.constants);
  const Value zero = broadcast_to(builder.scalar(0.0F), {1});
  const Value moments = broadcast_to(builder.scalar(0.0F), {parameters.total()});
  const Value step = broadcast_to(builder.scalar_i32(0), {1});
  return builder.finish(state.write(
      builder,
      std::array{step, zero, zero, zero, parameters.initial(builder, config.seed), moments, moments}));
}

program::Graph training_step(const TrainingConfig& config, const StateFile& state,
                             const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, state.bytes(), program.constants);
  const Value file = builder.state();
  const Value step = state.read(file, "step");
  const Batch batch =
      windows(config.data, builder.constant(0), random_starts(config, step), config.model.context);
  const Weights weights = parameters.read(file, parameters_offset(state, parameters));
  const Value loss = loss_of(config.model, weights, batch, config.batch);

  std::vector<Value> wanted;
  for (const Parameter& parameter : parameters.list()) wanted.push_back(weights.at(parameter.name));
  std::vector<Value> flat;
  for (const Value& gradient : autodiff::gradients(loss, wanted))
    flat.push_back(reshape(gradient, {gradient.shape().elements()}));

  const Value all = read_bytes(file, DType::f32, {parameters.total()}, parameters_offset(state, parameters));
  const AdamWState before = {all, state.read(file, "adam.m"), state.read(file, "adam.v")};
  const AdamWUpdate update = adamw(config.optimizer, before, concat(flat, 0), parameters.decaying(), step);
  return builder.finish(state.write(
      builder, std::array{step + builder.scalar_i32(1), loss, update.gradient_norm, update.learning_rate,
                          update.next.parameters, update.next.first_moment, update.next.second_moment}));
}

program::Graph training_output(const TrainingConfig& config, const StateFile& state,
                               const ParameterList& parameters, Program& program) {
  GraphBuilder builder(&program.literals, state.bytes(), program.constants);
  const StateFile result = result_file(config.model, config.metadata);
  const Value all =
      read_bytes(builder.state(), DType::f32, {parameters.total()}, parameters_offset(state, parameters));
  return builder.finish(result.write(builder, std::array{all}));
}

Result<std::int64_t> number_in(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return fail("the model's metadata has no \"{}\"", key);
  std::int64_t value = 0;
  const char* end = entry->second.data() + entry->second.size();
  const auto parsed = std::from_chars(entry->second.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end)
    return fail("the model's metadata has \"{}\" = \"{}\", expected a number", key, entry->second);
  return value;
}

Status check_tokens(const TokenData& data, std::int64_t context) {
  if (data.begin < 0 || data.end * data.token_bytes > data.blob.bytes)
    return fail("tokens {} to {} of a file of {} bytes", data.begin, data.end, data.blob.bytes);
  if (data.end - data.begin > std::numeric_limits<std::int32_t>::max())
    return fail("{} tokens, at most 2^31 - 1 are possible", data.end - data.begin);
  if (data.end - data.begin <= context)
    return fail("{} tokens, a context of {} needs at least {}", data.end - data.begin, context, context + 1);
  return {};
}

}  // namespace

Status check(const TrainingConfig& config) {
  TRY_STATUS(check(config.model));
  TRY_STATUS(check(config.optimizer));
  TRY_STATUS(check_tokens(config.data, config.model.context));
  if (config.batch < 1 || config.batch > 1 << 20) return fail("batch = {}, expected 1 to 2^20", config.batch);
  TRY_STATUS(check_sizes(config.model, config.batch, config.model.context));
  if (config.steps < 1 || config.steps > 1 << 30) return fail("steps = {}, expected 1 to 2^30", config.steps);
  if (config.interval < 1 || config.interval > config.steps)
    return fail("checkpoint_every = {}, expected 1 to steps = {}", config.interval, config.steps);
  const std::int64_t bytes = gpt_parameters(config.model).total() * 12;
  if (bytes > tensor::kMaxExtent - 65536)
    return fail("the model's training state has {} bytes, at most 2^32 are possible", bytes);
  return {};
}

StateFile training_state(const GptConfig& model) {
  const ParameterList parameters = gpt_parameters(model);
  std::vector<tensor::SafetensorsTensor> tensors = {{"step", DType::i32, {1}},
                                                    {"loss", DType::f32, {1}},
                                                    {"gradient_norm", DType::f32, {1}},
                                                    {"learning_rate", DType::f32, {1}}};
  const auto named = parameter_tensors(parameters);
  tensors.insert(tensors.end(), named.begin(), named.end());
  tensors.push_back({"adam.m", DType::f32, {parameters.total()}});
  tensors.push_back({"adam.v", DType::f32, {parameters.total()}});
  return StateFile(std::move(tensors));
}

StateFile result_file(const GptConfig& model, const std::map<std::string, std::string>& metadata) {
  std::map<std::string, std::string> all = metadata;
  all["format"] = "pt";  // what Hugging Face's loaders ask for
  all["lydian.architecture"] = kArchitecture;
  all["lydian.layers"] = std::to_string(model.layers);
  all["lydian.heads"] = std::to_string(model.heads);
  all["lydian.width"] = std::to_string(model.width);
  all["lydian.context"] = std::to_string(model.context);
  all["lydian.vocabulary"] = std::to_string(model.vocabulary);
  all["lydian.tied"] = std::to_string(static_cast<int>(model.tied));
  return StateFile(parameter_tensors(gpt_parameters(model)), all);
}

Result<GptConfig> gpt_from_metadata(const std::map<std::string, std::string>& metadata) {
  const auto architecture = metadata.find("lydian.architecture");
  if (architecture == metadata.end() || architecture->second != kArchitecture) {
    return fail("the model's metadata does not name the architecture \"{}\" under \"lydian.architecture\"",
                kArchitecture);
  }
  GptConfig model;
  model.layers = TRY(number_in(metadata, "lydian.layers"));
  model.heads = TRY(number_in(metadata, "lydian.heads"));
  model.width = TRY(number_in(metadata, "lydian.width"));
  model.context = TRY(number_in(metadata, "lydian.context"));
  model.vocabulary = TRY(number_in(metadata, "lydian.vocabulary"));
  const std::int64_t tied = TRY(number_in(metadata, "lydian.tied"));
  if (tied != 0 && tied != 1)
    return fail("the model's metadata has \"lydian.tied\" = {}, expected 0 or 1", tied);
  model.tied = tied == 1;
  TRY_STATUS(check(model));
  return model;
}

Program training_program(const TrainingConfig& config) {
  const ParameterList parameters = gpt_parameters(config.model);
  const StateFile state = training_state(config.model);
  Program program{.steps = config.steps, .interval = config.interval};
  program.state_bytes = state.bytes();
  program.result_bytes = result_file(config.model, config.metadata).bytes();
  program.constants = {config.data.blob};
  program.graph(GraphKind::init) = training_init(config, state, parameters, program);
  program.graph(GraphKind::step) = training_step(config, state, parameters, program);
  program.graph(GraphKind::output) = training_output(config, state, parameters, program);
  return program;
}

StateFile evaluation_state() { return StateFile({{"step", DType::i32, {1}}, {"loss_sum", DType::f32, {1}}}); }

Program evaluation_program(const EvaluationConfig& config) {
  const ParameterList parameters = gpt_parameters(config.model);
  const StateFile state = evaluation_state();
  Program program{.steps = config.steps,
                  .interval = config.steps,
                  .state_bytes = state.bytes(),
                  .result_bytes = state.bytes()};
  program.constants = {config.weights, config.data.blob};
  {
    GraphBuilder builder(&program.literals, -1, program.constants);
    const Value step = broadcast_to(builder.scalar_i32(0), {1});
    program.graph(GraphKind::init) =
        builder.finish(state.write(builder, std::array{step, broadcast_to(builder.scalar(0.0F), {1})}));
  }
  {
    GraphBuilder builder(&program.literals, state.bytes(), program.constants);
    const Value step = state.read(builder.state(), "step");
    // Window w of all W = steps * batch begins at w * (room / W).
    const std::int64_t room = config.data.end - config.data.begin - config.model.context;
    const std::int64_t distance = room / (config.steps * config.batch);
    const Value window =
        step * builder.scalar_i32(static_cast<std::int32_t>(config.batch)) + builder.iota({config.batch}, 0);
    const Value starts = window * builder.scalar_i32(static_cast<std::int32_t>(distance));
    const Batch batch = windows(config.data, builder.constant(1), starts, config.model.context);
    const Weights weights = parameters.read(builder.constant(0), config.parameters_offset);
    const Value loss =
        state.read(builder.state(), "loss_sum") + loss_of(config.model, weights, batch, config.batch);
    program.graph(GraphKind::step) =
        builder.finish(state.write(builder, std::array{step + builder.scalar_i32(1), loss}));
  }
  {
    GraphBuilder builder(&program.literals, state.bytes(), program.constants);
    const Value both = read_bytes(builder.state(), DType::i32, {2}, state.offset("step"));
    program.graph(GraphKind::output) = builder.finish(state.write(builder, std::array{both}));
  }
  return program;
}

}  // namespace lydian::models
