// The pieces of a transformer, composed of primitive operators. Shapes stand in brackets: N rows (batch times
// time), B batch, T time, C width, H heads, D = C / H, V vocabulary.
#pragma once

#include "lydian/program/builder.h"

namespace lydian::models {

using program::DType;
using program::Shape;
using program::Value;

/// x [N, C], weight and bias [C] -> [N, C]; epsilon 1e-5. Ba, Kiros, Hinton, arXiv 1607.06450.
[[nodiscard]] Value layer_norm(Value x, Value weight, Value bias);

/// The tanh form, x / (1 + exp(-2 sqrt(2/pi) (x + 0.044715 x^3))). Hendrycks, Gimpel, arXiv 1606.08415.
[[nodiscard]] Value gelu(Value x);

/// Over the last axis.
[[nodiscard]] Value softmax(Value x);

/// Causal self-attention: queries, keys and values side by side in qkv [B*T, 3C] -> [B*T, C].
[[nodiscard]] Value causal_attention(Value qkv, std::int64_t batch, std::int64_t heads);

/// x [N, C], weight [C, K], bias [K] -> [N, K].
[[nodiscard]] Value linear(Value x, Value weight, Value bias);

/// Mean over the rows of -log softmax(logits)[target]; logits [N, V], targets i32 [N] -> f32 [1].
[[nodiscard]] Value cross_entropy(Value logits, Value targets);

}  // namespace lydian::models
