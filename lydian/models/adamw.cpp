#include "lydian/models/adamw.h"

#include <numbers>

namespace lydian::models {

Status check(const AdamWConfig& config) {
  const auto between = [](float value, float low, float high, std::string_view key) -> Status {
    if (!(value >= low && value <= high)) return fail("{} = {}, expected {} to {}", key, value, low, high);
    return {};
  };
  TRY_STATUS(between(config.learning_rate, 0, 10, "learning_rate"));
  TRY_STATUS(between(config.min_learning_rate, 0, config.learning_rate, "min_learning_rate"));
  TRY_STATUS(between(config.beta1, 0, 0.99999F, "beta1"));
  TRY_STATUS(between(config.beta2, 0, 0.999999F, "beta2"));
  TRY_STATUS(between(config.epsilon, 1e-20F, 1, "epsilon"));
  TRY_STATUS(between(config.weight_decay, 0, 10, "weight_decay"));
  TRY_STATUS(between(config.clip_norm, 0, 1e6F, "clip"));
  if (config.warmup_steps < 0 || config.warmup_steps >= 1 << 30)
    return fail("warmup = {}, expected 0 to 2^30", config.warmup_steps);
  if (config.decay_steps <= config.warmup_steps || config.decay_steps >= 1 << 30) {
    return fail("decay_steps = {}, expected more than warmup = {}", config.decay_steps, config.warmup_steps);
  }
  return {};
}

Value learning_rate(const AdamWConfig& config, Value step) {
  GraphBuilder& builder = step.builder();
  const Value t = convert(step, DType::f32);
  const auto warmup = static_cast<float>(config.warmup_steps);
  const Value rising = (t + 1.0F) / (warmup + 1.0F) * config.learning_rate;
  const Value progress = minimum((t - warmup) / static_cast<float>(config.decay_steps - config.warmup_steps),
                                 builder.scalar(1.0F));
  const Value wave = (cos(progress * std::numbers::pi_v<float>) + 1.0F) * 0.5F;
  const Value falling = wave * (config.learning_rate - config.min_learning_rate) + config.min_learning_rate;
  return select(less(t, builder.scalar(warmup)), rising, falling);
}

AdamWUpdate adamw(const AdamWConfig& config, const AdamWState& state, Value gradient, std::int64_t decaying,
                  Value step) {
  GraphBuilder& builder = gradient.builder();
  const Value norm = reshape(sqrt(sum(gradient * gradient, 0)), {1});
  Value g = gradient;
  if (config.clip_norm > 0) g = g * minimum(config.clip_norm / (norm + 1e-6F), builder.scalar(1.0F));

  // 1 - beta^t as 1 - exp(t log beta): the graph has no power, and the host computes nothing.
  const Value t = convert(step, DType::f32) + 1.0F;
  const auto correction = [&](float beta) { return 1.0F - exp(t * log(builder.scalar(beta))); };
  const Value m = state.first_moment * config.beta1 + g * (1.0F - config.beta1);
  const Value v = state.second_moment * config.beta2 + g * g * (1.0F - config.beta2);
  const Value direction =
      m / correction(config.beta1) / (sqrt(v / correction(config.beta2)) + config.epsilon);

  const Value decays =
      less(builder.iota(gradient.shape(), 0), builder.scalar_i32(static_cast<std::int32_t>(decaying)));
  const Value decay =
      select(decays, builder.scalar(config.weight_decay), builder.scalar(0.0F)) * state.parameters;
  const Value rate = learning_rate(config, step);
  return {{state.parameters - (direction + decay) * rate, m, v}, norm, rate};
}

}  // namespace lydian::models
