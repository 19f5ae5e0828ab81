#include "lydian/runtime/trace.h"

#include <bit>

#include "lydian/core/pages.h"
#include "lydian/merkle/tree.h"
#include "lydian/runtime/executor.h"
#include "lydian/runtime/kernel_evaluator.h"
#include "lydian/runtime/leaf_hasher.h"
#include "lydian/runtime/strided_copy.h"
#include "lydian/runtime/value_sink.h"

namespace lydian::runtime {
namespace {

std::vector<std::int64_t> sizes_of(const Graph& graph) {
  std::vector<std::int64_t> sizes;
  for (const Node& node : graph.nodes) sizes.push_back(node.bytes());
  return sizes;
}

class Hashing final : public ValueSink {
 public:
  Hashing(const Graph& graph, ThreadPool& pool)
      : graph_(graph), pool_(pool), hasher_(sizes_of(graph), pool) {}

  void run(int thread, std::uint32_t node, std::int64_t offset, ByteView bytes) override {
    hasher_.put(thread, node, offset, bytes);
  }

  void whole(std::uint32_t node, ByteView bytes) override { hasher_.put_whole(node, bytes); }

  void strided(std::uint32_t node, const Access& access, int size, const std::uint8_t* first) override {
    const std::int64_t elements = access.shape.elements();
    if (elements == 0) return;
    if (access.is_dense()) return whole(node, {first, static_cast<std::size_t>(elements * size)});
    const StridedReader reader(access.shape, access.strides, size);
    const std::int64_t leaf_elements = static_cast<std::int64_t>(merkle::kBlockBytes) / size;
    pool_.parallel_for((elements + leaf_elements - 1) / leaf_elements, [&](std::int64_t leaf, int thread) {
      const std::int64_t begin = leaf * leaf_elements;
      hasher_.put_leaf(thread, node, static_cast<std::uint64_t>(leaf), [&](std::uint8_t* to) {
        reader.read(first, begin, std::min(leaf_elements, elements - begin), to);
      });
    });
  }

  void same(std::uint32_t node, std::uint32_t as) override { same_.emplace_back(node, as); }

  [[nodiscard]] Trace trace() {
    Trace trace{hasher_.roots()};
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].form == program::Form::literal) trace.roots[i] = graph_.nodes[i].literal;
    }
    for (const auto& [node, as] : same_) trace.roots[node] = trace.roots[as];
    return trace;
  }

 private:
  const Graph& graph_;
  ThreadPool& pool_;
  LeafHasher hasher_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> same_;
};

}  // namespace

Trace trace(const Graph& graph, const Inputs& inputs, NodeEvaluator& evaluator, ThreadPool* pool) {
  Trace trace;
  trace.roots.reserve(graph.nodes.size());
  for_each_output(graph, inputs, evaluator, [&](std::uint32_t, ByteView output) {
    trace.roots.push_back(merkle::blob_root(output, pool));
  });
  return trace;
}

Trace trace_fused(const Graph& graph, const Inputs& inputs, ThreadPool& pool, kernels::Isa isa) {
  if constexpr (std::endian::native == std::endian::big) {  // a loop's values are not the bytes of a file
    KernelEvaluator evaluator(pool, isa);
    return trace(graph, inputs, evaluator, &pool);
  }
  Executor executor(graph, inputs.literals, pool, {.isa = isa, .show_all = true});
  const Pages value(static_cast<std::size_t>(graph.nodes.back().bytes()));
  Hashing hashing(graph, pool);
  executor.run(inputs.state, inputs.constants, value.bytes(), &hashing);
  return hashing.trace();
}

}  // namespace lydian::runtime
