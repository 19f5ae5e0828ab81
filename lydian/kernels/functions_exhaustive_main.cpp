// Checks exp, log, sin and cos for every one of the 2^32 arguments: the scalar definition against MPFR (see
// functions_exact.h), and the kernels of each instruction set against the definition. Prints what differs,
// and exits with 1 if anything does. All of it takes about an hour of one core; arguments narrow it down:
//   lydian_functions_exhaustive [FUNCTION [SUBJECT [THREADS [EVERY]]]]
//   FUNCTION: all, exp, log, sin, cos; SUBJECT: definition, portable, avx2, avx512, neon
// EVERY n, best odd, checks each n-th argument alone: under emulation, where all arguments of a NEON function
// take four hours, each 257th takes a minute. A build for another machine has no MPFR, so no "definition".
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "lydian/core/thread_pool.h"
#ifndef LYDIAN_WITHOUT_MPFR
#include "lydian/kernels/functions_exact.h"
#endif
#include "lydian/kernels/map.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kChunk = 1 << 16;
constexpr std::int64_t kArguments = std::int64_t{1} << 32;

constexpr const char* kUsage =
    "usage: lydian_functions_exhaustive [all|exp|log|sin|cos [definition|portable|avx2|avx512|neon "
    "[THREADS [EVERY]]]]";

/// What is checked: a function's kernel of isa, or with none its definition.
class Subject {
 public:
  Subject(ScalarFn fn, std::optional<Isa> isa) : fn_(fn), isa_(isa) {}

  [[nodiscard]] std::string name() const {
    return fmt::format("{} {}", info_of(fn_).name, isa_ ? name_of(*isa_) : "definition");
  }

  void found(const std::vector<float>& x, std::vector<float>& values) const {
    if (isa_) {
      map_kernel(*isa_, fn_, DType::f32, DType::f32)(kChunk, x.data(), nullptr, nullptr, values.data());
    } else {
      define(x, values);
    }
  }
  void wanted(const std::vector<float>& x, std::vector<float>& values) const {
    if (isa_) return define(x, values);
#ifndef LYDIAN_WITHOUT_MPFR
    ExactFunction exact(fn_);
    for (std::size_t i = 0; i < x.size(); ++i)
      values[i] = info_of(fn_).has_tiny_rule ? finish(exact.quick(x[i])) : canonical_nan(exact.quick(x[i]));
#endif
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

/// Checks the next kChunk arguments from number `first` on, `every` apart; returns how many are wrong.
std::int64_t check_chunk(const Subject& subject, std::int64_t first, std::int64_t every) {
  std::vector<float> x(kChunk);
  std::vector<float> found(kChunk);
  std::vector<float> wanted(kChunk);
  for (std::int64_t i = 0; i < kChunk; ++i)
    x[static_cast<std::size_t>(i)] = std::bit_cast<float>(static_cast<std::uint32_t>((first + i) * every));
  subject.found(x, found);
  subject.wanted(x, wanted);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(found[i]) == std::bit_cast<std::uint32_t>(wanted[i])) continue;
    fmt::print("{} of {:a}: found {:a}, want {:a}\n", subject.name(), x[i], found[i], wanted[i]);
    ++wrong;
  }
  return wrong;
}

bool check(ThreadPool& pool, const Subject& subject, std::int64_t every) {
  std::atomic<std::int64_t> wrong = 0;
  const std::int64_t chunks = (kArguments / every + kChunk - 1) / kChunk;
  pool.parallel_for(chunks,
                    [&](std::int64_t chunk, int) { wrong += check_chunk(subject, chunk * kChunk, every); });
  fmt::print("{}: {} of {} arguments wrong\n", subject.name(), wrong.load(), chunks * kChunk);
  std::fflush(stdout);
  return wrong == 0;
}

Result<std::vector<Subject>> chosen_subjects(const std::vector<std::string>& arguments) {
  std::vector<ScalarFn> functions = {ScalarFn::exp, ScalarFn::log, ScalarFn::sin, ScalarFn::cos};
  std::vector<std::optional<Isa>> sets;
#ifndef LYDIAN_WITHOUT_MPFR
  sets.emplace_back(std::nullopt);
#endif
  const auto definition = sets;
  for (const Isa isa : supported_isas()) sets.emplace_back(isa);
  if (!arguments.empty() && arguments[0] != "all") {
    const ScalarFn fn = TRY(parse_scalar_fn(arguments[0]));
    if (std::ranges::find(functions, fn) == functions.end()) return fail("{}", kUsage);
    functions = {fn};
  }
  if (arguments.size() > 1) {
    sets = definition;
    if (arguments[1] != "definition") sets = {TRY(choose_isa(arguments[1]))};
    if (sets.empty()) return fail("this build has no MPFR to hold the definition against");
  }
  std::vector<Subject> subjects;
  for (const auto fn : functions)
    for (const auto& isa : sets) subjects.emplace_back(fn, isa);
  return subjects;
}

Result<bool> run(const std::vector<std::string>& arguments) {
  if (arguments.size() > 4) return fail("{}", kUsage);
  const auto subjects = TRY(chosen_subjects(arguments));
  ThreadPool pool(arguments.size() > 2 ? std::max(1, std::atoi(arguments[2].c_str()))
                                       : ThreadPool::hardware_threads());
  const std::int64_t every = arguments.size() > 3 ? std::atoll(arguments[3].c_str()) : 1;
  if (every < 1 || every > kChunk) return fail("{}", kUsage);
  bool passed = true;
  for (const Subject& subject : subjects) passed &= check(pool, subject, every);
  return passed;
}

}  // namespace
}  // namespace lydian::kernels

int main(int count, char** arguments) {
  const auto passed = lydian::kernels::run({arguments + 1, arguments + count});
  if (!passed) fmt::print(stderr, "{}\n", passed.error().message);
  return passed && *passed ? 0 : 1;
}
