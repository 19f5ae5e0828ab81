// lydian_step_profile: where the processor time of one training step goes, group by group of the
// executor's plan.
//   lydian_step_profile LAYERS HEADS WIDTH CONTEXT BATCH VOCABULARY [THREADS [STEPS]]
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>
#include <vector>

#include "lydian/core/pages.h"
#include "lydian/models/training.h"
#include "lydian/runtime/executor.h"

namespace lydian {
namespace {

/// Seconds that this process has computed, on all threads: other programs do not disturb it.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

constexpr std::int64_t kTokens = 100'000;
constexpr const char* kUsage =
    "usage: lydian_step_profile LAYERS HEADS WIDTH CONTEXT BATCH VOCABULARY [THREADS [STEPS]]\n";

program::Program training(const std::vector<std::int64_t>& numbers) {
  models::TrainingConfig config;
  config.model = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[5]};
  config.batch = numbers[4];
  config.steps = 1000;
  config.optimizer.decay_steps = 1000;
  config.data = {{Root{}, kTokens * 2}, 2, 0, kTokens};
  return models::training_program(config);
}

struct Cost {
  double seconds = 0;
  int groups = 0;
};

void report(const runtime::Executor& executor, const std::map<std::size_t, double>& seconds, int steps) {
  std::map<std::string, Cost> by_text;
  double total = 0;
  for (const auto& [group, time] : seconds) {
    Cost& cost = by_text[executor.describe(group)];
    cost.seconds += time / steps;
    ++cost.groups;
    total += time / steps;
  }
  std::vector<std::pair<std::string, Cost>> rows(by_text.begin(), by_text.end());
  std::ranges::sort(rows, std::greater<>{}, [](const auto& row) { return row.second.seconds; });
  for (const auto& [text, cost] : rows)
    fmt::print("{:8.3f} ms {:5.1f} %  {:3} x {}\n", cost.seconds * 1e3, cost.seconds / total * 100,
               cost.groups, text);
  fmt::print("{:8.3f} ms a step, {:.1f} MB beside inputs and value\n", total * 1e3,
             static_cast<double>(executor.memory_bytes()) / 1e6);
}

int profile(const std::vector<std::int64_t>& numbers) {
  const program::Program program = training(numbers);
  ThreadPool pool(numbers.size() > 6 ? static_cast<int>(numbers[6]) : ThreadPool::hardware_threads());
  const int steps = numbers.size() > 7 ? static_cast<int>(numbers[7]) : 10;
  Bytes tokens(kTokens * 2);
  for (std::int64_t i = 0; i < kTokens; ++i)
    store_le(tokens.data() + 2 * i, static_cast<std::uint16_t>(i * i % numbers[5]));
  const std::vector<ByteView> constants = {tokens};
  const Pages state(static_cast<std::size_t>(program.state_bytes));
  runtime::Executor(program.graph(program::GraphKind::init), program.literals, pool)
      .run({}, constants, state.bytes());
  runtime::Executor executor(program.graph(program::GraphKind::step), program.literals, pool);
  executor.run(state.bytes(), constants, state.bytes());
  std::map<std::size_t, double> seconds;
  double last = cpu_seconds();
  executor.observe([&](std::size_t group) {
    const double now = cpu_seconds();
    seconds[group] += now - last;
    last = now;
  });
  for (int step = 0; step < steps; ++step) {
    last = cpu_seconds();
    executor.run(state.bytes(), constants, state.bytes());
  }
  report(executor, seconds, steps);
  return 0;
}

}  // namespace
}  // namespace lydian

int main(int count, char** arguments) {
  std::vector<std::int64_t> numbers;
  for (int i = 1; i < count; ++i) numbers.push_back(std::atoll(arguments[i]));
  if (numbers.size() < 6 || std::ranges::any_of(numbers, [](std::int64_t n) { return n < 1; })) {
    fmt::print(stderr, "{}", lydian::kUsage);
    return 2;
  }
  return lydian::profile(numbers);
}
