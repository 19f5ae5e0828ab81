// The matrix product beside other libraries. Built twice: gemm_bench runs everything at its best,
// gemm_avx2_bench holds all to AVX2.
//   gemm_bench [GROUP...] [THREADS...]
#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/gemm_peers.h"
#include "bench/harness.h"
#include "lydian/core/ensure.h"
#include "lydian/core/philox.h"
#include "lydian/core/thread_pool.h"
#include "lydian/kernels/matmul.h"

namespace lydian::bench {
namespace {

constexpr bool kHeldToAvx2 = LYDIAN_BENCH_HELD_TO_AVX2;
constexpr const char* kName = kHeldToAvx2 ? "gemm_avx2" : "gemm";

constexpr double kSampleSeconds = 2e-3;  // at least
constexpr int kWarmUp = 3;               // samples before each
constexpr double kSmallFlops = 1e10;     // up to which a product gets many rounds
constexpr int kRounds = 11;
constexpr int kRoundsOfLarge = 5;

struct Group {
  std::string name;
  std::vector<Gemm> gemms;
};

/// (m, k) x (k, n) for every n and k of the list.
Group panels(int m) {
  Group group{fmt::format("m{}", m), {}};
  for (const int n : {256, 768, 1024, 4096}) {
    for (const int k : {256, 768, 1024, 4096}) group.gemms.push_back({.m = m, .n = n, .k = k});
  }
  return group;
}

Group squares() {
  Group group{"squares", {}};
  for (const int n : {512, 1024, 2048, 4096}) group.gemms.push_back({.m = n, .n = n, .k = n});
  return group;
}

Group transposed() {
  Group group{"transposed", {}};
  for (const bool b : {false, true}) {
    for (const int n : {512, 1024, 2048})
      group.gemms.push_back({.m = n, .n = n, .k = n, .transpose_a = !b, .transpose_b = b});
    // Gradients of a weight, and of its input: 768 to 3072 over 2048 rows.
    if (b)
      group.gemms.push_back({.m = 2048, .n = 768, .k = 3072, .transpose_b = true});
    else
      group.gemms.push_back({.m = 768, .n = 3072, .k = 2048, .transpose_a = true});
  }
  return group;
}

/// Scores, their product with the values, and the gradient of the keys: of the trainings a, b and c.
Group attention() {
  struct Heads {
    int batch, time, head;
  };
  Group group{"attention", {}};
  for (const auto& [batch, time, head] : {Heads{48, 64, 32}, Heads{96, 256, 64}, Heads{24, 256, 64}}) {
    group.gemms.push_back({.m = time, .n = time, .k = head, .transpose_b = true, .batch = batch});
    group.gemms.push_back({.m = time, .n = head, .k = time, .batch = batch});
    group.gemms.push_back({.m = time, .n = head, .k = time, .transpose_a = true, .batch = batch});
  }
  return group;
}

Group skinny() {
  Group group{"skinny", {}};
  for (const int m : {1, 4, 8, 32}) {
    group.gemms.push_back({.m = m, .n = 768, .k = 768});
    group.gemms.push_back({.m = m, .n = 3072, .k = 768});
    group.gemms.push_back({.m = m, .n = 768, .k = 3072});
    group.gemms.push_back({.m = m, .n = 4096, .k = 4096});
  }
  return group;
}

/// The products of training a: 768 rows of width 128, 65 symbols.
Group small_step() {
  return {"step",
          {{.m = 768, .n = 384, .k = 128},
           {.m = 768, .n = 512, .k = 128},
           {.m = 768, .n = 128, .k = 512},
           {.m = 768, .n = 65, .k = 128, .transpose_b = true},
           {.m = 768, .n = 128, .k = 512, .transpose_b = true},
           {.m = 128, .n = 512, .k = 768, .transpose_a = true},
           {.m = 512, .n = 128, .k = 768, .transpose_a = true}}};
}

std::vector<Group> groups() {
  return {small_step(), panels(1024), panels(4096), squares(), transposed(), attention(), skinny()};
}

/// "1024 x 768 x 256, A transposed": m, n, k.
std::string text_of(const Gemm& g) {
  return fmt::format("{}{} x {} x {}{}{}", g.batch > 1 ? fmt::format("{} times ", g.batch) : "", g.m, g.n,
                     g.k, g.transpose_a ? ", A transposed" : "", g.transpose_b ? ", B transposed" : "");
}

std::vector<float> random_floats(int rows, int columns, int batch, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
                            static_cast<std::size_t>(batch));
  for (std::uint32_t i = 0; float& value : values) {
    value = static_cast<float>(philox4x32({i++, 0, 0, 0}, {seed, 0})[0]) * 0x1p-31f - 1.0f;
  }
  return values;
}

GemmPeer ours(int threads, kernels::Isa isa) {
  auto pool = std::make_shared<ThreadPool>(threads);
  auto scratch = std::make_shared<kernels::MatmulScratch>(threads);
  return {"Lydian", [](int) {},
          [=](const Gemm& g) {
            using Operand = kernels::MatmulOperand<float>;
            const std::int64_t a_size = std::int64_t{g.m} * g.k;
            const std::int64_t b_size = std::int64_t{g.k} * g.n;
            const Operand a{g.a, g.transpose_a ? 1 : g.k, g.transpose_a ? g.m : 1, a_size};
            const Operand b{g.b, g.transpose_b ? 1 : g.n, g.transpose_b ? g.k : 1, b_size};
            kernels::matmul(isa, *pool, {.m = g.m, .n = g.n, .k = g.k, .outer = g.batch}, a, b,
                            {g.c, g.n, std::int64_t{g.m} * g.n}, *scratch);
          }};
}

double flops_of(const Gemm& g) { return 2.0 * g.m * g.n * g.k * g.batch; }

/// GFLOP/s of each library; all must have computed the same product.
std::vector<double> measure(const std::vector<GemmPeer>& libraries, Gemm gemm) {
  const std::vector<float> a = random_floats(gemm.m, gemm.k, gemm.batch, 1);
  const std::vector<float> b = random_floats(gemm.k, gemm.n, gemm.batch, 2);
  std::vector<std::vector<float>> c(libraries.size(), random_floats(gemm.m, gemm.n, gemm.batch, 3));
  gemm.a = a.data();
  gemm.b = b.data();
  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    Gemm own = gemm;
    own.c = c[i].data();
    const auto product = [&run = libraries[i].run, own] { run(own); };
    const int calls = calls_for(product, kSampleSeconds);
    contenders.push_back({libraries[i].name, [=] {
                            // Waking a core that slept takes a millisecond or more, which who shares its
                            // work out as it goes does not wait for.
                            (void)seconds_per_call(product, kWarmUp * calls);
                            return seconds_per_call(product, calls);
                          }});
  }
  const int rounds = flops_of(gemm) < kSmallFlops ? kRounds : kRoundsOfLarge;
  const std::vector<double> seconds = interleaved_medians(contenders, rounds);
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    for (std::size_t e = 0; e < c[i].size(); ++e) {
      ENSURE(std::abs(c[i][e] - c[0][e]) < 1e-2f, "{} differs at {}", libraries[i].name, e);
    }
  }
  std::vector<double> rates;
  for (const double one : seconds) rates.push_back(flops_of(gemm) / one * 1e-9);
  return rates;
}

/// A row for each peer, of which the table shows the best. Our rate and the best peer's.
std::pair<double, double> compare(const std::vector<GemmPeer>& libraries, const Gemm& gemm,
                                  const std::string& name, Report& report) {
  const std::vector<double> rates = measure(libraries, gemm);
  const auto best =
      static_cast<std::size_t>(std::max_element(rates.begin() + 1, rates.end()) - rates.begin());
  for (std::size_t i = 1; i < rates.size(); ++i) {
    Row row = larger_is_better(name, rates[0], rates[i], libraries[i].name, "GFLOP/s");
    if (i == best)
      report.add(std::move(row));
    else
      report.add_quietly(std::move(row));
  }
  return {rates[0], rates[best]};
}

Status run(int count, char** arguments) {
  std::vector<std::string> names;
  for (const Group& group : groups()) names.push_back(group.name);
  const Selection selection = TRY(select(count, arguments, names));
  clear_library_settings();
  const kernels::Isa isa = kHeldToAvx2 ? TRY(kernels::choose_isa("avx2")) : kernels::active_isa();
  const std::vector<GemmPeer> peers = installed_gemm_peers(kHeldToAvx2);
  if (peers.empty()) return fail("no peers are installed: tools/packages-bench.txt has them");
  Report report(kName);
  for (const int threads : selection.threads) {
    std::vector<GemmPeer> libraries = {ours(threads, isa)};
    libraries.insert(libraries.end(), peers.begin(), peers.end());
    for (const GemmPeer& library : libraries) library.set_threads(threads);
    for (const Group& group : groups()) {
      if (!selection.wants(group.name)) continue;
      std::vector<double> own_rates;
      std::vector<double> best_rates;
      for (const Gemm& gemm : group.gemms) {
        const auto [own, best] =
            compare(libraries, gemm, fmt::format("{}, {}", text_of(gemm), threads_text(threads)), report);
        own_rates.push_back(own);
        best_rates.push_back(best);
      }
      report.add(larger_is_better(fmt::format("{}: geometric mean, {}", group.name, threads_text(threads)),
                                  geometric_mean(own_rates), geometric_mean(best_rates), "the best of each",
                                  "GFLOP/s"));
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code(lydian::bench::kName, lydian::bench::run(count, arguments));
}
