// The model's loss and gradients, AdamW and the learning-rate schedule against PyTorch in double precision:
// vectors/pytorch_gradients.safetensors, which tools/pytorch_gradients.py writes.
#include <gtest/gtest.h>

#include "lydian/autodiff/gradient.h"
#include "lydian/core/file.h"
#include "lydian/models/adamw.h"
#include "lydian/models/gpt.h"
#include "lydian/models/key_value_cache.h"
#include "lydian/models/layers.h"
#include "lydian/runtime/interpreter.h"
#include "lydian/tensor/safetensors.h"

namespace lydian::models {
namespace {

using program::Constant;
using program::LiteralTable;

constexpr GptConfig kModel{.layers = 2, .heads = 2, .width = 16, .context = 8, .vocabulary = 11};
constexpr AdamWConfig kOptimizer{
    .learning_rate = 3e-3F, .min_learning_rate = 3e-4F, .warmup_steps = 3, .decay_steps = 12};
constexpr int kOptimizerSteps = 4;
constexpr std::int64_t kBatch = 3;

class PytorchFile {
 public:
  PytorchFile() {
    auto bytes = read_file(std::string(LYDIAN_SOURCE_DIR) + "/vectors/pytorch_gradients.safetensors");
    if (!bytes) throw std::runtime_error(bytes.error().message);
    bytes_ = std::move(*bytes);
    auto parsed = tensor::parse_safetensors(bytes_);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    parsed_ = std::move(*parsed);
  }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] const tensor::SafetensorsEntry& entry(const std::string& name) const {
    const auto* found = parsed_.find(name);
    if (found == nullptr) throw std::runtime_error("no " + name);
    return *found;
  }
  [[nodiscard]] std::vector<float> floats(const std::string& name) const {
    const auto& at = entry(name);
    std::vector<float> values(static_cast<std::size_t>(at.bytes() / 4));
    std::memcpy(values.data(), bytes_.data() + at.begin, values.size() * 4);
    return values;
  }
  /// The values of a family of entries, one for each parameter in the order of the flat array.
  [[nodiscard]] std::vector<float> flat(const ParameterList& parameters, const std::string& prefix) const {
    std::vector<float> all;
    for (const Parameter& parameter : parameters.list()) {
      const auto values = floats(prefix + parameter.name);
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

 private:
  Bytes bytes_;
  tensor::Safetensors parsed_;
};

std::vector<float> floats_of(ByteView bytes) {
  std::vector<float> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), values.size() * 4);
  return values;
}

Bytes bytes_of(std::span<const float> values) {
  Bytes bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Every element within `tolerance` of the largest magnitude.
void expect_near(std::span<const float> found, std::span<const float> expected, float tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  float largest = 0;
  for (const float x : expected) largest = std::max(largest, std::abs(x));
  ASSERT_GT(largest, 0) << what;
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], largest * tolerance) << what << " element " << i;
}

TEST(Pytorch, agrees_on_the_loss_and_the_gradient_of_every_parameter) {
  const PytorchFile file;
  const std::vector<Constant> constants = {{{}, static_cast<std::int64_t>(file.bytes().size())}};
  LiteralTable literals;
  program::GraphBuilder builder(&literals, -1, constants);
  const auto literal = [&](const std::string& name, DType dtype, const Shape& shape) {
    const auto& at = file.entry(name);
    return builder.literal(
        dtype, shape,
        ByteView(file.bytes())
            .subspan(static_cast<std::size_t>(at.begin), static_cast<std::size_t>(at.bytes())));
  };
  const ParameterList parameters = gpt_parameters(kModel);
  Weights weights;
  std::vector<Value> wanted;
  for (const Parameter& parameter : parameters.list()) {
    ASSERT_EQ(file.entry(parameter.name).shape, parameter.shape) << parameter.name;
    weights[parameter.name] = literal(parameter.name, DType::f32, parameter.shape);
    wanted.push_back(weights[parameter.name]);
  }
  const Value tokens = literal("tokens", DType::i32, {kBatch, kModel.context});
  const Value targets = literal("targets", DType::i32, {kBatch * kModel.context});
  const Value loss = cross_entropy(gpt_head(kModel, weights, gpt_features(kModel, weights, tokens)), targets);

  std::vector<Value> parts = {as_u8(loss)};
  for (const Value& gradient : autodiff::gradients(loss, wanted)) parts.push_back(as_u8(gradient));
  const std::array views = {ByteView(file.bytes())};
  const std::vector<float> found =
      floats_of(runtime::interpret(builder.finish(concat(parts, 0)), {{}, views, literals}));

  EXPECT_NEAR(found[0], file.floats("loss")[0], 2e-6F);
  auto at = found.begin() + 1;
  for (const Parameter& parameter : parameters.list()) {
    const std::vector<float> gradient(at, at + parameter.shape.elements());
    expect_near(gradient, file.floats("grad." + parameter.name), 1e-5F, parameter.name);
    at += parameter.shape.elements();
  }
  EXPECT_EQ(at, found.end());
}

TEST(Pytorch, agrees_on_the_loss_of_tokens_decoded_one_by_one) {
  const PytorchFile file;
  const std::vector<Constant> constants = {{{}, static_cast<std::int64_t>(file.bytes().size())}};
  LiteralTable literals;
  program::GraphBuilder builder(&literals, -1, constants);
  const auto tensor = [&](const std::string& name, DType dtype, const Shape& shape) {
    const auto& at = file.entry(name);
    return builder.literal(
        dtype, shape,
        ByteView(file.bytes())
            .subspan(static_cast<std::size_t>(at.begin), static_cast<std::size_t>(at.bytes())));
  };
  const ParameterList parameters = gpt_parameters(kModel);
  Weights weights;
  for (const Parameter& parameter : parameters.list())
    weights[parameter.name] = tensor(parameter.name, DType::f32, parameter.shape);
  const Value tokens = tensor("tokens", DType::i32, {kBatch, kModel.context});
  const Value targets = tensor("targets", DType::i32, {kBatch * kModel.context});

  const Value empty =
      broadcast_to(builder.scalar(0.0F), {kBatch, kModel.heads, kModel.context, kModel.width / kModel.heads});
  std::vector<KeyValueCache> caches(kModel.layers, {empty, empty});
  std::vector<Value> logits;
  for (int t = 0; t < kModel.context; ++t) {
    const Value position = broadcast_to(builder.scalar_i32(t), {1});
    const Value newest = reshape(slice(tokens, 1, t, t + 1), {kBatch});
    const Value meaning = gather(weights.at("transformer.wte.weight"), newest);
    const Value embedded = meaning + gather(weights.at("transformer.wpe.weight"), position);
    const auto attention = [&](std::int64_t layer, Value qkv) {
      KeyValueCache& cache = caches[static_cast<std::size_t>(layer)];
      cache = with_token(cache, qkv, position);
      return cached_attention(cache, qkv, position);
    };
    const Value features = gpt_blocks(kModel, weights, embedded, attention);
    logits.push_back(reshape(gpt_head(kModel, weights, features), {kBatch, 1, kModel.vocabulary}));
  }
  const Value all = reshape(program::concat(logits, 1), {kBatch * kModel.context, kModel.vocabulary});
  const Value loss = cross_entropy(all, targets);
  const std::array views = {ByteView(file.bytes())};
  const std::vector<float> found =
      floats_of(runtime::interpret(builder.finish(as_u8(loss)), {{}, views, literals}));
  EXPECT_NEAR(found[0], file.floats("loss")[0], 2e-6F);
}

TEST(Pytorch, agrees_on_the_learning_rate_of_every_step) {
  const PytorchFile file;
  LiteralTable literals;
  program::GraphBuilder builder(&literals, -1, {});
  const std::vector<float> expected = file.floats("learning_rates");
  const Value rates =
      learning_rate(kOptimizer, builder.iota({static_cast<std::int64_t>(expected.size()) + 1}, 0));
  const std::vector<float> found =
      floats_of(runtime::interpret(builder.finish(as_u8(rates)), {{}, {}, literals}));
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], expected[i] * 1e-5F) << i;
  EXPECT_EQ(found.back(), kOptimizer.min_learning_rate) << "past the end of the decay";
}

TEST(Pytorch, agrees_on_four_steps_of_adamw_with_clipping) {
  const PytorchFile file;
  const ParameterList parameters = gpt_parameters(kModel);
  const std::int64_t n = parameters.total();
  const std::vector<float> gradient = file.flat(parameters, "grad.");
  std::vector<float> state = file.flat(parameters, "");
  state.resize(static_cast<std::size_t>(3 * n));
  const std::vector<float> norms = file.floats("norms");
  for (int step = 0; step < kOptimizerSteps; ++step) {
    LiteralTable literals;
    program::GraphBuilder builder(&literals, 3 * n * 4, {});
    const auto part = [&](int index) { return read_bytes(builder.state(), DType::f32, {n}, index * n * 4); };
    const Value g = builder.literal(DType::f32, {n}, bytes_of(gradient)) * static_cast<float>(step + 1);
    const Value number = broadcast_to(builder.scalar_i32(step), {1});
    const AdamWUpdate update =
        adamw(kOptimizer, {part(0), part(1), part(2)}, g, parameters.decaying(), number);
    const Value next = program::concat({as_u8(update.next.parameters), as_u8(update.next.first_moment),
                                        as_u8(update.next.second_moment), as_u8(update.gradient_norm)},
                                       0);
    const Bytes before = bytes_of(state);
    state = floats_of(runtime::interpret(builder.finish(next), {before, {}, literals}));
    const float norm = state.back();
    state.pop_back();
    EXPECT_NEAR(norm, norms[static_cast<std::size_t>(step)], norm * 1e-5F);
  }
  const std::span<const float> all = state;
  const auto size = static_cast<std::size_t>(n);
  expect_near(all.subspan(size, size), file.flat(parameters, "m."), 1e-5F, "first moment");
  expect_near(all.subspan(2 * size, size), file.flat(parameters, "v."), 1e-5F, "second moment");
  // What the steps changed, so that the parameters' own size hides nothing.
  const std::vector<float> start = file.flat(parameters, "");
  const std::vector<float> stepped = file.flat(parameters, "stepped.");
  std::vector<float> found;
  std::vector<float> expected;
  for (std::size_t i = 0; i < size; ++i) {
    found.push_back(all[i] - start[i]);
    expected.push_back(stepped[i] - start[i]);
  }
  expect_near(found, expected, 1e-3F, "the parameters' change");
}

}  // namespace
}  // namespace lydian::models
