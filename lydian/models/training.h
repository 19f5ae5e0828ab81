// Training and evaluation of a GPT as programs: init, step, output.
#pragma once

#include "lydian/models/adamw.h"
#include "lydian/models/gpt.h"
#include "lydian/models/state_file.h"
#include "lydian/models/tokenizer.h"

namespace lydian::models {

using program::Program;

/// A token file as a constant of a program; tokens [begin, end) are used.
struct TokenData {
  program::Constant blob;
  int token_bytes = 1;  // 1 (u8) or 2 (u16)
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct TrainingConfig {
  GptConfig model;
  AdamWConfig optimizer;
  std::int64_t batch = 12;
  std::int64_t steps = 2000;
  std::int64_t interval = 100;  // steps from one checkpoint to the next
  Seed seed;
  TokenData data;
  std::map<std::string, std::string> metadata;  // of the result: the tokenizer's, for instance
};
[[nodiscard]] Status check(const TrainingConfig& config);

/// The training state: step i32 [1], loss, gradient_norm and learning_rate f32 [1], the parameters by name,
/// and Adam's moments adam.m and adam.v, flat f32 [P].
[[nodiscard]] StateFile training_state(const GptConfig& model);
/// The result: the parameters, with the model's numbers and the given entries as metadata.
[[nodiscard]] StateFile result_file(const GptConfig& model,
                                    const std::map<std::string, std::string>& metadata);
/// The model's numbers, from a result's metadata.
[[nodiscard]] Result<GptConfig> gpt_from_metadata(const std::map<std::string, std::string>& metadata);

/// Constant 0 is the token file.
[[nodiscard]] Program training_program(const TrainingConfig& config);

struct EvaluationConfig {
  GptConfig model;
  program::Constant weights;           // constant 0: any file that holds the parameters in order
  std::int64_t parameters_offset = 0;  // bytes
  TokenData data;                      // constant 1
  std::int64_t batch = 12;
  std::int64_t steps = 1;  // batches, spread evenly over the data
};
/// State and result: step i32 [1], loss_sum f32 [1]; the mean loss is loss_sum / steps.
[[nodiscard]] Program evaluation_program(const EvaluationConfig& config);
[[nodiscard]] StateFile evaluation_state();

}  // namespace lydian::models
