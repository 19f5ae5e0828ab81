// What a program costs, computed from its graphs alone before anyone accepts it: operations, bytes moved and
// memory of a node-by-node execution. Figures that would not fit into 63 bits are the largest that does.
#pragma once

#include <array>
#include <cstdint>

#include "lydian/kernels/scalar.h"
#include "lydian/program/program.h"

namespace lydian::program {

/// A modest machine's rates, which the clocks of a dispute are computed from (docs/protocol.md, step_millis):
/// one core, no vector kernels, every tensor hashed. A node that is slower must not accept jobs.
inline constexpr std::int64_t kReferenceFlopsPerSecond = 2'000'000'000;
inline constexpr std::int64_t kReferenceBytesPerSecond = 1'000'000'000;

struct Cost {
  std::int64_t flops =
      0;  // scalar operations; an fma counts 2, exp, log, sin, cos, div and sqrt as flops_of says
  std::int64_t bytes = 0;  // operand bytes read and output bytes written

  bool operator==(const Cost&) const = default;
};

/// Operations that one element of a map counts for.
[[nodiscard]] int flops_of(kernels::ScalarFn fn);

[[nodiscard]] Cost cost_of(const Node& node);
[[nodiscard]] Cost cost_of(const Graph& graph);

/// The most bytes of node outputs that exist at once when nodes run in order and each output is freed after
/// its last use. The graph's value stays.
[[nodiscard]] std::int64_t peak_outputs(const Graph& graph);

struct ProgramCost {
  std::array<Cost, 4> graphs;     // one execution of each, by GraphKind
  Cost job;                       // init, all steps, output
  std::int64_t memory = 0;        // bytes, see peak_memory
  std::uint32_t step_millis = 0;  // of one step at the reference rates, at least 1

  [[nodiscard]] const Cost& graph(GraphKind kind) const { return graphs[static_cast<std::size_t>(kind)]; }
};
[[nodiscard]] ProgramCost cost_of(const Program& program);

/// Bytes needed at the worst moment: the state that a graph starts from, its outputs, and the literals.
/// Constants are mapped files and not counted.
[[nodiscard]] std::int64_t peak_memory(const Program& program);

/// Refuses a program whose peak_memory is more than is there.
[[nodiscard]] Status check_memory(const Program& program, std::int64_t available_bytes);

}  // namespace lydian::program
