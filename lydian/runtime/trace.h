// The roots of all that one execution of a graph computes: what a dispute over a step descends into.
#pragma once

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"
#include "lydian/runtime/interpreter.h"

namespace lydian::runtime {

struct Trace {
  std::vector<Root> roots;  // of every node's output, in the graph's order
  bool operator==(const Trace&) const = default;
};

/// Node by node, as the evaluator has it.
[[nodiscard]] Trace trace(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator,
                          ThreadPool* pool = nullptr);

/// As the executor computes: what a fused loop keeps in the cache is hashed there.
[[nodiscard]] Trace trace_fused(const Graph& graph, const Inputs& inputs, ThreadPool& pool,
                                kernels::Isa isa = kernels::active_isa());

}  // namespace lydian::runtime
