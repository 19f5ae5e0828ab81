// Runs a graph node by node. With the reference evaluator it is the oracle of every executor; with another
// one it is how a step is traced and how a disputed tensor is found again.
#pragma once

#include <functional>

#include "lydian/runtime/evaluate.h"

namespace lydian::runtime {

using program::Graph;
using program::LiteralTable;

/// What a graph reads. Constants are whole blobs, usually mapped files; the state is empty for `init`.
struct Inputs {
  ByteView state;
  std::span<const ByteView> constants;
  const LiteralTable& literals;
};

/// Computes nodes, and the chains inside them. An evaluator is faster than the reference or wrong on purpose
/// (sim); the default methods are the definitions.
class NodeEvaluator {
 public:
  virtual ~NodeEvaluator() = default;
  /// Fills output, which has the node's length. `index` is the node's place in its graph.
  virtual void evaluate(std::uint32_t index, const Node& node, Operands operands,
                        const LiteralTable& literals, std::span<std::uint8_t> output);
  /// As the functions of these names in evaluate.h.
  virtual std::vector<std::uint32_t> accumulators(std::uint32_t index, const Node& node, Operands operands,
                                                  std::int64_t element, int lane,
                                                  std::span<const std::int64_t> counts);
  virtual Lanes lanes(std::uint32_t index, const Node& node, Operands operands, std::int64_t element);
};

/// Called with each computed node's output, in the graph's order.
using OutputSink = std::function<void(std::uint32_t index, ByteView output)>;

/// Computes every node, and frees each output after its last use.
void for_each_output(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator,
                     const OutputSink& sink);

/// The outputs of the wanted nodes, in the order of `wanted`; computes only what they need.
[[nodiscard]] std::vector<Bytes> outputs_of(const Graph& graph, const Inputs& inputs,
                                            NodeEvaluator& evaluator, std::span<const std::uint32_t> wanted);

/// The graph's value by the definitions.
[[nodiscard]] Bytes interpret(const Graph& graph, const Inputs& inputs);

}  // namespace lydian::runtime
