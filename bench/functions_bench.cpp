// exp, log, sin and cos, correctly rounded, beside SLEEF's functions of one unit in the last place: over 2048
// elements in the first-level cache, on one thread.
//   functions_bench [exp|log|sin|cos...]
#include <immintrin.h>
#include <sleef.h>

#include <random>

#include "bench/harness.h"
#include "lydian/kernels/map.h"

namespace lydian::bench {
namespace {

using kernels::Isa;
using kernels::ScalarFn;

constexpr int kCount = 2048;
constexpr int kRounds = 51;
constexpr double kSampleSeconds = 2e-4;  // shorter than what other processes get at a time
alignas(64) float arguments[kCount];
alignas(64) float values[kCount];

struct Function {
  ScalarFn fn;
  void (*sleef_avx2)();
  void (*sleef_avx512)();
};

template <auto fn>
void sleef_avx2() {
  for (int i = 0; i < kCount; i += 8) _mm256_store_ps(values + i, fn(_mm256_load_ps(arguments + i)));
}

template <auto fn>
void sleef_avx512() {
  for (int i = 0; i < kCount; i += 16) _mm512_store_ps(values + i, fn(_mm512_load_ps(arguments + i)));
}

const std::vector<Function> kFunctions = {
    {ScalarFn::exp, sleef_avx2<Sleef_expf8_u10avx2>, sleef_avx512<Sleef_expf16_u10avx512f>},
    {ScalarFn::log, sleef_avx2<Sleef_logf8_u10avx2>, sleef_avx512<Sleef_logf16_u10avx512f>},
    {ScalarFn::sin, sleef_avx2<Sleef_sinf8_u10avx2>, sleef_avx512<Sleef_sinf16_u10avx512f>},
    {ScalarFn::cos, sleef_avx2<Sleef_cosf8_u10avx2>, sleef_avx512<Sleef_cosf16_u10avx512f>},
};

void compare(Isa isa, ScalarFn fn, void (*sleef)(), Report& report) {
  const kernels::MapKernel kernel = map_kernel(isa, fn, tensor::DType::f32, tensor::DType::f32);
  const auto sample = [](std::function<void()> work) {
    const int calls = calls_for(work, kSampleSeconds);
    return [=] {
      work();  // brings its code and data back into the cache
      return seconds_per_call(work, calls) / kCount;
    };
  };
  const std::vector<double> seconds =
      interleaved_medians({{"ours", sample([=] { kernel(kCount, arguments, nullptr, nullptr, values); })},
                           {"SLEEF", sample(sleef)}},
                          kRounds);
  report.add(smaller_is_better(fmt::format("{}, {}", info_of(fn).name, name_of(isa)), seconds[0] * 1e9,
                               seconds[1] * 1e9, "SLEEF, 1 ulp", "ns/element"));
}

Status run(int count, char** words) {
  std::vector<std::string> names;
  for (const Function& function : kFunctions) names.emplace_back(info_of(function.fn).name);
  const Selection selection = TRY(select(count, words, names));
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(0.01F, 10.0F);
  for (float& x : arguments) x = uniform(generator);
  Report report("functions");
  for (const Isa isa : kernels::supported_isas()) {
    if (isa == Isa::portable) continue;
    for (const Function& function : kFunctions) {
      if (selection.wants(std::string(info_of(function.fn).name)))
        compare(isa, function.fn, isa == Isa::avx2 ? function.sleef_avx2 : function.sleef_avx512, report);
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("functions_bench", lydian::bench::run(count, arguments));
}
