// lydian_roots: makes the programs of a small GPT (training, evaluation, generation) and prints their roots;
// then trains it on made-up tokens and prints the state's root after init and every 10 steps. Every machine,
// compiler, instruction set and thread count prints the same; vectors/training_roots.txt says what. To write
// that file anew after a change of a program: lydian_roots > vectors/training_roots.txt.
#include <fstream>
#include <iostream>
#include <sstream>

#include "lydian/merkle/tree.h"
#include "lydian/models/generation.h"
#include "lydian/models/training.h"
#include "lydian/runtime/engine.h"

namespace lydian {
namespace {

constexpr std::int64_t kSteps = 50;
constexpr std::int64_t kStepsPerLine = 10;
constexpr int kNoSuchInstructions = 77;  // exit code: LYDIAN_ISA names what this machine lacks
constexpr const char* kUsage =
    "usage: lydian_roots [--threads N] [--unfused] [--interpreter] [--steps N] [--compare FILE]\n";

struct Options {
  int threads = 1;
  std::int64_t steps = kSteps;
  bool fuse = true;
  bool interpreter = false;
  std::string compare;  // a file that begins with what is printed
};

Bytes made_up_tokens(std::int64_t vocabulary) {
  Bytes tokens(5000);
  std::uint32_t state = 2;
  for (std::uint8_t& token : tokens) {
    state = state * 1664525 + 1013904223;
    token = static_cast<std::uint8_t>((state >> 16) % static_cast<std::uint32_t>(vocabulary));
  }
  return tokens;
}

constexpr models::GptConfig kModel = {.layers = 2, .heads = 3, .width = 48, .context = 16, .vocabulary = 67};

models::TokenData data_of(const Bytes& tokens) {
  const std::int64_t count = std::ssize(tokens);
  return {{merkle::blob_root(tokens), count}, 1, 0, count};
}

program::Program small_training(const Bytes& tokens) {
  models::TrainingConfig config;
  config.model = kModel;
  config.optimizer.warmup_steps = 5;
  config.optimizer.decay_steps = kSteps;
  config.batch = 3;
  config.steps = kSteps;
  config.interval = kStepsPerLine;
  config.seed = {20240229};
  config.data = data_of(tokens);
  return models::training_program(config);
}

/// Weights that nobody has: a program names them by root and length alone.
program::Constant some_weights() {
  return {merkle::blob_root({}), models::gpt_parameters(kModel).total() * 4};
}

program::Program small_evaluation(const Bytes& tokens) {
  return models::evaluation_program(
      {.model = kModel, .weights = some_weights(), .data = data_of(tokens), .batch = 3, .steps = 4});
}

program::Program small_generation() {
  return models::generation_program({.model = kModel,
                                     .weights = some_weights(),
                                     .prompts = {{1, 2, 3}, {3, 2, 1}},
                                     .new_tokens = 12,
                                     .temperature = 0.8F,
                                     .top_k = 5,
                                     .seed = {7}});
}

/// The state after `done` steps becomes that after one more; done -1: the state that init makes.
class Stepper {
 public:
  Stepper(const program::Program& program, ByteView constant, const Options& options)
      : program_(program),
        constants_{constant},
        pool_(options.threads),
        engine_(program, constants_, pool_, {kernels::active_isa(), options.fuse}),
        interprets_(options.interpreter) {}

  void advance() {
    if (interprets_) {
      const auto& graph = program_.graph(runtime::graph_of_transition(program_, boundary_++));
      state_ = runtime::interpret(graph, {state_, constants_, program_.literals});
    } else {
      engine_.advance();
    }
  }
  [[nodiscard]] Root root() const {
    return merkle::blob_root(interprets_ ? ByteView(state_) : engine_.state());
  }

 private:
  const program::Program& program_;
  std::vector<ByteView> constants_;
  ThreadPool pool_;
  runtime::Engine engine_;
  bool interprets_;
  std::int64_t boundary_ = 0;
  Bytes state_;
};

std::string roots(const Options& options) {
  const Bytes tokens = made_up_tokens(67);
  const program::Program program = small_training(tokens);
  std::string lines = fmt::format(
      "training program {}\nevaluation program {}\ngeneration program {}\n", program::root_of(program).hex(),
      program::root_of(small_evaluation(tokens)).hex(), program::root_of(small_generation()).hex());
  Stepper stepper(program, tokens, options);
  for (std::int64_t step = 0; step <= options.steps; ++step) {
    stepper.advance();
    if (step % kStepsPerLine == 0) lines += fmt::format("{} {}\n", step, stepper.root().hex());
  }
  return lines;
}

bool parse(std::span<char*> arguments, Options& options) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (name == "--unfused")
      options.fuse = false;
    else if (name == "--interpreter")
      options.interpreter = true;
    else if (name == "--threads" && has_value)
      options.threads = std::atoi(arguments[++i]);
    else if (name == "--steps" && has_value)
      options.steps = std::atoi(arguments[++i]);
    else if (name == "--compare" && has_value)
      options.compare = arguments[++i];
    else
      return false;
  }
  return options.threads >= 1 && options.threads <= 64 && options.steps >= 0 && options.steps <= kSteps;
}

int run(const Options& options) {
  const std::string lines = roots(options);
  std::cout << lines;
  if (options.compare.empty()) return 0;
  std::ifstream file(options.compare);
  std::stringstream expected;
  expected << file.rdbuf();
  if (file && expected.str().starts_with(lines)) return 0;
  std::cerr << "lydian_roots: " << options.compare << " does not begin with these lines\n";
  return 1;
}

}  // namespace
}  // namespace lydian

int main(int argc, char** argv) {
  lydian::Options options;
  if (!lydian::parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1), options)) {
    std::cerr << lydian::kUsage;
    return 2;
  }
  if (const auto& isa = lydian::kernels::isa_from_environment(); !isa) {
    std::cerr << "lydian_roots: " << isa.error().message << "\n";
    return lydian::kNoSuchInstructions;
  }
  return lydian::run(options);
}
