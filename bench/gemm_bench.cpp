// The matrix product beside other libraries: interleaved samples, medians, ratios. Prints a table and writes
// the rows {case, ours, peer, peer_name, unit, ratio} as JSON.
//   gemm_bench [FILE]      FILE is build/bench/gemm.json unless given
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gemm_peers.h"
#include "lydian/core/ensure.h"
#include "lydian/core/philox.h"
#include "lydian/core/thread_pool.h"
#include "lydian/kernels/matmul.h"

namespace lydian::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSamples = 11;
constexpr double kSampleFlops = 2e8;  // at least, so that a sample takes a millisecond or more
// Libraries' idle threads spin for a while, on the core that the next library wants.
constexpr std::chrono::milliseconds kRest{20};

struct Case {
  const char* name;
  Gemm gemm;
};

// The example's training step (768 rows of width 128, 4 heads of 32, 65 symbols) and large squares.
const std::vector<Case> kCases = {
    {"qkv", {.m = 768, .n = 384, .k = 128}},
    {"mlp up", {.m = 768, .n = 512, .k = 128}},
    {"mlp down", {.m = 768, .n = 128, .k = 512}},
    {"logits", {.m = 768, .n = 65, .k = 128, .transpose_b = true}},
    {"attention scores", {.m = 64, .n = 64, .k = 32, .transpose_b = true, .batch = 48}},
    {"attention values", {.m = 64, .n = 32, .k = 64, .batch = 48}},
    {"gradient of mlp input", {.m = 768, .n = 128, .k = 512, .transpose_b = true}},
    {"gradient of mlp up", {.m = 128, .n = 512, .k = 768, .transpose_a = true}},
    {"gradient of mlp down", {.m = 512, .n = 128, .k = 768, .transpose_a = true}},
    {"1024", {.m = 1024, .n = 1024, .k = 1024}},
    {"1024, A transposed", {.m = 1024, .n = 1024, .k = 1024, .transpose_a = true}},
    {"1024, B transposed", {.m = 1024, .n = 1024, .k = 1024, .transpose_b = true}},
    {"1024 x 4096 x 1024", {.m = 1024, .n = 4096, .k = 1024}},
};

std::vector<float> random_floats(int rows, int columns, int batch, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns * batch));
  for (std::uint32_t i = 0; float& value : values) {
    value = static_cast<float>(philox4x32({i++, 0, 0, 0}, {seed, 0})[0]) * 0x1p-31f - 1.0f;
  }
  return values;
}

GemmPeer ours(int threads) {
  auto pool = std::make_shared<ThreadPool>(threads);
  auto scratch = std::make_shared<kernels::MatmulScratch>(threads);
  return {"Lydian", [](int) {},
          [=](const Gemm& g) {
            using Operand = kernels::MatmulOperand<float>;
            const std::int64_t a_size = std::int64_t{g.m} * g.k;
            const std::int64_t b_size = std::int64_t{g.k} * g.n;
            const Operand a{g.a, g.transpose_a ? 1 : g.k, g.transpose_a ? g.m : 1, a_size};
            const Operand b{g.b, g.transpose_b ? 1 : g.n, g.transpose_b ? g.k : 1, b_size};
            kernels::matmul(kernels::active_isa(), *pool, {.m = g.m, .n = g.n, .k = g.k, .outer = g.batch}, a,
                            b, {g.c, g.n, std::int64_t{g.m} * g.n}, *scratch);
          }};
}

double seconds_per_run(const GemmPeer& peer, const Gemm& gemm, int runs) {
  std::this_thread::sleep_for(kRest);
  peer.run(gemm);
  const auto begin = Clock::now();
  for (int i = 0; i < runs; ++i) peer.run(gemm);
  return std::chrono::duration<double>(Clock::now() - begin).count() / runs;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

/// GFLOP/s of each library; all must have computed the same product.
std::vector<double> measure(const std::vector<GemmPeer>& libraries, Gemm gemm) {
  const std::vector<float> a = random_floats(gemm.m, gemm.k, gemm.batch, 1);
  const std::vector<float> b = random_floats(gemm.k, gemm.n, gemm.batch, 2);
  std::vector<std::vector<float>> c(libraries.size(), random_floats(gemm.m, gemm.n, gemm.batch, 3));
  gemm.a = a.data();
  gemm.b = b.data();
  const double flops = 2.0 * gemm.m * gemm.n * gemm.k * gemm.batch;
  const int runs = std::max(1, static_cast<int>(kSampleFlops / flops));
  std::vector<std::vector<double>> times(libraries.size());
  for (int sample = 0; sample < kSamples; ++sample) {
    for (std::size_t i = 0; i < libraries.size(); ++i) {
      gemm.c = c[i].data();
      times[i].push_back(seconds_per_run(libraries[i], gemm, runs));
    }
  }
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    for (std::size_t e = 0; e < c[i].size(); ++e) {
      ENSURE(std::abs(c[i][e] - c[0][e]) < 1e-2f, "{} differs at {}", libraries[i].name, e);
    }
  }
  std::vector<double> rates;
  for (const auto& samples : times) rates.push_back(flops / median(samples) * 1e-9);
  return rates;
}

int run(const std::filesystem::path& path) {
  std::vector<std::string> rows;
  for (const int threads : std::set<int>{1, ThreadPool::hardware_threads()}) {
    std::vector<GemmPeer> libraries = {ours(threads)};
    for (GemmPeer& peer : installed_gemm_peers()) libraries.push_back(std::move(peer));
    fmt::print("\nGFLOP/s, {} thread(s), {:<22}", threads, name_of(kernels::active_isa()));
    for (const GemmPeer& library : libraries) {
      library.set_threads(threads);
      fmt::print("{:>10}", library.name);
    }
    fmt::print("{:>16}\n", "to the best");
    for (const Case& c : kCases) {
      const std::vector<double> rates = measure(libraries, c.gemm);
      fmt::print("{:<42}", c.name);
      for (const double rate : rates) fmt::print("{:>10.1f}", rate);
      fmt::print("{:>16.2f}\n",
                 rates.size() < 2 ? 1.0 : rates[0] / *std::max_element(rates.begin() + 1, rates.end()));
      std::fflush(stdout);
      for (std::size_t i = 1; i < rates.size(); ++i) {
        rows.push_back(fmt::format(
            R"({{"case": "gemm {}, {} threads", "ours": {:.1f}, "peer": {:.1f}, "peer_name": "{}", )"
            R"("unit": "GFLOP/s", "ratio": {:.3f}}})",
            c.name, threads, rates[0], rates[i], libraries[i].name, rates[0] / rates[i]));
      }
    }
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << fmt::format("[\n  {}\n]\n", fmt::join(rows, ",\n  "));
  fmt::print("\nwrote {}\n", path.string());
  return 0;
}

}  // namespace
}  // namespace lydian::bench

int main(int argc, char** argv) { return lydian::bench::run(argc > 1 ? argv[1] : "build/bench/gemm.json"); }
