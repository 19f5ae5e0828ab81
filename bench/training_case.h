// The three trainings that the benches measure, ours and PyTorch's, ready to step.
#pragma once

#include <memory>

#include "bench/pytorch.h"
#include "lydian/models/training.h"
#include "lydian/runtime/engine.h"

namespace lydian::bench {

struct TrainingCase {
  std::string name;
  models::GptConfig model;
  std::int64_t batch = 1;
  int steps = 1;   // a sample
  int rounds = 1;  // of samples
  int tries = 1;   // of each of PyTorch's settings

  [[nodiscard]] std::int64_t tokens() const { return batch * model.context; }
};
/// a, b and c.
[[nodiscard]] const std::vector<TrainingCase>& training_cases();
[[nodiscard]] std::vector<std::string> training_case_names();

/// Our training of a case, on made-up tokens, after init.
class OwnTraining {
 public:
  OwnTraining(const models::GptConfig& model, std::int64_t batch, int threads);
  OwnTraining(const TrainingCase& c, int threads) : OwnTraining(c.model, c.batch, threads) {}

  void step() { engine_->advance(); }
  [[nodiscard]] const program::Program& program() const { return program_; }
  [[nodiscard]] const program::Graph& step_graph() const { return program_.graph(program::GraphKind::step); }
  [[nodiscard]] ByteView state() const { return engine_->state(); }
  [[nodiscard]] ByteView tokens() const { return tokens_; }
  [[nodiscard]] ThreadPool& pool() { return *pool_; }
  /// Of the matrix products of one step, as the program has them: what a mask hides is counted.
  [[nodiscard]] double matmul_flops() const;

 private:
  Bytes tokens_;
  program::Program program_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<runtime::Engine> engine_;
};

/// PyTorch's training of the same case, in a process of its own that answers a number of steps by their
/// seconds (pytorch_train.py). tries: how often it tries each of its settings to keep the fastest; 0: keeps
/// the plain ones. greeting: what it chose.
[[nodiscard]] Result<Child> start_pytorch(const TrainingCase& c, int threads, int tries,
                                          std::string* greeting = nullptr);

}  // namespace lydian::bench
