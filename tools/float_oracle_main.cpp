// float_oracle: vectors of the scalar operators from independent arithmetic.
//   float_oracle vectors              the text of vectors/float32.txt
//   float_oracle batch OP SEED COUNT  COUNT random cases as 0x and big-endian words a b c result
//   float_oracle hardest FUNCTION     how near exp, log, sin or cos comes to a rounding boundary
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tools/float_cases.h"
#include "tools/float_hardest.h"
#include "tools/float_oracle.h"

namespace lydian::tools {
namespace {

constexpr std::uint64_t kVectorSeed = 2026;

void print_vector(const Operation& operation, const Operands& operands) {
  std::printf("%s %x %x %x %x\n", operation.name.c_str(), operands.a, operands.b, operands.c,
              evaluate(operation, operands));
}

/// The lattice in one operand, or in both; the third operand of an fma varies with them.
void print_lattice(const Operation& operation) {
  const auto edges = edge_lattice();
  const std::uint32_t mask = 0xffffffffu >> (32 - width_of(operation.from));
  const bool is_comparison = operation.name.size() == 2;
  const bool is_sum = operation.name == "add" || operation.name == "fma";
  const std::size_t step = is_sum ? 1 : is_comparison ? 5 : 3;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::uint32_t a =
        operation.from == Type::f16 || operation.from == Type::bf16 ? edges[i] >> 16 : edges[i] & mask;
    if (operation.arity == 1) print_vector(operation, {a, 0, 0});
    for (std::size_t j = 0; operation.arity > 1 && j < edges.size(); j += step) {
      const std::uint32_t c = operation.arity == 3 ? edges[(5 * i + 3 * j) % edges.size()] : 0;
      print_vector(operation, {a, edges[(i + j) % edges.size()], c});
    }
  }
}

void print_vectors() {
  CaseSource source(kVectorSeed);
  for (const Operation& operation : operations()) {
    print_lattice(operation);
    const bool is_function = operation.name == "exp" || operation.name == "log" || operation.name == "sin" ||
                             operation.name == "cos";
    if (is_function) {
      for (const std::uint32_t x : hard_arguments()) print_vector(operation, {x, 0, 0});
    }
    const int random_count = operation.is_convert() ? 12
                             : is_function          ? 150
                             : operation.arity == 3 ? 250
                                                    : 40;
    for (int i = 0; i < random_count; ++i) print_vector(operation, source.draw(operation));
  }
}

void print_batch(const Operation& operation, std::uint64_t seed, int count) {
  CaseSource source(seed);
  std::printf("0x");
  for (int i = 0; i < count; ++i) {
    const Operands operands = source.draw(operation);
    std::printf("%08x%08x%08x%08x", operands.a, operands.b, operands.c, evaluate(operation, operands));
  }
}

int usage() {
  std::fprintf(stderr, "usage: float_oracle vectors | batch OP SEED COUNT | hardest exp|log|sin|cos\n");
  return 2;
}

int run(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "vectors" && argc == 2) {
    print_vectors();
    return 0;
  }
  if (mode == "hardest" && argc == 3) {
    print_hardest(argv[2]);
    return 0;
  }
  const auto operation = argc == 5 ? find_operation(argv[2]) : std::nullopt;
  if (mode != "batch" || !operation) return usage();
  print_batch(*operation, std::strtoull(argv[3], nullptr, 10), std::atoi(argv[4]));
  return 0;
}

}  // namespace
}  // namespace lydian::tools

int main(int argc, char** argv) { return lydian::tools::run(argc, argv); }
