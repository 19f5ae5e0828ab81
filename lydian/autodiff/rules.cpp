#include "lydian/autodiff/rules.h"

#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/program/view_algebra.h"

namespace lydian::autodiff {
namespace {

using kernels::ScalarFn;
using program::DType;
using program::Form;
using program::GraphBuilder;
using program::Node;
using program::Shape;
using program::Value;

Value operand(Value y, const Node& node, std::size_t index) {
  return {&y.builder(), node.operands[index].ref};
}

Value zeros(GraphBuilder& builder, const Shape& shape) { return broadcast_to(builder.scalar(0.0F), shape); }

/// Undoes broadcasting: sums g over the axes in the mask, neighbours together, and gives it the operand's
/// shape.
Value sum_to(Value g, std::uint8_t mask, const Shape& shape) {
  for (int axis = g.shape().rank() - 1; axis >= 0; --axis) {
    if ((mask >> axis & 1) == 0) continue;
    int first = axis;
    while (first > 0 && (mask >> (first - 1) & 1) != 0) --first;
    const Shape now = g.shape();
    std::vector<std::int64_t> merged(now.extents().begin(), now.extents().begin() + first);
    const std::int64_t repeats = now.elements(first, axis + 1);
    if (repeats != 1) merged.push_back(repeats);
    merged.insert(merged.end(), now.extents().begin() + axis + 1, now.extents().end());
    g = reshape(g, Shape(std::span<const std::int64_t>(merged)));
    if (repeats != 1) g = sum(g, first);
    axis = first;
  }
  return reshape(g, shape);
}

/// The gradient of each operand of a map before broadcasting is undone; nothing for operands that have none.
OperandGradients scalar_rule(ScalarFn fn, Value y, Value g, std::span<const Value> x) {
  const Value zero = y.builder().scalar(0.0F);
  switch (fn) {
    case ScalarFn::neg:
      return {neg(g)};
    case ScalarFn::abs:
      return {select(less(x[0], zero), neg(g), g)};
    case ScalarFn::sqrt:
      return {g * 0.5F / y};
    case ScalarFn::exp:
      return {g * y};
    case ScalarFn::log:
      return {g / x[0]};
    case ScalarFn::sin:
      return {g * cos(x[0])};
    case ScalarFn::cos:
      return {neg(g * sin(x[0]))};
    case ScalarFn::add:
      return {g, g};
    case ScalarFn::sub:
      return {g, neg(g)};
    case ScalarFn::mul:
      return {g * x[1], g * x[0]};
    case ScalarFn::div:
      return {g / x[1], neg(g * y / x[1])};
    case ScalarFn::minimum:
      return {select(less_equal(x[0], x[1]), g, zero), select(less_equal(x[0], x[1]), zero, g)};
    case ScalarFn::maximum:
      return {select(greater_equal(x[0], x[1]), g, zero), select(greater_equal(x[0], x[1]), zero, g)};
    case ScalarFn::select:
      return {std::nullopt, select(x[0], g, zero), select(x[0], zero, g)};
    case ScalarFn::fma:
      return {g * x[1], g * x[0], g};
    default:
      return {};
  }
}

OperandGradients map_rule(Value y, Value g, const Node& node) {
  if (node.dtype != DType::f32) return {};
  std::vector<Value> x;
  for (std::size_t i = 0; i < node.operand_count; ++i) x.push_back(operand(y, node, i));
  OperandGradients flows = scalar_rule(static_cast<ScalarFn>(node.fn), y, g, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (flows[i]) flows[i] = sum_to(*flows[i], node.operands[i].broadcast_mask, x[i].shape());
  }
  return flows;
}

/// Places g, which covers the box, into zeros of the whole.
Value pad(Value g, std::span<const program::BoxAxis> box) {
  for (std::size_t i = 0; i < box.size(); ++i) {
    const int axis = static_cast<int>(i);
    const std::int64_t before = box[i].begin;
    const std::int64_t after = box[i].whole - box[i].begin - box[i].count;
    std::vector<Value> parts;
    if (before > 0) parts.push_back(zeros(g.builder(), g.shape().with(axis, before)));
    parts.push_back(g);
    if (after > 0) parts.push_back(zeros(g.builder(), g.shape().with(axis, after)));
    g = concat(parts, axis);
  }
  return g;
}

/// The adjoint of a view: sum where it repeats, put back in the operand's order, zeros where it did not look.
OperandGradients view_rule(Value y, Value g, const Node& node) {
  const Value x = operand(y, node, 0);
  if (x.dtype() != DType::f32 || node.dtype != DType::f32) return {};
  const auto box = program::box_of(x.shape().elements(), node.shape, node.offset, node.strides);
  ENSURE(box.has_value(), "no gradient through a view of {} as {} with overlapping strides", x.shape().text(),
         node.shape.text());
  std::uint8_t repeated = 0;
  std::vector<std::int64_t> kept;
  std::vector<int> order(box->size(), -1);
  for (int d = 0; d < node.shape.rank(); ++d) {
    const auto axis = std::ranges::find(*box, d, &program::BoxAxis::view_axis);
    if (axis == box->end()) {
      repeated = static_cast<std::uint8_t>(repeated | 1U << d);
      continue;
    }
    order[static_cast<std::size_t>(axis - box->begin())] = static_cast<int>(kept.size());
    kept.push_back(node.shape[d]);
  }
  if (!box->empty() && box->back().view_axis < 0) {
    order.back() = static_cast<int>(kept.size());
    kept.push_back(1);
  }
  const Value once = sum_to(g, repeated, Shape(std::span<const std::int64_t>(kept)));
  return {reshape(pad(transpose(once, order), *box), x.shape())};
}

OperandGradients concat_rule(Value, Value g, const Node& node) {
  OperandGradients flows;
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    flows[i] = slice(g, node.axis, begin, begin + node.extents[i]);
    begin += node.extents[i];
  }
  return flows;
}

Value swap_last(Value x) {
  std::vector<int> order;
  for (int d = 0; d < x.shape().rank() - 2; ++d) order.push_back(d);
  order.push_back(x.shape().rank() - 1);
  order.push_back(x.shape().rank() - 2);
  return transpose(x, order);
}

OperandGradients matmul_rule(Value y, Value g, const Node& node) {
  if (node.dtype != DType::f32) return {};
  return {matmul(g, swap_last(operand(y, node, 1))), matmul(swap_last(operand(y, node, 0)), g)};
}

OperandGradients reduce_rule(Value y, Value g, const Node& node) {
  const Value x = operand(y, node, 0);
  if (node.dtype != DType::f32) return {};
  const Shape kept = node.shape.inserted(node.axis, 1);
  const Value spread = broadcast_to(reshape(g, kept), x.shape());
  if (node.fn == 0) return {spread};
  // Maximum: shared equally by the elements that reach it.
  const Value reaches = convert(equal(x, reshape(y, kept)), DType::f32);
  return {spread * reaches / reshape(sum(reaches, node.axis), kept)};
}

OperandGradients gather_rule(Value y, Value g, const Node& node) {
  if (node.dtype != DType::f32) return {};
  return {y.builder().scatter_add(operand(y, node, 1), g, node.extent)};
}

OperandGradients scatter_add_rule(Value y, Value g, const Node& node) {
  if (node.dtype != DType::f32) return {};
  return {std::nullopt, gather(g, operand(y, node, 0))};
}

}  // namespace

OperandGradients operand_gradients(Value y, Value g) {
  const Node node = y.builder().nodes()[y.ref().index];  // a copy: rules add nodes
  switch (node.form) {
    case Form::literal:
    case Form::iota:
      return {};
    case Form::map:
      return map_rule(y, g, node);
    case Form::view:
      return view_rule(y, g, node);
    case Form::concat:
      return concat_rule(y, g, node);
    case Form::matmul:
      return matmul_rule(y, g, node);
    case Form::reduce:
      return reduce_rule(y, g, node);
    case Form::gather:
      return gather_rule(y, g, node);
    case Form::scatter_add:
      return scatter_add_rule(y, g, node);
  }
  ENSURE(false, "a form of unknown code");
}

}  // namespace lydian::autodiff
