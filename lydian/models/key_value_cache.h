// Attention of new tokens over the keys and values of those before them, which a generation's state keeps.
// Shapes stand in brackets: B sequences, T positions, H heads, D = C / H.
#pragma once

#include "lydian/models/layers.h"

namespace lydian::models {

/// A third of qkv [B*T, 3C] (0 queries, 1 keys, 2 values) by heads: [B, H, T, D].
[[nodiscard]] Value heads_of(Value qkv, int third, std::int64_t batch, std::int64_t heads);

/// A layer's keys and values, each [B, H, T, D].
struct KeyValueCache {
  Value keys;
  Value values;
};

/// The cache with the keys and values of one new token a sequence, qkv [B, 3C], at `position` i32 [1].
[[nodiscard]] KeyValueCache with_token(const KeyValueCache& cache, Value qkv, Value position);

/// The new tokens' attention over positions up to their own -> [B, C]. The cache holds them already. What it
/// holds beyond does not count: its weight is exp(-infinity), an exact zero.
[[nodiscard]] Value cached_attention(const KeyValueCache& cache, Value qkv, Value position);

/// The cache of `capacity` positions after a causal pass over qkv [B*T, 3C], the positions beyond T zero.
[[nodiscard]] KeyValueCache cache_of(Value qkv, std::int64_t batch, std::int64_t heads,
                                     std::int64_t capacity);

}  // namespace lydian::models
