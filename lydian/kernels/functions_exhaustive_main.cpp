// Checks exp, log, sin and cos for every one of the 2^32 arguments: the scalar definition against MPFR (see
// functions_exact.h), and the kernels of each instruction set against the definition. Prints what differs,
// and exits with 1 if anything does. All of it takes about an hour of one core; arguments narrow it down:
//   lydian_functions_exhaustive [exp|log|sin|cos [definition|portable|avx2|avx512 [THREADS]]]
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
#include "lydian/kernels/functions_exact.h"
#include "lydian/kernels/map.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kChunk = 1 << 16;
constexpr std::int64_t kChunks = (std::int64_t{1} << 32) / kChunk;

constexpr const char* kUsage =
    "usage: lydian_functions_exhaustive [exp|log|sin|cos [definition|portable|avx2|avx512 [THREADS]]]";

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
    ExactFunction exact(fn_);
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
    fmt::print("{} of {:a}: found {:a}, want {:a}\n", subject.name(), x[i], found[i], wanted[i]);
    ++wrong;
  }
  return wrong;
}

bool check(ThreadPool& pool, const Subject& subject) {
  std::atomic<std::int64_t> wrong = 0;
  pool.parallel_for(kChunks, [&](std::int64_t chunk, int) { wrong += check_chunk(subject, chunk); });
  fmt::print("{}: {} of 2^32 arguments wrong\n", subject.name(), wrong.load());
  std::fflush(stdout);
  return wrong == 0;
}

Result<std::vector<Subject>> chosen_subjects(const std::vector<std::string>& arguments) {
  std::vector<ScalarFn> functions = {ScalarFn::exp, ScalarFn::log, ScalarFn::sin, ScalarFn::cos};
  std::vector<std::optional<Isa>> sets = {std::nullopt};
  for (const Isa isa : supported_isas()) sets.emplace_back(isa);
  if (!arguments.empty()) {
    const ScalarFn fn = TRY(parse_scalar_fn(arguments[0]));
    if (std::ranges::find(functions, fn) == functions.end()) return fail("{}", kUsage);
    functions = {fn};
  }
  if (arguments.size() > 1) {
    sets = {std::nullopt};
    if (arguments[1] != "definition") sets = {TRY(choose_isa(arguments[1]))};
  }
  std::vector<Subject> subjects;
  for (const auto fn : functions)
    for (const auto& isa : sets) subjects.emplace_back(fn, isa);
  return subjects;
}

Result<bool> run(const std::vector<std::string>& arguments) {
  if (arguments.size() > 3) return fail("{}", kUsage);
  const auto subjects = TRY(chosen_subjects(arguments));
  ThreadPool pool(arguments.size() > 2 ? std::max(1, std::atoi(arguments[2].c_str()))
                                       : ThreadPool::hardware_threads());
  bool passed = true;
  for (const Subject& subject : subjects) passed &= check(pool, subject);
  return passed;
}

}  // namespace
}  // namespace lydian::kernels

int main(int count, char** arguments) {
  const auto passed = lydian::kernels::run({arguments + 1, arguments + count});
  if (!passed) fmt::print(stderr, "{}\n", passed.error().message);
  return passed && *passed ? 0 : 1;
}
