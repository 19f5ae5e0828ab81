// Tracing one step of training (the root of every operator's output) beside the plain step. The peer is three
// plain steps: what a trace may cost.
//   trace_bench [a|b|c...] [THREADS...]
#include "bench/harness.h"
#include "bench/training_case.h"
#include "lydian/core/ensure.h"
#include "lydian/runtime/trace.h"

namespace lydian::bench {
namespace {

constexpr int kLimit = 3;  // plain steps

void compare(const TrainingCase& c, int threads, Report& report) {
  OwnTraining training(c, threads);
  const std::vector<ByteView> constants = {training.tokens()};
  const auto trace = [&] {
    const runtime::Inputs inputs{training.state(), constants, training.program().literals};
    const runtime::Trace found = runtime::trace_fused(training.step_graph(), inputs, training.pool());
    ENSURE(found.roots.size() == training.step_graph().nodes.size());
  };
  const std::vector<double> seconds =
      interleaved_medians({{"trace", [&] { return seconds_per_call(trace); }},
                           {"step", [&] { return seconds_per_call([&] { training.step(); }, c.steps); }}},
                          c.rounds);
  report.add(smaller_is_better(fmt::format("trace of {}, {}", c.name, threads_text(threads)),
                               seconds[0] * 1e3, kLimit * seconds[1] * 1e3, "three plain steps", "ms"));
  report.note(fmt::format("{:.2f} plain steps, {} nodes", seconds[0] / seconds[1],
                          training.step_graph().nodes.size()));
}

Status run(int count, char** arguments) {
  const Selection selection = TRY(select(count, arguments, training_case_names()));
  Report report("trace");
  for (const TrainingCase& c : training_cases()) {
    for (const int threads : selection.threads) {
      if (selection.wants(c.name)) compare(c, threads, report);
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("trace_bench", lydian::bench::run(count, arguments));
}
