// The input's bytes are the choices of a random program; the executor must give the interpreter's bytes.
#include "lydian/core/ensure.h"
#include "sim/executor_comparison.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  lydian::sim::Random random(std::span(data, size).subspan(1));
  const int operations = 1 + data[0] % 24;
  const auto made = data[0] >= 128 ? lydian::sim::random_program(random, {.operations = operations})
                                   : lydian::sim::random_chains(random, operations);
  const auto difference = lydian::sim::compare_executor(made);
  ENSURE(!difference, "{}", *difference);
  return 0;
}
