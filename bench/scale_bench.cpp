// How the cost of a training step grows with width, depth, context, batch and threads, against the roofline:
// its matrix products at the speed of our own product of 1024^3 or its state, read and written, at the speed
// of a copy, whichever takes longer. Draws docs/images/scale_<what>.svg.
//   scale_bench [width|depth|context|batch...] [THREADS...]
#include <algorithm>
#include <filesystem>

#include "bench/harness.h"
#include "bench/peak.h"
#include "bench/plot.h"
#include "bench/training_case.h"
#include "lydian/core/file.h"

namespace lydian::bench {
namespace {

constexpr int kRounds = 3;
constexpr double kSampleSeconds = 0.1;
constexpr std::int64_t kHead = 32;  // width of an attention head

/// What is swept around: about 3 million parameters, 512 rows a step.
struct Setting {
  models::GptConfig model{.layers = 4, .heads = 8, .width = 256, .context = 128, .vocabulary = 65};
  std::int64_t batch = 4;
};

struct Sweep {
  std::string name;
  std::string label;
  std::vector<std::int64_t> values;
  void (*set)(Setting&, std::int64_t);
};

const std::vector<Sweep> kSweeps = {
    {"width",
     "width (4 layers, context 128, batch 4)",
     {64, 128, 256, 512, 1024},
     [](Setting& setting, std::int64_t value) {
       setting.model.width = value, setting.model.heads = value / kHead;
     }},
    {"depth",
     "layers (width 256, context 128, batch 4)",
     {1, 2, 4, 8, 16},
     [](Setting& setting, std::int64_t value) { setting.model.layers = value; }},
    {"context",
     "context (4 layers, width 256, batch 4)",
     {32, 64, 128, 256, 512, 1024},
     [](Setting& setting, std::int64_t value) { setting.model.context = value; }},
    {"batch",
     "batch (4 layers, width 256, context 128)",
     {1, 2, 4, 8, 16, 32},
     [](Setting& setting, std::int64_t value) { setting.batch = value; }},
};

/// What the machine gives to so many threads.
struct Roofline {
  double flops_per_second = 0;
  double bytes_per_second = 0;

  /// Seconds of a step, at least.
  [[nodiscard]] double step_of(const OwnTraining& training) const {
    const auto state_bytes = static_cast<double>(training.program().state_bytes);
    return std::max(training.matmul_flops() / flops_per_second, 2 * state_bytes / bytes_per_second);
  }
};

Roofline measure_roofline(int threads) {
  ThreadPool pool(threads);
  PeakProduct product(pool);
  PeakCopy copy(pool);
  const std::vector<double> seconds =
      interleaved_medians({{"product", [&] { return seconds_per_call([&] { product.run(); }, 5); }},
                           {"copy", [&] { return seconds_per_call([&] { copy.run(); }); }}},
                          11);
  return {PeakProduct::flops() / seconds[0], PeakCopy::bytes() / seconds[1]};
}

double step_seconds(OwnTraining& training) {
  const auto step = [&] { training.step(); };
  step();
  const int calls = calls_for(step, kSampleSeconds);
  return interleaved_medians({{"step", [&] { return seconds_per_call(step, calls); }}}, kRounds)[0];
}

Status draw(const Sweep& sweep, std::vector<Series> series) {
  const std::string path = fmt::format(LYDIAN_SOURCE_DIR "/docs/images/scale_{}.svg", sweep.name);
  std::error_code error;  // shown by the write
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const std::string svg = svg_of(
      {fmt::format("One training step over its {}", sweep.name), sweep.label, "ms", std::move(series)});
  return write_file_atomic(path, as_bytes(svg));
}

Status run_sweep(const Sweep& sweep, const std::vector<int>& threads, const std::vector<Roofline>& rooflines,
                 Report& report) {
  std::vector<Series> all;
  for (std::size_t t = 0; t < threads.size(); ++t) {
    const int colour = static_cast<int>(t);
    Series measured{threads_text(threads[t]), {}, colour, false};
    Series floor{"roofline, " + threads_text(threads[t]), {}, colour, true};
    for (const std::int64_t value : sweep.values) {
      Setting setting;
      sweep.set(setting, value);
      OwnTraining training(setting.model, setting.batch, threads[t]);
      const double ours = step_seconds(training) * 1e3;
      const double least = rooflines[t].step_of(training) * 1e3;
      measured.points.push_back({static_cast<double>(value), ours});
      floor.points.push_back({static_cast<double>(value), least});
      report.add(smaller_is_better(fmt::format("{} {}, {}", sweep.name, value, threads_text(threads[t])),
                                   ours, least, "roofline", "ms a step"));
    }
    all.push_back(std::move(measured));
    all.push_back(std::move(floor));
  }
  return draw(sweep, std::move(all));
}

Status run(int count, char** arguments) {
  std::vector<std::string> names;
  for (const Sweep& sweep : kSweeps) names.push_back(sweep.name);
  const Selection selection = TRY(select(count, arguments, names));
  Report report("scale");
  std::vector<Roofline> rooflines;
  for (const int threads : selection.threads) {
    rooflines.push_back(measure_roofline(threads));
    report.note(
        fmt::format("{}: a product of 1024^3 at {:.0f} GFLOP/s, a copy at {:.1f} GB/s (read and written)",
                    threads_text(threads), rooflines.back().flops_per_second * 1e-9,
                    rooflines.back().bytes_per_second * 1e-9));
  }
  for (const Sweep& sweep : kSweeps) {
    if (selection.wants(sweep.name)) TRY_STATUS(run_sweep(sweep, selection.threads, rooflines, report));
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("scale_bench", lydian::bench::run(count, arguments));
}
