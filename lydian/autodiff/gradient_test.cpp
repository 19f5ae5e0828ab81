// Every gradient rule against central differences, both evaluated in extended precision by an evaluator of
// this test's own; what a rule cannot get wrong by rounding shows as a difference of more than 1e-9.
#include "lydian/autodiff/gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "lydian/program/builder.h"

namespace lydian::autodiff {
namespace {

using kernels::ReduceFn;
using kernels::ScalarFn;
using program::DType;
using program::Form;
using program::GraphBuilder;
using program::LiteralTable;
using program::Node;
using program::RefKind;
using program::Shape;
using program::Value;

using Real = long double;
using Array = std::vector<Real>;

/// Evaluates every node over real numbers; the state is an array of them too, one for each 4 bytes.
class RealEvaluator {
 public:
  RealEvaluator(const GraphBuilder& builder, const LiteralTable& literals, const Array& state)
      : literals_(literals), state_(state) {
    for (const Node& node : builder.nodes()) values_.push_back(evaluate(node));
  }
  [[nodiscard]] const Array& of(Value x) const { return values_[x.ref().index]; }

 private:
  [[nodiscard]] const Array& operand(const Node& node, std::size_t o) const {
    return node.operands[o].ref.kind == RefKind::state ? state_ : values_[node.operands[o].ref.index];
  }

  /// The flat index into an array with these strides.
  template <typename Stride>
  static std::int64_t walk(const Shape& shape, std::int64_t index, Stride stride) {
    std::int64_t at = 0;
    for (int d = shape.rank() - 1; d >= 0; --d) {
      at += index % shape[d] * stride(d);
      index /= shape[d];
    }
    return at;
  }

  Array evaluate(const Node& node) {
    if (node.form == Form::literal) return literal(node);
    Array out(static_cast<std::size_t>(node.shape.elements()));
    if (node.form == Form::scatter_add) {
      scatter(node, out);
      return out;
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = element(node, static_cast<std::int64_t>(i));
    return out;
  }

  Array literal(const Node& node) const {
    const Bytes& bytes = literals_.at(node.literal);
    Array out;
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      out.push_back(node.dtype == DType::f32 ? static_cast<Real>(load_le<float>(bytes.data() + i))
                                             : static_cast<Real>(load_le<std::int32_t>(bytes.data() + i)));
    }
    return out;
  }

  void scatter(const Node& node, Array& out) const {
    const std::int64_t columns = node.shape[1];
    for (std::int64_t p = 0; p < node.extent; ++p) {
      const auto row = std::clamp<std::int64_t>(
          static_cast<std::int64_t>(operand(node, 0)[static_cast<std::size_t>(p)]), 0, node.shape[0] - 1);
      for (std::int64_t c = 0; c < columns; ++c)
        out[static_cast<std::size_t>(row * columns + c)] +=
            operand(node, 1)[static_cast<std::size_t>(p * columns + c)];
    }
  }

  [[nodiscard]] Real element(const Node& node, std::int64_t i) const {
    const auto at = [&](std::size_t o, std::int64_t index) {
      return operand(node, o)[static_cast<std::size_t>(index)];
    };
    switch (node.form) {
      case Form::iota:
        return static_cast<Real>(i / node.shape.stride(node.axis) % node.shape[node.axis]);
      case Form::view:
        return at(0, node.offset + walk(node.shape, i,
                                        [&](int d) { return node.strides[static_cast<std::size_t>(d)]; }));
      case Form::map:
        return map(node, i);
      case Form::concat: {
        const std::int64_t stride = node.shape.stride(node.axis);
        const std::int64_t above = stride * node.shape[node.axis];
        std::int64_t position = i / stride % node.shape[node.axis];
        std::size_t o = 0;
        while (position >= node.extents[o]) position -= node.extents[o++];
        return at(o, i / above * node.extents[o] * stride + position * stride + i % stride);
      }
      case Form::matmul: {
        const std::int64_t m = node.shape.last(1);
        const std::int64_t n = node.shape.last();
        const std::int64_t batch = i / (m * n);
        Real sum = 0;
        for (std::int64_t k = 0; k < node.extent; ++k) {
          sum +=
              at(0, (batch * m + i / n % m) * node.extent + k) * at(1, (batch * node.extent + k) * n + i % n);
        }
        return sum;
      }
      case Form::reduce: {
        const std::int64_t inner = node.shape.inserted(node.axis, node.extent).stride(node.axis);
        Real result = node.fn == static_cast<int>(ReduceFn::sum) ? 0 : -INFINITY;
        for (std::int64_t k = 0; k < node.extent; ++k) {
          const Real x = at(0, (i / inner * node.extent + k) * inner + i % inner);
          result = node.fn == static_cast<int>(ReduceFn::sum) ? result + x : std::max(result, x);
        }
        return result;
      }
      case Form::gather: {
        const auto row =
            std::clamp<std::int64_t>(static_cast<std::int64_t>(at(1, i / node.shape[1])), 0, node.extent - 1);
        return at(0, row * node.shape[1] + i % node.shape[1]);
      }
      default:
        ADD_FAILURE() << "form";
        return 0;
    }
  }

  [[nodiscard]] Real map(const Node& node, std::int64_t i) const {
    std::array<Real, 3> x{};
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      Shape own = node.shape;
      for (int d = 0; d < own.rank(); ++d)
        if ((node.operands[o].broadcast_mask >> d & 1) != 0) own = own.with(d, 1);
      x[o] = operand(node, o)[static_cast<std::size_t>(
          walk(node.shape, i, [&](int d) { return own[d] == 1 ? 0 : own.stride(d); }))];
    }
    switch (static_cast<ScalarFn>(node.fn)) {
      case ScalarFn::neg:
        return -x[0];
      case ScalarFn::abs:
        return std::abs(x[0]);
      case ScalarFn::sqrt:
        return std::sqrt(x[0]);
      case ScalarFn::exp:
        return std::exp(x[0]);
      case ScalarFn::log:
        return std::log(x[0]);
      case ScalarFn::sin:
        return std::sin(x[0]);
      case ScalarFn::cos:
        return std::cos(x[0]);
      case ScalarFn::convert:
        return x[0];
      case ScalarFn::add:
        return x[0] + x[1];
      case ScalarFn::sub:
        return x[0] - x[1];
      case ScalarFn::mul:
        return x[0] * x[1];
      case ScalarFn::div:
        return x[0] / x[1];
      case ScalarFn::minimum:
        return std::min(x[0], x[1]);
      case ScalarFn::maximum:
        return std::max(x[0], x[1]);
      case ScalarFn::eq:
        return x[0] == x[1] ? 1 : 0;
      case ScalarFn::lt:
        return x[0] < x[1] ? 1 : 0;
      case ScalarFn::le:
        return x[0] <= x[1] ? 1 : 0;
      case ScalarFn::ge:
        return x[0] >= x[1] ? 1 : 0;
      case ScalarFn::select:
        return x[0] != 0 ? x[1] : x[2];
      case ScalarFn::fma:
        return x[0] * x[1] + x[2];
      default:
        ADD_FAILURE() << "function";
        return 0;
    }
  }

  const LiteralTable& literals_;
  const Array& state_;
  std::vector<Array> values_;
};

using Function = std::function<Value(GraphBuilder&, std::span<const Value>)>;

/// Distinct numbers of both signs in (-1.6, 1.6), never nearer to zero or to each other than 0.01.
Array spread(std::size_t count, Real shift) {
  Array values;
  for (std::size_t i = 0; i < count; ++i) {
    const auto mixed = static_cast<Real>((i * 37 + 11) % 101);
    values.push_back((mixed - 50.3L) / 32.0L + shift);
  }
  return values;
}

/// The loss is a weighted sum of f's elements; shift moves the inputs (all positive from 2 on).
void check(const std::string& name, const std::vector<Shape>& shapes, const Function& f, Real shift = 0) {
  SCOPED_TRACE(name);
  std::int64_t total = 0;
  for (const Shape& shape : shapes) total += shape.elements();
  LiteralTable literals;
  GraphBuilder builder(&literals, total * 4, {});
  std::vector<Value> inputs;
  std::int64_t begin = 0;
  for (const Shape& shape : shapes) {
    // A view of u8 as f32, whose index counts elements of 4 bytes: what RealEvaluator's state is made of.
    inputs.push_back(read_bytes(builder.state(), DType::f32, shape, begin * 4));
    begin += shape.elements();
  }
  const Value y = f(builder, inputs);
  const std::int64_t elements = y.shape().elements();
  Bytes weights;
  for (std::int64_t i = 0; i < elements; ++i) {
    weights.resize(weights.size() + 4);
    store_le(weights.data() + weights.size() - 4, 0.5F + static_cast<float>(i * 7 % 13) / 8.0F);
  }
  const Value loss = sum(reshape(y, {elements}) * builder.literal(DType::f32, {elements}, weights), 0);
  const std::vector<Value> found = gradients(loss, inputs);

  Array state = spread(static_cast<std::size_t>(total), shift);
  const RealEvaluator here(builder, literals, state);
  std::size_t at = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ASSERT_EQ(found[i].shape(), shapes[i]);
    const Array gradient = here.of(found[i]);
    for (std::size_t e = 0; e < gradient.size(); ++e, ++at) {
      constexpr Real kStep = 1e-5L;
      const Real middle = state[at];
      state[at] = middle + kStep;
      const Real above = RealEvaluator(builder, literals, state).of(loss)[0];
      state[at] = middle - kStep;
      const Real below = RealEvaluator(builder, literals, state).of(loss)[0];
      state[at] = middle;
      const Real difference = (above - below) / (2 * kStep);
      const Real tolerance = 2e-8L * std::max<Real>(1, std::abs(difference));
      ASSERT_NEAR(static_cast<double>(gradient[e]), static_cast<double>(difference),
                  static_cast<double>(tolerance))
          << "input " << i << " element " << e;
    }
  }
}

void check_map(const std::string& name, ScalarFn fn, const std::vector<Shape>& shapes, Real shift = 0) {
  check(name, shapes, [fn](GraphBuilder& g, std::span<const Value> x) { return g.map(fn, x); }, shift);
}

TEST(Gradient, of_functions_of_one_number) {
  check_map("neg", ScalarFn::neg, {{7}});
  check_map("abs", ScalarFn::abs, {{7}});
  check_map("sqrt", ScalarFn::sqrt, {{7}}, 2);
  check_map("exp", ScalarFn::exp, {{7}});
  check_map("log", ScalarFn::log, {{7}}, 2);
  check_map("sin", ScalarFn::sin, {{7}});
  check_map("cos", ScalarFn::cos, {{7}});
}

TEST(Gradient, of_functions_of_two_numbers_with_broadcasting) {
  const std::vector<std::vector<Shape>> pairs = {{{3, 4}, {3, 4}},       {{3, 4}, {4}},
                                                 {{3, 1}, {3, 4}},       {{}, {2, 3}},
                                                 {{2, 1, 3}, {1, 4, 1}}, {{2, 3, 2}, {2, 1, 1}}};
  for (const auto& shapes : pairs) {
    check_map("add", ScalarFn::add, shapes);
    check_map("sub", ScalarFn::sub, shapes);
    check_map("mul", ScalarFn::mul, shapes);
    check_map("div", ScalarFn::div, shapes, 2.5L);
    check_map("minimum", ScalarFn::minimum, shapes);
    check_map("maximum", ScalarFn::maximum, shapes);
  }
}

TEST(Gradient, of_functions_of_three_numbers) {
  check_map("fma", ScalarFn::fma, {{3, 4}, {4}, {3, 1}});
  check("select", {{3, 4}, {4}}, [](GraphBuilder& g, std::span<const Value> x) {
    return select(less(g.iota({3, 4}, 1), g.iota({3, 1}, 0)), x[0], x[1]);
  });
}

TEST(Gradient, of_views) {
  check("reshape", {{3, 4}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(reshape(x[0], {2, 6})); });
  check("transpose", {{2, 3, 4}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(transpose(x[0], {2, 0, 1})); });
  check("slices of slices", {{5, 6}},
        [](GraphBuilder&, std::span<const Value> x) { return exp(slice(slice(x[0], 0, 1, 4), 1, 2, 5)); });
  check("slice of a middle axis", {{2, 5, 3}},
        [](GraphBuilder&, std::span<const Value> x) { return exp(slice(x[0], 1, 1, 3)); });
  check("one element", {{5}},
        [](GraphBuilder&, std::span<const Value> x) { return reshape(slice(x[0], 0, 3, 4), {}); });
  check("broadcast", {{3, 1, 2}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(broadcast_to(x[0], {4, 3, 5, 2})); });
  check("slice, transpose, reshape", {{2, 3, 6}}, [](GraphBuilder&, std::span<const Value> x) {
    return sin(reshape(transpose(slice(x[0], 2, 2, 4), {1, 0, 2}), {6, 2}));
  });
  check("a transposed slice as one view", {{4, 6}}, [](GraphBuilder& g, std::span<const Value> x) {
    const std::array<std::int64_t, 2> strides = {1, 6};
    return sin(g.view(x[0], DType::f32, {3, 2}, 8, strides));
  });
}

TEST(Gradient, of_concatenations) {
  for (const int axis : {0, 1}) {
    check("concat", {{2, 3}, {2, 3}, {2, 3}},
          [axis](GraphBuilder&, std::span<const Value> x) { return sin(concat(x, axis)); });
  }
  check("a tree", {{1}, {2}, {3}, {1}, {2}},
        [](GraphBuilder&, std::span<const Value> x) { return exp(concat(x, 0)); });
  check("padded with zeros, twice the same", {{2, 2}}, [](GraphBuilder& g, std::span<const Value> x) {
    const Value zeros = broadcast_to(g.scalar(0), {2, 1});
    return program::concat({x[0], zeros, x[0] * x[0]}, 1);
  });
}

TEST(Gradient, of_products) {
  check("matrices", {{3, 4}, {4, 2}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(matmul(x[0], x[1])); });
  check("batches", {{2, 2, 3, 2}, {2, 2, 2, 3}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(matmul(x[0], x[1])); });
  check("a matrix with its own transpose", {{3, 2}},
        [](GraphBuilder&, std::span<const Value> x) { return sin(matmul(x[0], transpose(x[0], {1, 0}))); });
}

TEST(Gradient, of_reductions) {
  for (const int axis : {0, 1, 2}) {
    check("sum", {{2, 3, 4}},
          [axis](GraphBuilder&, std::span<const Value> x) { return sin(sum(x[0], axis)); });
    check("maximum", {{2, 3, 4}},
          [axis](GraphBuilder&, std::span<const Value> x) { return sin(max(x[0], axis)); });
  }
}

TEST(Gradient, of_gathers_and_scatters_with_repeated_and_clamped_rows) {
  const auto index = [](GraphBuilder& g) {
    return g.iota({6}, 0) * g.scalar_i32(3) - g.scalar_i32(4);
  };  // -4 -1 2 5 8 11
  check("gather", {{4, 3}},
        [&](GraphBuilder& g, std::span<const Value> x) { return sin(gather(x[0], index(g))); });
  check("scatter_add", {{6, 2}},
        [&](GraphBuilder& g, std::span<const Value> x) { return sin(g.scatter_add(index(g), x[0], 5)); });
}

TEST(Gradient, of_softmax_and_of_a_norm) {
  check("softmax", {{3, 5}}, [](GraphBuilder& g, std::span<const Value> x) {
    const Value e = exp(x[0] - g.stop_gradient(reshape(max(x[0], 1), {3, 1})));
    return e / reshape(sum(e, 1), {3, 1});
  });
  check("norm", {{2, 5}, {5}}, [](GraphBuilder&, std::span<const Value> x) {
    const Value centred = x[0] - reshape(sum(x[0], 1), {2, 1}) * 0.2F;
    return centred / sqrt(reshape(sum(centred * centred, 1), {2, 1}) * 0.2F + 0.125F) * x[1];
  });
}

TEST(Gradient, adds_what_comes_from_every_use) {
  check("x in three places", {{4}},
        [](GraphBuilder&, std::span<const Value> x) { return x[0] * x[0] * sin(x[0]) + x[0]; });
}

TEST(Gradient, is_shared_equally_by_equal_maxima) {
  LiteralTable literals;
  GraphBuilder builder(&literals, 16, {});
  const Value x = read_bytes(builder.state(), DType::f32, {4}, 0);
  const std::array wanted = {x};
  const Value gradient = gradients(max(x, 0), wanted)[0];
  const Array state = {3, 1, 3, 2};
  EXPECT_EQ(RealEvaluator(builder, literals, state).of(gradient), (Array{0.5L, 0, 0.5L, 0}));
}

TEST(Gradient, stops_where_it_is_told_and_is_zero_where_nothing_leads) {
  LiteralTable literals;
  GraphBuilder builder(&literals, 16, {});
  const Value x = read_bytes(builder.state(), DType::f32, {2}, 0);
  const Value unused = read_bytes(builder.state(), DType::f32, {2}, 8);
  const Value stopped = builder.stop_gradient(exp(x));
  const Value loss = sum(x * stopped, 0);
  const std::array wanted = {x, unused};
  const auto found = gradients(loss, wanted);
  const Array state = {0.5L, -1, 4, 5};
  const RealEvaluator values(builder, literals, state);
  EXPECT_EQ(values.of(found[0]), values.of(stopped));
  EXPECT_EQ(values.of(found[1]), (Array{0, 0}));
}

TEST(Gradient, does_not_flow_through_integers) {
  LiteralTable literals;
  GraphBuilder builder(&literals, 8, {});
  const Value x = read_bytes(builder.state(), DType::f32, {2}, 0);
  const Value loss = sum(convert(convert(x, DType::i32), DType::f32) + x, 0);
  const std::array wanted = {x};
  const Array state = {1.5L, 2.5L};
  const auto found = gradients(loss, wanted);
  EXPECT_EQ(RealEvaluator(builder, literals, state).of(found[0]), (Array{1, 1}));
}

TEST(Gradient, is_the_same_graph_whatever_order_the_loss_was_made_in) {
  const auto graph = [](bool turned) {
    LiteralTable literals;
    GraphBuilder g(&literals, 16, {});
    const Value x = read_bytes(g.state(), DType::f32, {4}, 0);
    // Three nodes read x, so its gradient is a sum of three, whose order is seen in its bits.
    std::vector<std::function<Value()>> parts = {[&] { return exp(x); }, [&] { return log(x); },
                                                 [&] { return sin(x); }};
    if (turned) std::ranges::reverse(parts);
    for (const auto& part : parts) static_cast<void>(part());
    const Value loss = sum(exp(x) * log(x) + sin(x), 0);
    const std::array wanted = {x};
    return g.finish(as_u8(gradients(loss, wanted).front()));
  };
  EXPECT_EQ(graph(false), graph(true));
}

}  // namespace
}  // namespace lydian::autodiff
