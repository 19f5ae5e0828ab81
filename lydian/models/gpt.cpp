#include "lydian/models/gpt.h"

#include <algorithm>
#include <cmath>

#include "lydian/models/layers.h"

namespace lydian::models {
namespace {

std::string block_name(std::int64_t layer, std::string_view rest) {
  return fmt::format("transformer.h.{}.{}", layer, rest);
}

void add_norm(std::vector<Parameter>& list, const std::string& name, std::int64_t width) {
  list.push_back({name + ".weight", {width}, Begin::ones});
  list.push_back({name + ".bias", {width}, Begin::zeros});
}

void add_linear(std::vector<Parameter>& list, const std::string& name, std::int64_t in, std::int64_t out,
                float deviation) {
  list.push_back({name + ".weight", {in, out}, Begin::normal, deviation, true});
  list.push_back({name + ".bias", {out}, Begin::zeros});
}

}  // namespace

Status check(const GptConfig& config) {
  const auto bounded = [](std::int64_t value, std::int64_t high, std::string_view key) -> Status {
    if (value < 1 || value > high) return fail("{} = {}, expected 1 to {}", key, value, high);
    return {};
  };
  TRY_STATUS(bounded(config.layers, 1000, "layers"));
  TRY_STATUS(bounded(config.heads, 1024, "heads"));
  TRY_STATUS(bounded(config.width, 65536, "width"));
  TRY_STATUS(bounded(config.context, 1 << 20, "context"));
  TRY_STATUS(bounded(config.vocabulary, 1 << 24, "vocabulary"));
  if (config.width % config.heads != 0)
    return fail("width = {} does not divide into heads = {}", config.width, config.heads);
  return {};
}

Status check_sizes(const GptConfig& config, std::int64_t batch, std::int64_t time) {
  const double rows = static_cast<double>(batch) * static_cast<double>(time);
  const double widest =
      static_cast<double>(std::max({config.vocabulary, 4 * config.width, config.heads * time}));
  // Some are read as one axis.
  if (rows * widest <= static_cast<double>(tensor::kMaxExtent)) return {};
  return fail("{} sequences of {} tokens make a tensor of {:.0f} elements, at most 2^32 are possible", batch,
              time, rows * widest);
}

ParameterList gpt_parameters(const GptConfig& config) {
  constexpr float kDeviation = 0.02F;
  const float residual =
      kDeviation / std::sqrt(2.0F * static_cast<float>(config.layers));  // GPT-2 section 2.3
  std::vector<Parameter> list;
  list.push_back(
      {"transformer.wte.weight", {config.vocabulary, config.width}, Begin::normal, kDeviation, true});
  list.push_back({"transformer.wpe.weight", {config.context, config.width}, Begin::normal, kDeviation, true});
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    add_norm(list, block_name(layer, "ln_1"), config.width);
    add_linear(list, block_name(layer, "attn.c_attn"), config.width, 3 * config.width, kDeviation);
    add_linear(list, block_name(layer, "attn.c_proj"), config.width, config.width, residual);
    add_norm(list, block_name(layer, "ln_2"), config.width);
    add_linear(list, block_name(layer, "mlp.c_fc"), config.width, 4 * config.width, kDeviation);
    add_linear(list, block_name(layer, "mlp.c_proj"), 4 * config.width, config.width, residual);
  }
  add_norm(list, "transformer.ln_f", config.width);
  if (!config.tied)
    list.push_back({"lm_head.weight", {config.vocabulary, config.width}, Begin::normal, kDeviation, true});
  return ParameterList(std::move(list));
}

Value gpt_blocks(const GptConfig& config, const Weights& weights, Value embedded,
                 const Attention& attention) {
  const auto weight = [&](const std::string& name) { return weights.at(name); };
  const auto norm = [&](Value x, const std::string& name) {
    return layer_norm(x, weight(name + ".weight"), weight(name + ".bias"));
  };
  const auto apply = [&](Value x, const std::string& name) {
    return linear(x, weight(name + ".weight"), weight(name + ".bias"));
  };
  Value x = embedded;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const Value qkv = apply(norm(x, block_name(layer, "ln_1")), block_name(layer, "attn.c_attn"));
    x = x + apply(attention(layer, qkv), block_name(layer, "attn.c_proj"));
    const Value hidden = gelu(apply(norm(x, block_name(layer, "ln_2")), block_name(layer, "mlp.c_fc")));
    x = x + apply(hidden, block_name(layer, "mlp.c_proj"));
  }
  return norm(x, "transformer.ln_f");
}

Value gpt_embed(const GptConfig& config, const Weights& weights, Value tokens) {
  const std::int64_t batch = tokens.shape()[0];
  const std::int64_t time = tokens.shape()[1];
  const std::int64_t rows = batch * time;
  const Value embedded = gather(weights.at("transformer.wte.weight"), reshape(tokens, {rows}));
  const Value positions = slice(weights.at("transformer.wpe.weight"), 0, 0, time);
  return reshape(reshape(embedded, {batch, time, config.width}) + positions, {rows, config.width});
}

Value gpt_features(const GptConfig& config, const Weights& weights, Value tokens) {
  const std::int64_t batch = tokens.shape()[0];
  return gpt_blocks(config, weights, gpt_embed(config, weights, tokens),
                    [&](std::int64_t, Value qkv) { return causal_attention(qkv, batch, config.heads); });
}

Value gpt_head(const GptConfig& config, const Weights& weights, Value features) {
  const Value head = weights.at(config.tied ? "transformer.wte.weight" : "lm_head.weight");
  return matmul(features, transpose(head, {1, 0}));
}

}  // namespace lydian::models
