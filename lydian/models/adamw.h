// AdamW (Loshchilov, Hutter, arXiv 1711.05101) over one flat array of parameters, with clipping by the global
// norm and a learning rate that warms up linearly and then falls along a cosine.
#pragma once

#include "lydian/models/random.h"

namespace lydian::models {

struct AdamWConfig {
  float learning_rate = 1e-3F;
  float min_learning_rate = 1e-4F;
  std::int64_t warmup_steps = 100;
  std::int64_t decay_steps = 2000;  // where the cosine reaches its end
  float beta1 = 0.9F;
  float beta2 = 0.99F;
  float epsilon = 1e-8F;
  float weight_decay = 0.1F;
  float clip_norm = 1.0F;  // 0: no clipping
};
[[nodiscard]] Status check(const AdamWConfig& config);

struct AdamWState {
  Value parameters;     // f32 [P]
  Value first_moment;   // f32 [P]
  Value second_moment;  // f32 [P]
};

struct AdamWUpdate {
  AdamWState next;
  Value gradient_norm;  // f32 [1], before clipping
  Value learning_rate;  // f32 [1]
};

/// The rate of step number `step` (i32 [1], from 0): warm-up (step+1)/(warmup+1), then cosine, then the
/// minimum.
[[nodiscard]] Value learning_rate(const AdamWConfig& config, Value step);

/// One update; the first `decaying` parameters decay.
[[nodiscard]] AdamWUpdate adamw(const AdamWConfig& config, const AdamWState& state, Value gradient,
                                std::int64_t decaying, Value step);

}  // namespace lydian::models
