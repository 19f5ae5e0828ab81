#include "bench/training_case.h"

#include "lydian/core/philox.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/cost.h"

namespace lydian::bench {
namespace {

constexpr std::int64_t kTokens = 20000;
constexpr std::int64_t kEndless = 1 << 30;  // steps: more than any bench takes

Bytes made_up_tokens(std::int64_t vocabulary, int token_bytes) {
  Bytes tokens(static_cast<std::size_t>(kTokens * token_bytes));
  for (std::uint32_t i = 0; i < kTokens; ++i) {
    const auto token = static_cast<std::uint16_t>(philox4x32({i, 0, 0, 0}, {1, 0})[0] % vocabulary);
    if (token_bytes == 1)
      tokens[i] = static_cast<std::uint8_t>(token);
    else
      store_le(tokens.data() + 2 * i, token);
  }
  return tokens;
}

int token_bytes_for(const models::GptConfig& model) { return model.vocabulary <= 256 ? 1 : 2; }

program::Program endless_training(const models::GptConfig& model, std::int64_t batch, const Bytes& tokens) {
  models::TrainingConfig config;
  config.model = model;
  config.optimizer.decay_steps = kEndless;
  config.batch = batch;
  config.steps = kEndless;
  config.interval = kEndless;
  config.data = {{merkle::blob_root(tokens), std::ssize(tokens)}, token_bytes_for(model), 0, kTokens};
  return models::training_program(config);
}

}  // namespace

const std::vector<TrainingCase>& training_cases() {
  static const std::vector<TrainingCase> kCases = {
      {"a", {.layers = 4, .heads = 4, .width = 128, .context = 64, .vocabulary = 65}, 12, 5, 11, 3},
      {"b", {.layers = 6, .heads = 6, .width = 384, .context = 256, .vocabulary = 65}, 16, 1, 5, 1},
      {"c", {.layers = 12, .heads = 12, .width = 768, .context = 256, .vocabulary = 50257}, 2, 1, 3, 1},
  };
  return kCases;
}

std::vector<std::string> training_case_names() {
  std::vector<std::string> names;
  for (const TrainingCase& c : training_cases()) names.push_back(c.name);
  return names;
}

OwnTraining::OwnTraining(const models::GptConfig& model, std::int64_t batch, int threads)
    : tokens_(made_up_tokens(model.vocabulary, token_bytes_for(model))),
      program_(endless_training(model, batch, tokens_)),
      pool_(std::make_unique<ThreadPool>(threads)),
      engine_(std::make_unique<runtime::Engine>(program_, std::vector<ByteView>{tokens_}, *pool_)) {
  engine_->advance();
}

double OwnTraining::matmul_flops() const {
  double flops = 0;
  for (const program::Node& node : step_graph().nodes) {
    if (node.form == program::Form::matmul) flops += static_cast<double>(program::cost_of(node).flops);
  }
  return flops;
}

Result<Child> start_pytorch(const TrainingCase& c, int threads, int tries, std::string* greeting) {
  const models::GptConfig& model = c.model;
  return start_pytorch(
      "pytorch_train.py",
      {model.layers, model.heads, model.width, model.context, c.batch, model.vocabulary, threads, tries},
      threads, greeting);
}

}  // namespace lydian::bench
