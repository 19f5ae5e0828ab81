// The executor's hard cases, each against the interpreter; sim/executor_test.cpp does the same for random
// graphs.
#include "lydian/runtime/executor.h"

#include <gtest/gtest.h>

#include <functional>

#include "lydian/merkle/tree.h"
#include "lydian/program/builder.h"
#include "lydian/runtime/engine.h"
#include "lydian/runtime/trace.h"

namespace lydian::runtime {
namespace {

using program::GraphBuilder;
using program::GraphKind;
using program::LiteralTable;
using program::Value;
using tensor::DType;

/// 4 * n bytes of floats between -2 and 2, no two alike.
Bytes floats(std::int64_t n) {
  Bytes bytes(static_cast<std::size_t>(4 * n));
  for (std::int64_t i = 0; i < n; ++i)
    store_le(bytes.data() + 4 * i, static_cast<float>((i * 7919) % 10007) / 2501.0F - 2.0F);
  return bytes;
}

/// Builds a graph over a state of so many floats and compares every way to execute it with the definitions.
void expect_interpreters_bytes(std::int64_t state_floats,
                               const std::function<Value(GraphBuilder&, Value)>& make) {
  const Bytes state = floats(state_floats);
  LiteralTable literals;
  GraphBuilder builder(&literals, std::ssize(state), {});
  const Value x = read_bytes(builder.state(), DType::f32, {state_floats}, 0);
  const Graph graph = builder.finish(as_u8(make(builder, x)));
  const Inputs inputs{state, {}, literals};
  const Bytes expected = interpret(graph, inputs);
  NodeEvaluator reference;
  const Trace expected_trace = trace(graph, inputs, reference);
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    for (const kernels::Isa isa : kernels::supported_isas()) {
      ASSERT_EQ(trace_fused(graph, inputs, pool, isa).roots, expected_trace.roots)
          << kernels::name_of(isa) << " threads " << threads;
      for (const bool fuse : {false, true}) {
        Executor executor(graph, literals, pool, {isa, fuse, fuse, fuse});
        Bytes value(expected.size(), 0xAB);
        executor.run(state, {}, value);
        ASSERT_EQ(value, expected) << kernels::name_of(isa) << " fuse " << fuse << " threads " << threads;
      }
    }
  }
}

Value flat(Value x) { return reshape(x, {x.shape().elements()}); }

TEST(Executor, products_with_more_batch_axes_than_the_kernel_has) {
  expect_interpreters_bytes(2 * 3 * 4 * 5 * 6, [](GraphBuilder&, Value x) {
    const Value a = transpose(reshape(x, {2, 3, 4, 5, 6}), {2, 0, 1, 3, 4});  // [4, 2, 3, 5, 6]
    const Value b = transpose(reshape(x, {2, 4, 3, 6, 5}), {1, 2, 0, 3, 4});  // [4, 3, 2, 6, 5]
    return matmul(a, transpose(b, {0, 2, 1, 3, 4}));
  });
}

TEST(Executor, a_product_whose_operand_another_node_makes_dense_later) {
  expect_interpreters_bytes(2 * 3 * 4 * 5 * 6, [](GraphBuilder&, Value x) {
    // Both operands' batch axes walk alike, until the reduction wants the first one side by side.
    const Value a = transpose(reshape(sin(x), {2, 3, 4, 5, 6}), {2, 1, 0, 3, 4});
    const Value b = transpose(reshape(cos(x), {2, 3, 4, 6, 5}), {2, 1, 0, 3, 4});
    const Value product = matmul(a, b);
    return program::concat({flat(product), flat(sum(a, 4))}, 0);
  });
}

TEST(Executor, i8_products_of_strided_operands) {
  expect_interpreters_bytes(2 * 7 * 33, [](GraphBuilder&, Value x) {
    const Value a = reshape(convert(x * 60.0F, DType::i8), {2, 33, 7});
    return matmul(transpose(a, {0, 2, 1}), a);
  });
}

TEST(Executor, parts_of_a_concatenation_that_begin_at_odd_bytes) {
  expect_interpreters_bytes(40, [](GraphBuilder&, Value x) {
    const Value bytes = convert(slice(x, 0, 0, 3), DType::u8);
    const Value inner = program::concat({as_u8(exp(x)), bytes}, 0);
    return program::concat({bytes, as_u8(sin(x)), inner, as_u8(cos(x))}, 0);
  });
}

TEST(Executor, a_value_that_two_concatenations_hold) {
  expect_interpreters_bytes(40, [](GraphBuilder&, Value x) {
    const Value y = sin(x);
    const Value twice = program::concat({y, y}, 0);
    return program::concat(
        {flat(program::concat({reshape(y, {4, 10}), reshape(cos(y), {4, 10})}, 1)), twice, y, y + 1.0F}, 0);
  });
}

TEST(Executor, a_softmax_over_rows_of_every_length) {
  for (const std::int64_t columns : {1, 2, 31, 32, 33, 97, 1000, 5000}) {
    expect_interpreters_bytes(9 * columns, [columns](GraphBuilder&, Value x) {
      const Value rows = reshape(x, {9, columns});
      const Value e = exp(rows - reshape(max(rows, 1), {9, 1}));
      return e / reshape(sum(e, 1), {9, 1}) * slice(rows, 0, 4, 5);
    });
  }
}

TEST(Executor, rows_and_columns_of_no_elements) {
  expect_interpreters_bytes(12, [](GraphBuilder& g, Value x) {
    const Value none = reshape(slice(x, 0, 5, 5), {12, 0});
    const Value sums = sum(none + 1.0F, 1);                       // [12] of +0
    const Value top = max(none * none, 1);                        // [12] of -inf
    const Value product = matmul(none, transpose(none, {1, 0}));  // [12, 12] of +0
    const Value nothing = gather(reshape(x, {3, 4}), slice(g.iota({3}, 0), 0, 1, 1));
    return program::concat({sums, top, flat(product), flat(nothing), x}, 0);
  });
}

TEST(Executor, a_map_that_reads_a_loops_value_in_another_order) {
  expect_interpreters_bytes(12 * 12, [](GraphBuilder&, Value x) {
    const Value y = sin(reshape(x, {12, 12}));
    const Value rows = reshape(sum(y, 1), {12, 1});
    return y + transpose(y, {1, 0}) + transpose(rows, {1, 0}) * rows;
  });
}

TEST(Executor, runs_again_with_other_bytes) {
  LiteralTable literals;
  GraphBuilder builder(&literals, 64, {});
  const Graph graph = builder.finish(as_u8(exp(read_bytes(builder.state(), DType::f32, {16}, 0)) * 2.0F));
  ThreadPool pool(2);
  Executor executor(graph, literals, pool);
  for (const std::int64_t shift : {0, 5, 90}) {
    const Bytes all = floats(200);
    const ByteView state = ByteView(all).subspan(static_cast<std::size_t>(4 * shift), 64);
    Bytes value(64);
    executor.run(state, {}, value);
    EXPECT_EQ(value, interpret(graph, {state, {}, literals})) << shift;
  }
}

TEST(Engine, goes_on_from_any_boundary) {
  program::Program program{.steps = 4, .interval = 2, .state_bytes = 32, .result_bytes = 4};
  const auto build = [&](GraphKind kind, const std::function<Value(GraphBuilder&)>& make) {
    GraphBuilder builder(&program.literals, kind == GraphKind::init ? -1 : 32, {});
    program.graph(kind) = builder.finish(as_u8(make(builder)));
  };
  const auto state = [](GraphBuilder& g) { return read_bytes(g.state(), DType::f32, {8}, 0); };
  build(GraphKind::init, [](GraphBuilder& g) { return convert(g.iota({8}, 0), DType::f32); });
  build(GraphKind::step, [&](GraphBuilder& g) { return sin(state(g)) + 1.0F; });
  build(GraphKind::output, [&](GraphBuilder& g) { return sum(state(g), 0); });

  ThreadPool pool(1);
  Engine whole(program, {}, pool);
  std::vector<Bytes> boundaries = {{}};
  while (!whole.is_done()) {
    whole.advance();
    boundaries.emplace_back(whole.state().begin(), whole.state().end());
    EXPECT_EQ(std::ssize(boundaries.back()), bytes_at(program, whole.boundary()));
  }
  ASSERT_EQ(std::ssize(boundaries), program.steps + 3);
  for (std::int64_t from = 0; from < program.steps + 2; ++from) {
    Engine again(program, {}, pool);
    again.restore(from, boundaries[static_cast<std::size_t>(from)]);
    while (!again.is_done()) again.advance();
    EXPECT_EQ(Bytes(again.state().begin(), again.state().end()), boundaries.back()) << from;
  }
  EXPECT_EQ(graph_of_transition(program, 0), GraphKind::init);
  EXPECT_EQ(graph_of_transition(program, 4), GraphKind::step);
  EXPECT_EQ(graph_of_transition(program, 5), GraphKind::output);
}

/// A step of a state of n floats, built by `make`.
Graph step_of(std::int64_t n, LiteralTable& literals,
              const std::function<Value(GraphBuilder&, Value)>& make) {
  GraphBuilder builder(&literals, 4 * n, {});
  return builder.finish(make(builder, read_bytes(builder.state(), DType::f32, {n}, 0)));
}

TEST(Recompute, a_value_that_is_cheap_to_compute_again_is_not_kept) {
  constexpr std::int64_t kSide = 64;
  LiteralTable literals;
  const Graph graph = step_of(kSide * kSide, literals, [](GraphBuilder&, Value x) {
    const Value a = matmul(reshape(x, {kSide, kSide}), reshape(x, {kSide, kSide}));
    const Value b = a * 0.125F + 1.0F;
    return as_u8(flat(matmul(matmul(a, a), a) * b + sum(b, 0)));  // b: now, and again after two products
  });
  ThreadPool pool(1);
  const Executor keeps(graph, literals, pool, {.recompute = false});
  const Executor recomputes(graph, literals, pool, {});
  EXPECT_LT(recomputes.memory_bytes(), keeps.memory_bytes());
}

/// The step may write over its state, and the bytes are the interpreter's.
void expect_same_over_state(const Graph& graph, const LiteralTable& literals, Bytes state) {
  const Bytes expected = interpret(graph, {state, {}, literals});
  ThreadPool pool(2);
  Executor executor(graph, literals, pool);
  ASSERT_TRUE(executor.writes_over_state());
  executor.run(state, {}, state);
  EXPECT_EQ(state, expected);
}

TEST(InPlace, a_state_whose_parts_are_read_where_they_are_written_needs_no_second_copy) {
  constexpr std::int64_t kHalf = 3000;
  LiteralTable literals;
  const Graph graph = step_of(2 * kHalf, literals, [](GraphBuilder&, Value x) {
    const Value a = slice(x, 0, 0, kHalf);
    const Value b = slice(x, 0, kHalf, 2 * kHalf);
    const Value moved = b * 0.9F + a * 0.1F;
    return program::concat({as_u8(a - moved), as_u8(moved)}, 0);
  });
  expect_same_over_state(graph, literals, floats(2 * kHalf));
}

TEST(InPlace, what_is_still_to_be_read_is_not_overwritten) {
  constexpr std::int64_t kHalf = 3000;
  LiteralTable literals;
  const Graph graph = step_of(2 * kHalf, literals, [](GraphBuilder&, Value x) {
    const Value a = slice(x, 0, 0, kHalf);
    const Value b = slice(x, 0, kHalf, 2 * kHalf);
    return program::concat({as_u8(sin(b)), as_u8(a + reshape(sum(a, 0), {1}))},
                           0);  // the halves change places
  });
  expect_same_over_state(graph, literals, floats(2 * kHalf));
}

}  // namespace
}  // namespace lydian::runtime
