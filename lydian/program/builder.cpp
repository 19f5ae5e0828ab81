#include "lydian/program/builder.h"

#include <algorithm>
#include <array>

#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/validate.h"

namespace lydian::program {
namespace {

using kernels::ScalarFn;

/// The common shape of operands aligned at their last axes, as in NumPy.
Shape broadcast_shape(std::span<const Value> operands) {
  int rank = 0;
  for (const Value& operand : operands) rank = std::max(rank, operand.shape().rank());
  std::vector<std::int64_t> extents(static_cast<std::size_t>(rank), 1);
  for (const Value& operand : operands) {
    const int shift = rank - operand.shape().rank();
    for (int d = 0; d < operand.shape().rank(); ++d) {
      std::int64_t& extent = extents[static_cast<std::size_t>(d + shift)];
      const std::int64_t own = operand.shape()[d];
      ENSURE(own == extent || own == 1 || extent == 1, "shapes {} do not broadcast", operand.shape().text());
      if (own != 1) extent = own;
    }
  }
  return Shape(std::span<const std::int64_t>(extents));
}

std::uint8_t broadcast_mask(const Shape& own, const Shape& output) {
  const int shift = output.rank() - own.rank();
  unsigned mask = 0;
  for (int d = 0; d < output.rank(); ++d) {
    const std::int64_t extent = d < shift ? 1 : own[d - shift];
    if (extent == 1 && output[d] != 1) mask |= 1U << d;
  }
  return static_cast<std::uint8_t>(mask);
}

std::vector<std::int64_t> dense_strides(const Shape& shape) {
  std::vector<std::int64_t> strides;
  for (int d = 0; d < shape.rank(); ++d) strides.push_back(shape.stride(d));
  return strides;
}

Value binary(ScalarFn fn, Value a, Value b) {
  const std::array operands = {a, b};
  return a.builder().map(fn, operands);
}

Value unary(ScalarFn fn, Value x, DType to = DType::f32) {
  const std::array operands = {x};
  return x.builder().map(fn, operands, to);
}

}  // namespace

DType Value::dtype() const {
  return ref_.kind == RefKind::node ? builder_->graph_.nodes[ref_.index].dtype : DType::u8;
}

Shape Value::shape() const {
  switch (ref_.kind) {
    case RefKind::node:
      return builder_->graph_.nodes[ref_.index].shape;
    case RefKind::state:
      return builder_->state_shape_;
    case RefKind::constant:
      return builder_->constant_shapes_[ref_.index];
  }
  ENSURE(false, "a reference of unknown kind");
}

GraphBuilder::GraphBuilder(LiteralTable* literals, std::int64_t state_bytes,
                           std::span<const Constant> constants)
    : literals_(literals), has_state_(state_bytes >= 0), constants_(constants.begin(), constants.end()) {
  if (has_state_) state_shape_ = Shape{state_bytes};
  for (const Constant& constant : constants_) constant_shapes_.push_back(Shape{constant.bytes});
}

Value GraphBuilder::state() {
  ENSURE(has_state_, "this graph has no state");
  return {this, {RefKind::state, 0}};
}

Value GraphBuilder::constant(std::size_t index) {
  ENSURE(index < constants_.size(), "constant {} of {}", index, constants_.size());
  return {this, {RefKind::constant, static_cast<std::uint32_t>(index)}};
}

Operand GraphBuilder::operand_of(Value x) const {
  ENSURE(&x.builder() == this, "a value of another graph");
  return {.ref = x.ref(),
          .dtype = x.dtype(),
          .broadcast_mask = 0,
          .bytes = x.shape().elements() * tensor::size_of(x.dtype())};
}

Value GraphBuilder::add(Node node, std::span<const Value> operands) {
  node.operand_count = static_cast<std::uint8_t>(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::uint8_t mask = node.operands[i].broadcast_mask;
    node.operands[i] = operand_of(operands[i]);
    node.operands[i].broadcast_mask = mask;
  }
  const auto status = validate(node, graph_.nodes, {has_state_ ? state_shape_[0] : -1, constants_});
  ENSURE(status.has_value(), "node {} ({}): {}", graph_.nodes.size(), name_of(node.form),
         status.error().message);
  const auto [entry, is_new] =
      known_.try_emplace(hash_of(node), static_cast<std::uint32_t>(graph_.nodes.size()));
  if (is_new) graph_.nodes.push_back(node);
  return at(entry->second);
}

Value GraphBuilder::literal(DType dtype, const Shape& shape, ByteView bytes) {
  Node node{.form = Form::literal, .dtype = dtype, .shape = shape};
  ENSURE(static_cast<std::int64_t>(bytes.size()) == node.bytes(), "{} bytes for {}", bytes.size(),
         shape.text());
  node.literal = merkle::blob_root(bytes);
  literals_->try_emplace(node.literal, bytes.begin(), bytes.end());
  return add(node, {});
}

Value GraphBuilder::scalar(float value) {
  std::array<std::uint8_t, 4> bytes{};
  store_le(bytes.data(), value);
  return literal(DType::f32, {}, bytes);
}

Value GraphBuilder::scalar_i32(std::int32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  store_le(bytes.data(), value);
  return literal(DType::i32, {}, bytes);
}

Value GraphBuilder::iota(const Shape& shape, int axis) {
  return add(
      {.form = Form::iota, .dtype = DType::i32, .shape = shape, .axis = static_cast<std::uint8_t>(axis)}, {});
}

Value GraphBuilder::map(ScalarFn fn, std::span<const Value> operands, DType convert_to) {
  Node node{.form = Form::map, .fn = static_cast<std::uint8_t>(fn), .shape = broadcast_shape(operands)};
  std::vector<DType> types;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    types.push_back(operands[i].dtype());
    node.operands[i].broadcast_mask = broadcast_mask(operands[i].shape(), node.shape);
  }
  const auto dtype = kernels::result_type(fn, types, convert_to);
  ENSURE(dtype.has_value(), "{}", dtype.error().message);
  node.dtype = *dtype;
  return add(node, operands);
}

Value GraphBuilder::view(Value x, DType dtype, const Shape& shape, std::int64_t offset,
                         std::span<const std::int64_t> strides) {
  ENSURE(static_cast<int>(strides.size()) == shape.rank(), "{} strides for {}", strides.size(), shape.text());
  if (dtype == x.dtype() && shape == x.shape() && offset == 0 &&
      std::ranges::equal(strides, dense_strides(shape)))
    return x;
  Node node{.form = Form::view, .dtype = dtype, .shape = shape, .offset = offset};
  std::ranges::copy(strides, node.strides.begin());
  const std::array operands = {x};
  return add(node, operands);
}

Value GraphBuilder::concat(std::span<const Value> operands, int axis) {
  ENSURE(!operands.empty(), "a concat of nothing");
  std::vector<Value> level(operands.begin(), operands.end());
  while (level.size() > 1) {
    std::vector<Value> next;
    for (std::size_t first = 0; first < level.size();) {
      // Groups of three, but never leave one alone at the end.
      const std::size_t left = level.size() - first;
      const std::size_t count = left == 4 ? 2 : std::min<std::size_t>(left, kMaxOperands);
      const std::span<const Value> group = std::span(level).subspan(first, count);
      first += count;
      if (count == 1) {
        next.push_back(group[0]);
        continue;
      }
      Node node{.form = Form::concat, .dtype = group[0].dtype(), .axis = static_cast<std::uint8_t>(axis)};
      std::int64_t extent = 0;
      for (std::size_t i = 0; i < count; ++i) extent += node.extents[i] = group[i].shape()[axis];
      node.shape = group[0].shape().with(axis, extent);
      next.push_back(add(node, group));
    }
    level = std::move(next);
  }
  return level.front();
}

Value GraphBuilder::matmul(Value a, Value b) {
  const int rank = a.shape().rank();
  ENSURE(rank >= 2 && b.shape().rank() == rank, "matmul of {} and {}", a.shape().text(), b.shape().text());
  Node node{.form = Form::matmul, .dtype = a.dtype() == DType::i8 ? DType::i32 : DType::f32};
  node.shape = a.shape().with(rank - 1, b.shape().last());
  node.extent = a.shape().last();
  const std::array operands = {a, b};
  return add(node, operands);
}

Value GraphBuilder::reduce(std::uint8_t fn, Value x, int axis) {
  Node node{.form = Form::reduce,
            .fn = fn,
            .dtype = fn == 2 ? DType::i32 : x.dtype(),
            .shape = x.shape().removed(axis)};
  node.axis = static_cast<std::uint8_t>(axis);
  node.extent = x.shape()[axis];
  const std::array operands = {x};
  return add(node, operands);
}

Value GraphBuilder::gather(Value table, Value index) {
  ENSURE(table.shape().rank() == 2 && index.shape().rank() == 1, "gather of {} by {}", table.shape().text(),
         index.shape().text());
  Node node{.form = Form::gather, .dtype = table.dtype(), .shape = {index.shape()[0], table.shape()[1]}};
  node.extent = table.shape()[0];
  const std::array operands = {table, index};
  return add(node, operands);
}

Value GraphBuilder::scatter_add(Value index, Value updates, std::int64_t rows) {
  ENSURE(updates.shape().rank() == 2, "scatter_add of {}", updates.shape().text());
  Node node{.form = Form::scatter_add, .dtype = updates.dtype(), .shape = {rows, updates.shape()[1]}};
  node.extent = updates.shape()[0];
  const std::array operands = {index, updates};
  return add(node, operands);
}

Value GraphBuilder::stop_gradient(Value x) {
  if (x.ref().kind != RefKind::node) return x;
  stops_.resize(std::max<std::size_t>(stops_.size(), x.ref().index + 1));
  stops_[x.ref().index] = true;
  return x;
}

std::vector<std::uint32_t> GraphBuilder::depth_first(std::span<const Value> values) const {
  std::vector<std::uint32_t> order;
  std::vector<bool> seen(graph_.nodes.size());
  struct Visit {
    std::uint32_t node;
    std::size_t next_operand;
  };
  std::vector<Visit> open;  // a stack of our own: a graph may be deep
  const auto enter = [&](Ref ref) {
    if (ref.kind != RefKind::node || seen[ref.index]) return;
    seen[ref.index] = true;
    open.push_back({ref.index, 0});
  };
  for (const Value& value : values) {
    enter(value.ref());
    while (!open.empty()) {
      Visit& visit = open.back();
      const Node& node = graph_.nodes[visit.node];
      if (visit.next_operand < node.operand_count) {
        enter(node.operands[visit.next_operand++].ref);
      } else {
        order.push_back(visit.node);
        open.pop_back();
      }
    }
  }
  return order;
}

Graph GraphBuilder::finish(Value x) const {
  ENSURE(x.ref().kind == RefKind::node, "a graph's value is a node");
  std::vector<bool> needed(graph_.nodes.size());
  for (const std::uint32_t node : depth_first(std::array{x})) needed[node] = true;
  std::vector<Value> sequence = scheduled_;
  sequence.push_back(x);
  Graph graph;
  std::vector<std::uint32_t> place(graph_.nodes.size());
  for (const std::uint32_t i : depth_first(sequence)) {
    if (!needed[i]) continue;
    Node node = graph_.nodes[i];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      if (node.operands[o].ref.kind == RefKind::node)
        node.operands[o].ref.index = place[node.operands[o].ref.index];
    }
    place[i] = static_cast<std::uint32_t>(graph.nodes.size());
    graph.nodes.push_back(node);
  }
  return graph;
}

Value neg(Value x) { return unary(ScalarFn::neg, x); }
Value abs(Value x) { return unary(ScalarFn::abs, x); }
Value sqrt(Value x) { return unary(ScalarFn::sqrt, x); }
Value exp(Value x) { return unary(ScalarFn::exp, x); }
Value log(Value x) { return unary(ScalarFn::log, x); }
Value sin(Value x) { return unary(ScalarFn::sin, x); }
Value cos(Value x) { return unary(ScalarFn::cos, x); }
Value convert(Value x, DType dtype) { return x.dtype() == dtype ? x : unary(ScalarFn::convert, x, dtype); }
Value operator+(Value a, Value b) { return binary(ScalarFn::add, a, b); }
Value operator-(Value a, Value b) { return binary(ScalarFn::sub, a, b); }
Value operator*(Value a, Value b) { return binary(ScalarFn::mul, a, b); }
Value operator/(Value a, Value b) { return binary(ScalarFn::div, a, b); }
Value operator+(Value a, float b) { return a + a.builder().scalar(b); }
Value operator-(Value a, float b) { return a - a.builder().scalar(b); }
Value operator*(Value a, float b) { return a * a.builder().scalar(b); }
Value operator/(Value a, float b) { return a / a.builder().scalar(b); }
Value operator-(float a, Value b) { return b.builder().scalar(a) - b; }
Value operator/(float a, Value b) { return b.builder().scalar(a) / b; }
Value minimum(Value a, Value b) { return binary(ScalarFn::minimum, a, b); }
Value maximum(Value a, Value b) { return binary(ScalarFn::maximum, a, b); }
Value equal(Value a, Value b) { return binary(ScalarFn::eq, a, b); }
Value less(Value a, Value b) { return binary(ScalarFn::lt, a, b); }
Value less_equal(Value a, Value b) { return binary(ScalarFn::le, a, b); }
Value greater_equal(Value a, Value b) { return binary(ScalarFn::ge, a, b); }
Value mulhi(Value a, Value b) { return binary(ScalarFn::mulhi, a, b); }
Value bit_and(Value a, Value b) { return binary(ScalarFn::and_, a, b); }
Value bit_or(Value a, Value b) { return binary(ScalarFn::or_, a, b); }
Value bit_xor(Value a, Value b) { return binary(ScalarFn::xor_, a, b); }
Value shift_left(Value a, int count) { return binary(ScalarFn::shl, a, a.builder().scalar_i32(count)); }
Value shift_right(Value a, int count) { return binary(ScalarFn::shr, a, a.builder().scalar_i32(count)); }

Value select(Value condition, Value yes, Value no) {
  const std::array operands = {condition, yes, no};
  return condition.builder().map(ScalarFn::select, operands);
}

Value fma(Value a, Value b, Value c) {
  const std::array operands = {a, b, c};
  return a.builder().map(ScalarFn::fma, operands);
}

Value matmul(Value a, Value b) { return a.builder().matmul(a, b); }
Value sum(Value x, int axis) { return x.builder().reduce(0, x, axis); }
Value max(Value x, int axis) { return x.builder().reduce(1, x, axis); }
Value argmax(Value x, int axis) { return x.builder().reduce(2, x, axis); }
Value gather(Value table, Value index) { return table.builder().gather(table, index); }

Value reshape(Value x, const Shape& shape) {
  ENSURE(x.shape().elements() == shape.elements(), "reshape of {} to {}", x.shape().text(), shape.text());
  return x.builder().view(x, x.dtype(), shape, 0, dense_strides(shape));
}

Value transpose(Value x, std::span<const int> order) {
  ENSURE(static_cast<int>(order.size()) == x.shape().rank(), "{} axes for {}", order.size(),
         x.shape().text());
  std::vector<std::int64_t> extents;
  std::vector<std::int64_t> strides;
  for (const int axis : order) {
    extents.push_back(x.shape()[axis]);
    strides.push_back(x.shape().stride(axis));
  }
  return x.builder().view(x, x.dtype(), Shape(std::span<const std::int64_t>(extents)), 0, strides);
}

Value transpose(Value x, std::initializer_list<int> order) {
  return transpose(x, std::span(order.begin(), order.size()));
}

Value slice(Value x, int axis, std::int64_t begin, std::int64_t end) {
  ENSURE(0 <= begin && begin <= end && end <= x.shape()[axis], "slice {}..{} of {}", begin, end,
         x.shape().text());
  return x.builder().view(x, x.dtype(), x.shape().with(axis, end - begin), begin * x.shape().stride(axis),
                          dense_strides(x.shape()));
}

Value broadcast_to(Value x, const Shape& shape) {
  const int shift = shape.rank() - x.shape().rank();
  ENSURE(shift >= 0, "broadcast of {} to {}", x.shape().text(), shape.text());
  std::vector<std::int64_t> strides(static_cast<std::size_t>(shape.rank()), 0);
  for (int d = 0; d < x.shape().rank(); ++d) {
    ENSURE(x.shape()[d] == shape[d + shift] || x.shape()[d] == 1, "broadcast of {} to {}", x.shape().text(),
           shape.text());
    if (x.shape()[d] != 1) strides[static_cast<std::size_t>(d + shift)] = x.shape().stride(d);
  }
  return x.builder().view(x, x.dtype(), shape, 0, strides);
}

Value read_bytes(Value x, DType dtype, const Shape& shape, std::int64_t byte_offset) {
  ENSURE(byte_offset % tensor::size_of(dtype) == 0, "offset {} of {}", byte_offset, tensor::name_of(dtype));
  return x.builder().view(x, dtype, shape, byte_offset / tensor::size_of(dtype), dense_strides(shape));
}

Value as_u8(Value x) {
  return read_bytes(x, DType::u8, {x.shape().elements() * tensor::size_of(x.dtype())}, 0);
}

Value concat(std::span<const Value> operands, int axis) {
  return operands.front().builder().concat(operands, axis);
}
Value concat(std::initializer_list<Value> operands, int axis) {
  return concat(std::span(operands.begin(), operands.size()), axis);
}

}  // namespace lydian::program
