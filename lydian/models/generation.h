// Generation from a GPT as programs: one more token for every sequence of a batch in each step. Two programs
// make a text. generation_program keeps the keys and values of the tokens in its state, so that a step
// computes one token alone; it ends with the model's context. sliding_generation_program computes the last
// `context` tokens anew in each step and goes on without end. Within the context both choose the same tokens.
#pragma once

#include "lydian/models/gpt.h"
#include "lydian/models/state_file.h"

namespace lydian::models {

using program::Program;

struct GenerationConfig {
  GptConfig model;
  program::Constant weights;           // constant 0: any file that holds the parameters in order
  std::int64_t parameters_offset = 0;  // bytes
  /// One for each sequence, all of one length, at least one token.
  std::vector<std::vector<std::int32_t>> prompts;
  std::int64_t new_tokens = 100;
  float temperature = 0;   // 0: the likeliest token
  std::int64_t top_k = 0;  // 0: all
  Seed seed;
  /// Tokens of the same text that lie before the prompts: the random stream goes on where it was.
  std::int64_t tokens_before = 0;

  [[nodiscard]] std::int64_t batch() const { return std::ssize(prompts); }
  [[nodiscard]] std::int64_t prompt_tokens() const { return std::ssize(prompts.front()); }
  [[nodiscard]] std::int64_t total_tokens() const { return prompt_tokens() + new_tokens; }
};

/// For the sliding program; the cached one has the next check too.
[[nodiscard]] Status check(const GenerationConfig& config);
/// Whether all tokens but the last fit into the model's context, and their cache into a state.
[[nodiscard]] Status check_cached(const GenerationConfig& config);

/// State: for every layer cache.N.keys and cache.N.values f32 [B, H, T, D], T = prompt + new - 1, of the
/// tokens before the last; count i32 [1] of the tokens a sequence has, tokens i32 [B, prompt + new]. init
/// computes the cache of the prompts in one pass.
[[nodiscard]] Program generation_program(const GenerationConfig& config);
[[nodiscard]] StateFile generation_state(const GenerationConfig& config);

/// State: count and tokens, as the result.
[[nodiscard]] Program sliding_generation_program(const GenerationConfig& config);

/// The result of both programs: count and tokens.
[[nodiscard]] StateFile generation_result(const GenerationConfig& config);

}  // namespace lydian::models
