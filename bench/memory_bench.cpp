// The most memory that the steps of training need, ours and PyTorch's, each in a process of its own: all that
// the process held, and that beyond what it held before there was a model (its code and libraries).
//   memory_bench [a|b|c...] [THREADS...]
#include <cstdlib>

#include "bench/harness.h"
#include "bench/training_case.h"

namespace lydian::bench {
namespace {

constexpr int kSteps = 3;
constexpr double kMegabyte = 1e6;
constexpr const char* kOwn = "--own";  // what the process that measures itself is started with

struct Peak {
  double baseline = 0;  // bytes
  double all = 0;
};

/// Trains, then prints what it held before and at most.
Status measure_own(const std::string& name, int threads) {
  const double baseline = TRY(peak_resident_bytes());
  for (const TrainingCase& c : training_cases()) {
    if (c.name != name) continue;
    OwnTraining training(c, threads);
    for (int i = 0; i < kSteps; ++i) training.step();
    fmt::print("{}\n{}\n", baseline, TRY(peak_resident_bytes()));
  }
  return {};
}

Result<double> read_number(Child& child) { return std::strtod(TRY(child.read_line()).c_str(), nullptr); }

Result<Peak> peak_of_ours(const TrainingCase& c, int threads) {
  Child child = TRY(Child::start({"/proc/self/exe", kOwn, c.name, std::to_string(threads)}));
  Peak peak;
  peak.baseline = TRY(read_number(child));
  peak.all = TRY(read_number(child));
  return peak;
}

Result<Peak> peak_of_pytorch(const TrainingCase& c, int threads) {
  Child child = TRY(start_pytorch(c, threads, 0));
  (void)TRY(child.ask_number(std::to_string(kSteps)));
  Peak peak;
  peak.baseline = TRY(child.ask_number("baseline"));
  peak.all = TRY(peak_resident_bytes(child.pid()));
  return peak;
}

Status run(int count, char** arguments) {
  const Selection selection = TRY(select(count, arguments, training_case_names()));
  clear_library_settings();
  Report report("memory");
  for (const TrainingCase& c : training_cases()) {
    for (const int threads : selection.threads) {
      if (!selection.wants(c.name)) continue;
      const Peak ours = TRY(peak_of_ours(c, threads));
      const Peak peer = TRY(peak_of_pytorch(c, threads));
      const std::string name = fmt::format("memory {}, {}", c.name, threads_text(threads));
      report.add(
          smaller_is_better(name, ours.all / kMegabyte, peer.all / kMegabyte, "PyTorch", "MB at most"));
      report.add(smaller_is_better(name + ", without libraries", (ours.all - ours.baseline) / kMegabyte,
                                   (peer.all - peer.baseline) / kMegabyte, "PyTorch", "MB at most"));
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  using namespace lydian::bench;
  if (count == 4 && arguments[1] == std::string(kOwn))
    return exit_code("memory_bench", measure_own(arguments[2], std::atoi(arguments[3])));
  return exit_code("memory_bench", run(count, arguments));
}
