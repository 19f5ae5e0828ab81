// Checks exp, log, sin or cos for every one of the 2^32 arguments: the scalar definition against MPFR (see
// functions_exact.h), or the kernel of an instruction set against the definition. Prints what differs, and
// exits with 1 if anything does.
//   lydian_functions_exhaustive exp|log|sin|cos definition|portable|avx2|avx512 [THREADS]
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/functions_exact.h"
#include "lydian/kernels/map.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kChunk = 1 << 16;
constexpr std::int64_t kChunks = (std::int64_t{1} << 32) / kChunk;

constexpr const char* kUsage =
    "usage: lydian_functions_exhaustive exp|log|sin|cos definition|portable|avx2|avx512 [THREADS]";

/// Both sides of the comparison for one chunk of arguments.
class Subject {
 public:
  /// A kernel of isa, or with none the definition.
  Subject(ScalarFn fn, std::optional<Isa> isa) : fn_(fn), isa_(isa) {}

  void found(const std::vector<float>& x, std::vector<float>& values) const {
    if (isa_) {
      map_kernel(*isa_, fn_, DType::f32, DType::f32)(kChunk, x.data(), nullptr, nullptr, values.data());
    } else {
      define(x, values);
    }
  }
  void wanted(const std::vector<float>& x, std::vector<float>& values) const {
    if (isa_) return define(x, values);
    thread_local ExactFunction exact(fn_);
    for (std::size_t i = 0; i < x.size(); ++i)
      values[i] = info_of(fn_).has_tiny_rule ? finish(exact.quick(x[i])) : canonical_nan(exact.quick(x[i]));
  }

 private:
  void define(const std::vector<float>& x, std::vector<float>& values) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto bits = std::bit_cast<std::uint32_t>(x[i]);
      values[i] = std::bit_cast<float>(apply(fn_, DType::f32, DType::f32, bits, 0, 0));
    }
  }

  ScalarFn fn_;
  std::optional<Isa> isa_;
};

/// Checks the arguments whose bits begin with `chunk`; returns how many are wrong.
std::int64_t check_chunk(const Subject& subject, std::int64_t chunk) {
  std::vector<float> x(kChunk);
  std::vector<float> found(kChunk);
  std::vector<float> wanted(kChunk);
  for (std::int64_t i = 0; i < kChunk; ++i)
    x[static_cast<std::size_t>(i)] = std::bit_cast<float>(static_cast<std::uint32_t>(chunk * kChunk + i));
  subject.found(x, found);
  subject.wanted(x, wanted);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(found[i]) == std::bit_cast<std::uint32_t>(wanted[i])) continue;
    fmt::print("argument {:a}: found {:a}, want {:a}\n", x[i], found[i], wanted[i]);
    ++wrong;
  }
  return wrong;
}

Result<bool> run(int count, char** arguments) {
  if (count < 3) return fail("{}", kUsage);
  const ScalarFn fn = TRY(parse_scalar_fn(arguments[1]));
  if (fn != ScalarFn::exp && fn != ScalarFn::log && fn != ScalarFn::sin && fn != ScalarFn::cos)
    return fail("{} is not checked here; {}", arguments[1], kUsage);
  std::optional<Isa> isa;
  if (std::string_view(arguments[2]) != "definition") isa = TRY(choose_isa(arguments[2]));
  const int threads = count > 3 ? std::max(1, std::atoi(arguments[3])) : ThreadPool::hardware_threads();

  const Subject subject(fn, isa);
  std::atomic<std::int64_t> wrong = 0;
  ThreadPool pool(threads);
  pool.parallel_for(kChunks, [&](std::int64_t chunk, int) { wrong += check_chunk(subject, chunk); });
  fmt::print("{} {}: {} of 2^32 arguments wrong\n", arguments[1], arguments[2], wrong.load());
  return wrong == 0;
}

}  // namespace
}  // namespace lydian::kernels

int main(int count, char** arguments) {
  const auto passed = lydian::kernels::run(count, arguments);
  if (!passed) fmt::print(stderr, "{}\n", passed.error().message);
  return passed && *passed ? 0 : 1;
}
