#include "lydian/models/random.h"

#include <numbers>

#include "lydian/core/philox.h"

namespace lydian::models {
namespace {

Value word(GraphBuilder& builder, std::uint32_t value) {
  return builder.scalar_i32(static_cast<std::int32_t>(value));
}

}  // namespace

std::array<Value, 4> random_bits(Value c0, Value c1, Stream stream, Seed seed) {
  GraphBuilder& builder = c0.builder();
  auto key0 = static_cast<std::uint32_t>(seed.value);
  auto key1 = static_cast<std::uint32_t>(seed.value >> 32);
  const Value multiplier0 = word(builder, kPhiloxMultiplier0);
  const Value multiplier1 = word(builder, kPhiloxMultiplier1);
  std::array<Value, 4> c = {c0, c1, builder.scalar_i32(static_cast<std::int32_t>(stream)),
                            builder.scalar_i32(0)};
  for (int round = 0; round < kPhiloxRounds; ++round) {
    c = {bit_xor(bit_xor(mulhi(multiplier1, c[2]), c[1]), word(builder, key0)), multiplier1 * c[2],
         bit_xor(bit_xor(mulhi(multiplier0, c[0]), c[3]), word(builder, key1)), multiplier0 * c[0]};
    key0 += kPhiloxWeyl0;
    key1 += kPhiloxWeyl1;
  }
  return c;
}

// 23 bits, because with one more the half would not fit the significand and the largest would round to 1.
Value uniform(Value bits) { return (convert(shift_right(bits, 9), DType::f32) + 0.5F) * 0x1p-23F; }

Value uniform_below(Value bits, std::int64_t range) {
  return mulhi(bits, word(bits.builder(), static_cast<std::uint32_t>(range)));
}

Value normals(GraphBuilder& builder, std::int64_t n, std::int32_t tensor, Seed seed) {
  const std::int64_t quarter = (n + 3) / 4;
  const auto bits =
      random_bits(builder.iota({quarter}, 0), builder.scalar_i32(tensor), Stream::initialisation, seed);
  std::vector<Value> parts;
  for (const std::size_t pair : {0U, 2U}) {
    const Value radius = sqrt(log(uniform(bits[pair])) * -2.0F);
    const Value angle = uniform(bits[pair + 1]) * (2.0F * std::numbers::pi_v<float>);
    parts.push_back(radius * cos(angle));
    parts.push_back(radius * sin(angle));
  }
  return slice(concat(parts, 0), 0, 0, n);
}

}  // namespace lydian::models
