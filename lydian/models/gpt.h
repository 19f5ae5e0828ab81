// GPT-2's architecture: pre-norm blocks, learned positions, GELU. Radford et al., "Language Models are
// Unsupervised Multitask Learners", 2019. Parameters have the names and layouts of Hugging Face's
// GPT2LMHeadModel.
#pragma once

#include <functional>

#include "lydian/models/parameters.h"

namespace lydian::models {

struct GptConfig {
  std::int64_t layers = 4;
  std::int64_t heads = 4;
  std::int64_t width = 128;
  std::int64_t context = 64;
  std::int64_t vocabulary = 65;
  bool tied = true;  // the output head is the token embedding
};

/// What is wrong with the numbers, if anything.
[[nodiscard]] Status check(const GptConfig& config);

/// Whether every tensor of a forward pass over so many sequences of so many tokens is one that a graph can
/// have.
[[nodiscard]] Status check_sizes(const GptConfig& config, std::int64_t batch, std::int64_t time);

[[nodiscard]] ParameterList gpt_parameters(const GptConfig& config);

using Weights = std::map<std::string, Value>;

/// What a layer does with the queries, keys and values of its rows: [N, 3C] -> [N, C].
using Attention = std::function<Value(std::int64_t layer, Value qkv)>;
/// The blocks and the norm after them: embedded tokens [N, C] -> [N, C].
[[nodiscard]] Value gpt_blocks(const GptConfig& config, const Weights& weights, Value embedded,
                               const Attention& attention);
/// Token and position embeddings of tokens i32 [B, T], T at most the context -> [B*T, C].
[[nodiscard]] Value gpt_embed(const GptConfig& config, const Weights& weights, Value tokens);
/// Before the head: tokens i32 [B, T], T at most the context -> [B*T, C].
[[nodiscard]] Value gpt_features(const GptConfig& config, const Weights& weights, Value tokens);
/// features [N, C] -> logits [N, V].
[[nodiscard]] Value gpt_head(const GptConfig& config, const Weights& weights, Value features);

}  // namespace lydian::models
