#include "lydian/models/key_value_cache.h"

#include <cmath>
#include <limits>

namespace lydian::models {
namespace {

/// x [B, H, T, D] with `row` [B, H, 1, D] at a position of T.
Value with_row(Value x, Value row, Value position) {
  const Value index = x.builder().iota({x.shape()[2], 1}, 0);
  return select(equal(index, reshape(position, {1, 1})), row, x);
}

}  // namespace

Value heads_of(Value qkv, int third, std::int64_t batch, std::int64_t heads) {
  const std::int64_t time = qkv.shape()[0] / batch;
  const std::int64_t width = qkv.shape()[1] / 3;
  const Value columns = slice(qkv, 1, third * width, (third + 1) * width);
  return transpose(reshape(columns, {batch, time, heads, width / heads}), {0, 2, 1, 3});
}

KeyValueCache with_token(const KeyValueCache& cache, Value qkv, Value position) {
  const std::int64_t batch = cache.keys.shape()[0];
  const std::int64_t heads = cache.keys.shape()[1];
  const Value keys = with_row(cache.keys, heads_of(qkv, 1, batch, heads), position);
  const Value values = with_row(cache.values, heads_of(qkv, 2, batch, heads), position);
  return {keys, values};
}

Value cached_attention(const KeyValueCache& cache, Value qkv, Value position) {
  program::GraphBuilder& builder = qkv.builder();
  const Shape shape = cache.keys.shape();
  const Value queries = heads_of(qkv, 0, shape[0], shape[1]);
  const Value scores = matmul(queries, transpose(cache.keys, {0, 1, 3, 2})) *
                       (1.0F / std::sqrt(static_cast<float>(shape[3])));  // [B, H, 1, T]
  const Value index = builder.iota({1, shape[2]}, 1);
  const Value seen = less_equal(index, reshape(position, {1, 1}));
  const Value lowest = builder.scalar(-std::numeric_limits<float>::infinity());
  const Value mixed = matmul(softmax(select(seen, scores, lowest)), cache.values);
  return reshape(mixed, {shape[0], shape[1] * shape[3]});
}

KeyValueCache cache_of(Value qkv, std::int64_t batch, std::int64_t heads, std::int64_t capacity) {
  const auto filled = [&](int third) {
    const Value known = heads_of(qkv, third, batch, heads);
    const std::int64_t rest = capacity - known.shape()[2];
    if (rest == 0) return known;
    const Value zeros = broadcast_to(qkv.builder().scalar(0.0F), {batch, heads, rest, known.shape()[3]});
    return program::concat({known, zeros}, 2);
  };
  const Value keys = filled(1);
  const Value values = filled(2);
  return {keys, values};
}

}  // namespace lydian::models
