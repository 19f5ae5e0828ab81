#include "lydian/program/builder.h"

#include <gtest/gtest.h>

#include <set>

#include "lydian/merkle/tree.h"
#include "lydian/program/validate.h"

namespace lydian::program {
namespace {

class Builder : public testing::Test {
 protected:
  LiteralTable literals_;
  std::vector<Constant> constants_ = {{merkle::blob_root(as_bytes("abcdefgh")), 8}};
  GraphBuilder g_{&literals_, 4096, constants_};

  Value tensor(const Shape& shape, std::int64_t element = 0) {
    return read_bytes(g_.state(), DType::f32, shape, 4 * element);
  }
  const Node& node(Value x) { return g_.nodes()[x.ref().index]; }
};

TEST_F(Builder, map_operands_broadcast_as_in_numpy) {
  struct Broadcast {
    Shape a, b, result;
    int mask_a, mask_b;
  };
  const std::vector<Broadcast> cases = {
      {{2, 3}, {2, 3}, {2, 3}, 0, 0},
      {{2, 3}, {3}, {2, 3}, 0, 0b01},
      {{2, 1}, {3}, {2, 3}, 0b10, 0b01},
      {{2, 3}, {}, {2, 3}, 0, 0b11},
      {{4, 1, 3}, {2, 1}, {4, 2, 3}, 0b010, 0b101},
      {{1, 3}, {1, 1}, {1, 3}, 0, 0b10},
      {{1}, {1, 1}, {1, 1}, 0, 0},
      {{0, 3}, {1, 3}, {0, 3}, 0, 0b01},
  };
  for (const auto& [a, b, result, mask_a, mask_b] : cases) {
    const Value sum = tensor(a) + tensor(b, 64);
    EXPECT_EQ(sum.shape(), result) << a.text() << " + " << b.text();
    EXPECT_EQ(node(sum).operands[0].broadcast_mask, mask_a) << a.text() << " + " << b.text();
    EXPECT_EQ(node(sum).operands[1].broadcast_mask, mask_b) << a.text() << " + " << b.text();
  }
}

using BuilderDeathTest = Builder;

TEST_F(BuilderDeathTest, shapes_and_types_that_do_not_fit_abort_with_the_reason) {
  EXPECT_DEATH(tensor({2, 3}) + tensor({2}), "do not broadcast");
  EXPECT_DEATH(matmul(tensor({2, 3}), tensor({2, 3})), "right operand");
  EXPECT_DEATH(tensor({2}) + g_.iota({2}, 0), "one type");
  EXPECT_DEATH(slice(tensor({4}), 0, 2, 5), "slice 2..5");
  EXPECT_DEATH(static_cast<void>(g_.constant(1)), "constant 1 of 1");
  EXPECT_DEATH(read_bytes(g_.state(), DType::f32, {1}, 2), "offset 2");
  EXPECT_DEATH(tensor({1025}), "reaches outside");
  GraphBuilder other(&literals_, -1, {});
  EXPECT_DEATH(tensor({1}) + other.scalar(1), "a value of another graph");
  EXPECT_DEATH(static_cast<void>(other.state()), "has no state");
}

TEST_F(Builder, equal_expressions_are_one_node) {
  const Value a = exp(tensor({4}) * 2.0F);
  const std::size_t count = g_.nodes().size();
  const Value b = exp(tensor({4}) * 2.0F);
  EXPECT_EQ(a, b);
  EXPECT_EQ(g_.nodes().size(), count);
  EXPECT_NE(exp(tensor({4}) * 3.0F), a);
  EXPECT_EQ(literals_.size(), 2U);
}

TEST_F(Builder, finish_leaves_out_what_the_value_does_not_need) {
  const Value unused = exp(tensor({8}));
  const Value x = tensor({4});
  const Value unused_too = log(x);
  const Value y = x * x;
  const Graph graph = g_.finish(as_u8(y));
  ASSERT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(graph.nodes[0].form, Form::view);
  EXPECT_EQ(graph.nodes[1].operands[0].ref, (Ref{RefKind::node, 0}));
  EXPECT_EQ(graph.nodes[1].operands[1].ref, (Ref{RefKind::node, 0}));
  EXPECT_EQ(graph.nodes[2].operands[0].ref, (Ref{RefKind::node, 1}));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    EXPECT_TRUE(validate(graph.nodes[i], std::span(graph.nodes).first(i), {4096, constants_}));
  }
  EXPECT_GT(g_.nodes().size(), graph.nodes.size());
  EXPECT_EQ(unused.shape(), (Shape{8}));
  EXPECT_EQ(unused_too.shape(), (Shape{4}));
}

TEST_F(Builder, finish_numbers_nodes_by_the_expression_not_by_when_they_were_made) {
  const auto graph = [this](bool left_first) {
    GraphBuilder g(&literals_, 4096, constants_);
    const Value x = read_bytes(g.state(), DType::f32, {4}, 0);
    const auto left = [&] { return exp(x * 2.0F); };
    const auto right = [&] { return log(x) * x; };
    if (left_first)
      static_cast<void>(left());
    else
      static_cast<void>(right());
    static_cast<void>(sin(right()));
    return g.finish(as_u8(select(less(left(), right()), right(), left())));
  };
  EXPECT_EQ(graph(true), graph(false));
  const Graph made = graph(true);
  ASSERT_EQ(made.nodes.size(), 9U);
  EXPECT_EQ(made.nodes[3].fn, static_cast<int>(kernels::ScalarFn::exp));  // x, 2, x * 2, exp
  EXPECT_EQ(made.nodes[6].operands[1].ref, (Ref{RefKind::node, 5}));      // log, log * x, less
}

TEST_F(Builder, finish_puts_what_was_scheduled_first_in_that_order) {
  const Value x = tensor({4});
  const Value a = exp(x);
  const Value b = log(x);
  const Value unused = sin(x);
  for (const Value& value : {b, unused, a}) g_.schedule(value);
  const Graph graph = g_.finish(as_u8(a + b));
  ASSERT_EQ(graph.nodes.size(), 5U);
  EXPECT_EQ(graph.nodes[1].fn, static_cast<int>(kernels::ScalarFn::log));
  EXPECT_EQ(graph.nodes[2].fn, static_cast<int>(kernels::ScalarFn::exp));
}

/// The leaves below a tree of concat nodes, from left to right.
void collect(const GraphBuilder& g, Ref ref, std::vector<Ref>& leaves) {
  const Node* node = ref.kind == RefKind::node ? &g.nodes()[ref.index] : nullptr;
  if (node == nullptr || node->form != Form::concat) {
    leaves.push_back(ref);
    return;
  }
  std::int64_t covered = 0;
  for (std::size_t i = 0; i < node->operand_count; ++i) {
    collect(g, node->operands[i].ref, leaves);
    covered += node->extents[i];
  }
  EXPECT_EQ(covered, node->shape[node->axis]);
}

TEST_F(Builder, a_concat_of_many_is_a_tree_that_keeps_their_order) {
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<Value> parts;
    std::vector<Ref> expected;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto rows = static_cast<std::int64_t>(1 + i % 3);
      parts.push_back(tensor({rows, 2}, static_cast<std::int64_t>(i)));
      expected.push_back(parts.back().ref());
      total += rows;
    }
    const Value whole = concat(parts, 0);
    EXPECT_EQ(whole.shape(), (Shape{total, 2}));
    std::vector<Ref> leaves;
    collect(g_, whole.ref(), leaves);
    EXPECT_EQ(leaves, expected) << count;
  }
}

TEST_F(Builder, a_view_that_changes_nothing_is_no_node) {
  const Value x = tensor({2, 3});
  EXPECT_EQ(reshape(x, {2, 3}), x);
  EXPECT_EQ(transpose(x, {0, 1}), x);
  EXPECT_EQ(slice(x, 1, 0, 3), x);
  EXPECT_EQ(broadcast_to(x, {2, 3}), x);
  EXPECT_EQ(as_u8(g_.state()), g_.state());
  EXPECT_EQ(convert(x, DType::f32), x);
}

TEST_F(Builder, views_have_the_strides_of_their_meaning) {
  const Value x = tensor({2, 3, 4});
  const auto strides = [this](Value v) {
    const auto& all = node(v).strides;
    return std::vector<std::int64_t>(all.begin(), all.begin() + v.shape().rank());
  };
  const Value turned = transpose(x, {2, 0, 1});
  EXPECT_EQ(turned.shape(), (Shape{4, 2, 3}));
  EXPECT_EQ(strides(turned), (std::vector<std::int64_t>{1, 12, 4}));
  const Value part = slice(x, 1, 1, 3);
  EXPECT_EQ(part.shape(), (Shape{2, 2, 4}));
  EXPECT_EQ(node(part).offset, 4);
  EXPECT_EQ(strides(part), (std::vector<std::int64_t>{12, 4, 1}));
  const Value wide = broadcast_to(tensor({3, 1}), {2, 3, 4});
  EXPECT_EQ(strides(wide), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(as_u8(x).shape(), (Shape{96}));
  EXPECT_EQ(as_u8(x).dtype(), DType::u8);
}

TEST_F(Builder, types_of_results_follow_the_operators) {
  const Value x = tensor({2, 3});
  EXPECT_EQ(less(x, x).dtype(), DType::i32);
  EXPECT_EQ(argmax(x, 1).dtype(), DType::i32);
  EXPECT_EQ(argmax(x, 0).shape(), (Shape{3}));
  EXPECT_EQ(convert(x, DType::bf16).dtype(), DType::bf16);
  const Value small = convert(x, DType::i8);
  EXPECT_EQ(matmul(small, transpose(small, {1, 0})).dtype(), DType::i32);
  EXPECT_EQ(select(less(x, x), x, x).dtype(), DType::f32);
}

TEST_F(Builder, remembers_where_gradients_stop) {
  const Value x = tensor({2});
  const Value y = exp(x);
  g_.stop_gradient(y);
  EXPECT_TRUE(g_.stops_gradient(y.ref().index));
  EXPECT_FALSE(g_.stops_gradient(x.ref().index));
  EXPECT_EQ(g_.stop_gradient(g_.state()), g_.state());
}

}  // namespace
}  // namespace lydian::program
