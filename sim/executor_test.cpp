// The executor against the interpreter over random programs: every byte of every graph's value and every root
// of its trace, for each instruction set, fused and unfused, on one and two threads.
#include "lydian/runtime/executor.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/executor_comparison.h"

namespace lydian::sim {
namespace {

/// LYDIAN_SIM_PROGRAMS asks for more than the default.
std::uint64_t program_count(std::uint64_t standard) {
  const char* wanted = std::getenv("LYDIAN_SIM_PROGRAMS");
  return wanted == nullptr ? standard : std::strtoull(wanted, nullptr, 10);
}

TEST(ExecutorComparison, random_programs_have_the_interpreters_bytes) {
  for (std::uint64_t seed = 0; seed < program_count(300); ++seed) {
    Random random(seed);
    const RandomProgram made = random_program(random, {.operations = seed % 5 == 0 ? 40 : 12});
    const auto difference = compare_executor(made);
    ASSERT_FALSE(difference) << "seed " << seed << ": " << *difference;
  }
}

TEST(ExecutorComparison, chains_of_maps_views_and_reductions_have_the_interpreters_bytes) {
  for (std::uint64_t seed = 0; seed < program_count(1000); ++seed) {
    Random random(seed);
    const auto difference = compare_executor(random_chains(random, 5 + static_cast<int>(seed % 40)));
    ASSERT_FALSE(difference) << "seed " << seed << ": " << *difference;
  }
}

}  // namespace
}  // namespace lydian::sim
