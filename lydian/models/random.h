// Random numbers in the graph: Philox-4x32-10 (core/philox.h is its host twin) and what is made of it.
#pragma once

#include <array>

#include "lydian/program/builder.h"

namespace lydian::models {

using program::DType;
using program::GraphBuilder;
using program::Shape;
using program::Value;

/// What a stream of random numbers is for; keeps streams under one seed apart.
enum class Stream : std::int32_t { initialisation = 1, batch = 2, sampling = 3 };

struct Seed {
  std::uint64_t value = 0;
};

/// Four i32 of uniform bits for each counter (c0, c1, stream, c3 = 0); c0 and c1 broadcast.
[[nodiscard]] std::array<Value, 4> random_bits(Value c0, Value c1, Stream stream, Seed seed);

/// i32 bits -> f32 in (0, 1): ((bits >> 9) + 0.5) / 2^23, exactly.
[[nodiscard]] Value uniform(Value bits);

/// i32 bits -> i32 in [0, range), by the high half of the product.
[[nodiscard]] Value uniform_below(Value bits, std::int64_t range);

/// f32 [n] of independent standard normals (Box-Muller); `tensor` tells the draws of one seed apart.
[[nodiscard]] Value normals(GraphBuilder& builder, std::int64_t n, std::int32_t tensor, Seed seed);

}  // namespace lydian::models
