#include "lydian/runtime/trace.h"

#include "lydian/merkle/tree.h"

namespace lydian::runtime {

Trace trace(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator, ThreadPool* pool) {
  Trace trace;
  trace.roots.reserve(graph.nodes.size());
  for_each_output(graph, inputs, evaluator, [&](std::uint32_t, ByteView output) {
    trace.roots.push_back(merkle::blob_root(output, pool));
  });
  return trace;
}

}  // namespace lydian::runtime
