#include "lydian/models/training.h"

#include <gtest/gtest.h>

#include "lydian/merkle/tree.h"
#include "lydian/program/validate.h"
#include "lydian/runtime/executor.h"
#include "lydian/runtime/kernel_evaluator.h"
#include "lydian/runtime/trace.h"

namespace lydian::models {
namespace {

using program::GraphKind;
using runtime::Executor;
using runtime::ExecutorOptions;

Bytes random_tokens(std::size_t count, std::uint8_t vocabulary) {
  Bytes tokens(count);
  std::uint32_t state = 1;
  for (auto& token : tokens) {
    state = state * 1664525 + 1013904223;
    token = static_cast<std::uint8_t>((state >> 16) % vocabulary);
  }
  return tokens;
}

TrainingConfig tiny(const Bytes& tokens, bool tied) {
  TrainingConfig config;
  config.model = {.layers = 2, .heads = 2, .width = 16, .context = 8, .vocabulary = 11, .tied = tied};
  config.optimizer.warmup_steps = 2;
  config.optimizer.decay_steps = 20;
  config.batch = 3;
  config.steps = 20;
  config.interval = 5;
  config.seed = {1337};
  config.data = {{merkle::blob_root(tokens), static_cast<std::int64_t>(tokens.size())},
                 1,
                 0,
                 static_cast<std::int64_t>(tokens.size())};
  return config;
}

/// State roots after init and each step.
std::vector<Root> run(const Program& program, ByteView constant, int steps, int threads,
                      const ExecutorOptions& options) {
  ThreadPool pool(threads);
  Executor init(program.graph(GraphKind::init), program.literals, pool, options);
  Executor step(program.graph(GraphKind::step), program.literals, pool, options);
  const std::array constants = {constant};
  Bytes state(static_cast<std::size_t>(program.state_bytes));
  Bytes next(state.size());
  init.run({}, constants, state);
  std::vector<Root> roots = {merkle::blob_root(state)};
  for (int i = 0; i < steps; ++i) {
    step.run(state, constants, next);
    std::swap(state, next);
    roots.push_back(merkle::blob_root(state));
  }
  return roots;
}

std::vector<Root> interpret(const Program& program, ByteView constant, int steps) {
  const std::array constants = {constant};
  Bytes state = runtime::interpret(program.graph(GraphKind::init), {{}, constants, program.literals});
  std::vector<Root> roots = {merkle::blob_root(state)};
  for (int i = 0; i < steps; ++i) {
    state = runtime::interpret(program.graph(GraphKind::step), {state, constants, program.literals});
    roots.push_back(merkle::blob_root(state));
  }
  return roots;
}

TEST(Training, program_is_valid_and_its_bytes_decode_to_it) {
  const Bytes tokens = random_tokens(200, 11);
  const Program program = training_program(tiny(tokens, true));
  const auto valid = program::validate(program);
  ASSERT_TRUE(valid) << valid.error().message;
  const auto decoded = program::decode_program(program::encode(program));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, program);
}

TEST(Training, executor_gives_the_interpreters_states_for_every_isa_and_thread_count) {
  const Bytes tokens = random_tokens(200, 11);
  for (const bool tied : {true, false}) {
    const Program program = training_program(tiny(tokens, tied));
    const std::vector<Root> expected = interpret(program, tokens, 5);
    for (const kernels::Isa isa : kernels::supported_isas()) {
      for (const int threads : {1, 2}) {
        for (const bool fuse : {false, true}) {
          EXPECT_EQ(run(program, tokens, 5, threads, {isa, fuse}), expected)
              << kernels::name_of(isa) << " threads " << threads << " fuse " << fuse;
        }
      }
    }
  }
}

TEST(Training, kernels_give_the_trace_that_the_definitions_give) {
  const Bytes tokens = random_tokens(200, 11);
  const Program program = training_program(tiny(tokens, false));
  const std::array constants = {ByteView(tokens)};
  const Bytes state = runtime::interpret(program.graph(GraphKind::init), {{}, constants, program.literals});
  runtime::NodeEvaluator reference;
  ThreadPool pool(2);
  for (const GraphKind kind : {GraphKind::init, GraphKind::step, GraphKind::output}) {
    const runtime::Inputs inputs{kind == GraphKind::init ? ByteView() : ByteView(state), constants,
                                 program.literals};
    const runtime::Trace expected = runtime::trace(program.graph(kind), inputs, reference);
    for (const kernels::Isa isa : kernels::supported_isas()) {
      runtime::KernelEvaluator fast(pool, isa);
      EXPECT_EQ(runtime::trace(program.graph(kind), inputs, fast), expected)
          << name_of(kind) << " " << kernels::name_of(isa);
    }
  }
}

TEST(Training, learns_a_text_that_repeats) {
  Bytes tokens;
  for (int i = 0; i < 400; ++i) tokens.push_back(static_cast<std::uint8_t>(i % 7));
  TrainingConfig config = tiny(tokens, true);
  config.optimizer.learning_rate = 1e-2F;
  config.steps = 120;
  config.optimizer.decay_steps = 120;
  const Program program = training_program(config);
  ThreadPool pool(2);
  Executor init(program.graph(GraphKind::init), program.literals, pool);
  Executor step(program.graph(GraphKind::step), program.literals, pool);
  const std::array constants = {ByteView(tokens)};
  Bytes state(static_cast<std::size_t>(program.state_bytes));
  Bytes next(state.size());
  init.run({}, constants, state);
  const auto loss_at = static_cast<std::size_t>(training_state(config.model).offset("loss"));
  step.run(state, constants, next);
  EXPECT_NEAR(load_le<float>(next.data() + loss_at), std::log(11.0F), 0.3F);
  for (int i = 1; i < 120; ++i) {
    std::swap(state, next);
    step.run(state, constants, next);
  }
  EXPECT_LT(load_le<float>(next.data() + loss_at), 0.3F);
}

}  // namespace
}  // namespace lydian::models
