#include "lydian/runtime/interpreter.h"

#include <gtest/gtest.h>

#include "lydian/merkle/tree.h"
#include "lydian/program/builder.h"
#include "lydian/runtime/trace.h"

namespace lydian::runtime {
namespace {

using program::DType;
using program::GraphBuilder;
using program::Value;

/// (state as f32 [2] + constant as f32 [2]) · 2: nodes 0 and 1 are the views, 2 the sum.
struct SmallGraph : testing::Test {
  SmallGraph() {
    const std::array constants = {program::Constant{merkle::blob_root(constant), 8}};
    GraphBuilder g(&literals, 8, constants);
    const Value from_state = read_bytes(g.state(), DType::f32, {2}, 0);
    const Value from_constant = read_bytes(g.constant(0), DType::f32, {2}, 0);
    const Value sum = from_state + from_constant;
    graph = g.finish(as_u8(sum * 2.0f));
  }

  static Bytes floats(float a, float b) {
    Bytes bytes(8);
    store_le(bytes.data(), a);
    store_le(bytes.data() + 4, b);
    return bytes;
  }
  [[nodiscard]] Inputs inputs() const { return {state, constant_views, literals}; }

  Bytes state = floats(1, 2);
  Bytes constant = floats(10, 20);
  std::array<ByteView, 1> constant_views = {constant};
  LiteralTable literals;
  Graph graph;
};

TEST_F(SmallGraph, reads_state_and_constants) { EXPECT_EQ(interpret(graph, inputs()), floats(22, 44)); }

TEST_F(SmallGraph, trace_holds_the_root_of_every_output) {
  NodeEvaluator reference;
  ThreadPool pool(2);
  const Trace trace = runtime::trace(graph, inputs(), reference, &pool);
  ASSERT_EQ(trace.roots.size(), graph.nodes.size());
  EXPECT_EQ(trace.roots.back(), merkle::blob_root(floats(22, 44)));
  EXPECT_EQ(trace, runtime::trace(graph, inputs(), reference));
  for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const std::array wanted = {i};
    EXPECT_EQ(trace.roots[i], merkle::blob_root(outputs_of(graph, inputs(), reference, wanted)[0])) << i;
  }
}

TEST_F(SmallGraph, outputs_come_in_the_order_wanted_and_nothing_else_is_computed) {
  struct Counting : NodeEvaluator {
    int calls = 0;
    void evaluate(std::uint32_t index, const Node& node, Operands operands, const LiteralTable& table,
                  std::span<std::uint8_t> output) override {
      ++calls;
      NodeEvaluator::evaluate(index, node, operands, table, output);
    }
  } counting;
  const std::array<std::uint32_t, 3> wanted = {2, 0, 2};
  const std::vector<Bytes> outputs = outputs_of(graph, inputs(), counting, wanted);
  EXPECT_EQ(outputs[0], floats(11, 22));
  EXPECT_EQ(outputs[1], state);
  EXPECT_EQ(outputs[2], outputs[0]);
  EXPECT_EQ(counting.calls, 3);
}

TEST_F(SmallGraph, what_an_evaluator_changes_is_what_follows) {
  struct Faulty : NodeEvaluator {
    void evaluate(std::uint32_t index, const Node& node, Operands operands, const LiteralTable& table,
                  std::span<std::uint8_t> output) override {
      NodeEvaluator::evaluate(index, node, operands, table, output);
      if (index == 2) store_element(output, DType::f32, 1, 0x40400000);  // 3
    }
  } faulty;
  const std::array last = {static_cast<std::uint32_t>(graph.nodes.size() - 1)};
  EXPECT_EQ(outputs_of(graph, inputs(), faulty, last)[0], floats(22, 6));
}

using SmallGraphDeathTest = SmallGraph;
TEST_F(SmallGraphDeathTest, a_state_of_another_length_is_our_bug) {
  state.pop_back();
  EXPECT_DEATH((void)interpret(graph, inputs()), "has 7 bytes, expected 8");
}

}  // namespace
}  // namespace lydian::runtime
