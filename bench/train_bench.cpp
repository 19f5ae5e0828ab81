// One whole step of training (batch, forward, backward, clip, AdamW) beside PyTorch, in tokens a second, and
// what share of the speed of a large matrix product its own products reach.
//   train_bench [a|b|c...] [THREADS...]
#include "bench/harness.h"
#include "bench/peak.h"
#include "bench/training_case.h"

namespace lydian::bench {
namespace {

Status compare(const TrainingCase& c, int threads, Report& report) {
  OwnTraining own(c, threads);
  PeakProduct peak(own.pool());
  std::string greeting;
  Child pytorch = TRY(start_pytorch(c, threads, c.tries, &greeting));
  Status status;
  const std::vector<double> seconds =
      interleaved_medians({{"ours", [&] { return seconds_per_call([&] { own.step(); }, c.steps); }},
                           {"PyTorch",
                            [&] {
                              const auto answer = pytorch.ask_number(std::to_string(c.steps));
                              if (!answer) status = std::unexpected(answer.error());
                              return answer.value_or(1.0) / c.steps;
                            }},
                           {"peak", [&] { return seconds_per_call([&] { peak.run(); }, 5); }}},
                          c.rounds);
  TRY_STATUS(status);

  const auto tokens = static_cast<double>(c.tokens());
  const std::string name = fmt::format("train {}, {}", c.name, threads_text(threads));
  report.add(larger_is_better(name, tokens / seconds[0], tokens / seconds[1], "PyTorch", "tokens/s"));
  report.add(larger_is_better(name + ", share of peak", own.matmul_flops() / seconds[0] * 1e-9,
                              PeakProduct::flops() / seconds[2] * 1e-9, "own product of 1024^3", "GFLOP/s"));
  report.note(fmt::format("{:.1f} ms a step; {} {:.1f} ms", seconds[0] * 1e3, greeting, seconds[1] * 1e3));
  return {};
}

Status run(int count, char** arguments) {
  const Selection selection = TRY(select(count, arguments, training_case_names()));
  clear_library_settings();
  Report report("train");
  for (const TrainingCase& c : training_cases()) {
    for (const int threads : selection.threads) {
      if (selection.wants(c.name)) TRY_STATUS(compare(c, threads, report));
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("train_bench", lydian::bench::run(count, arguments));
}
