#include "lydian/models/layers.h"

#include <cmath>
#include <limits>

namespace lydian::models {
namespace {

constexpr float kNormEpsilon = 1e-5F;

/// x [..., C] -> [..., 1], so that it broadcasts over the last axis.
Value keep_last(Value reduced) {
  return reshape(reduced, reduced.shape().inserted(reduced.shape().rank(), 1));
}

Value sum_last(Value x) { return keep_last(sum(x, x.shape().rank() - 1)); }
Value max_last(Value x) { return keep_last(max(x, x.shape().rank() - 1)); }

/// The largest of each row, a constant to the gradient: it cancels where it is used.
Value row_shift(Value x) { return x.builder().stop_gradient(max_last(x)); }

}  // namespace

Value layer_norm(Value x, Value weight, Value bias) {
  const auto width = static_cast<float>(x.shape().last());
  const Value centred = x - sum_last(x) / width;
  const Value variance = sum_last(centred * centred) / width;
  return centred / sqrt(variance + kNormEpsilon) * weight + bias;
}

Value gelu(Value x) {
  constexpr float kScale = -2.0F * 0.797884560802865F;  // -2 sqrt(2/pi)
  constexpr float kLimit =
      80.0F;  // exp stays finite, so that the gradient has no 0 * infinity; |result| < 1e-33 there
  const Value inner = minimum((x + x * x * x * 0.044715F) * kScale, x.builder().scalar(kLimit));
  return x / (exp(inner) + 1.0F);
}

Value softmax(Value x) {
  const Value e = exp(x - row_shift(x));
  return e / sum_last(e);
}

Value linear(Value x, Value weight, Value bias) { return matmul(x, weight) + bias; }

Value causal_attention(Value qkv, std::int64_t batch, std::int64_t heads) {
  program::GraphBuilder& builder = qkv.builder();
  const std::int64_t time = qkv.shape()[0] / batch;
  const std::int64_t width = qkv.shape()[1] / 3;
  const std::int64_t head = width / heads;
  const auto part = [&](int index) {  // [B, H, T, D]
    const Value columns = slice(qkv, 1, index * width, (index + 1) * width);
    return transpose(reshape(columns, {batch, time, heads, head}), {0, 2, 1, 3});
  };
  const Value scores =
      matmul(part(0), transpose(part(1), {0, 1, 3, 2})) * (1.0F / std::sqrt(static_cast<float>(head)));
  const Value seen =
      less_equal(builder.iota({time, time}, 1), builder.iota({time, time}, 0));  // key <= query
  const Value weights =
      softmax(select(seen, scores, builder.scalar(-std::numeric_limits<float>::infinity())));
  return reshape(transpose(matmul(weights, part(2)), {0, 2, 1, 3}), {batch * time, width});
}

Value cross_entropy(Value logits, Value targets) {
  program::GraphBuilder& builder = logits.builder();
  const std::int64_t rows = logits.shape()[0];
  const Value shift = row_shift(logits);
  const Value log_total = log(sum_last(exp(logits - shift))) + shift;  // [N, 1]
  const Value is_target = equal(builder.iota(logits.shape(), 1), reshape(targets, {rows, 1}));
  const Value picked = sum_last(select(is_target, logits, builder.scalar(0.0F)));
  return reshape(sum(reshape(log_total - picked, {rows}), 0) / static_cast<float>(rows), {1});
}

}  // namespace lydian::models
