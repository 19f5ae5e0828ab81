// Builds a graph from expressions: x + y, matmul(a, b), sum(x, axis). Shapes broadcast as in NumPy. Equal
// nodes are made once. A mistake in an expression (shapes that do not fit) is a bug of the caller and aborts;
// sizes that come from outside are checked before they get here.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "lydian/kernels/scalar.h"
#include "lydian/program/program.h"

namespace lydian::program {

class GraphBuilder;

/// A node of the graph under construction, the state, or a constant. Cheap to copy; lives as long as its
/// builder.
class Value {
 public:
  Value() = default;
  Value(GraphBuilder* builder, Ref ref) : builder_(builder), ref_(ref) {}

  [[nodiscard]] Ref ref() const { return ref_; }
  [[nodiscard]] GraphBuilder& builder() const { return *builder_; }
  [[nodiscard]] DType dtype() const;
  [[nodiscard]] Shape shape() const;  // a copy: nodes move as the graph grows
  [[nodiscard]] bool operator==(const Value&) const = default;

 private:
  GraphBuilder* builder_ = nullptr;
  Ref ref_;
};

class GraphBuilder {
 public:
  /// Literals go into the program's table. state_bytes -1: the graph has no state.
  GraphBuilder(LiteralTable* literals, std::int64_t state_bytes, std::span<const Constant> constants);
  GraphBuilder(const GraphBuilder&) = delete;
  GraphBuilder& operator=(const GraphBuilder&) = delete;

  [[nodiscard]] Value state();                      // u8 [state_bytes]
  [[nodiscard]] Value constant(std::size_t index);  // u8 [bytes]

  Value literal(DType dtype, const Shape& shape, ByteView bytes);
  Value scalar(float value);
  Value scalar_i32(std::int32_t value);
  Value iota(const Shape& shape, int axis);
  Value map(kernels::ScalarFn fn, std::span<const Value> operands, DType convert_to = DType::f32);
  Value view(Value x, DType dtype, const Shape& shape, std::int64_t offset,
             std::span<const std::int64_t> strides);
  /// Any number of operands: a tree of concat nodes.
  Value concat(std::span<const Value> operands, int axis);
  Value matmul(Value a, Value b);
  Value reduce(std::uint8_t fn, Value x, int axis);
  Value gather(Value table, Value index);
  Value scatter_add(Value index, Value updates, std::int64_t rows);

  /// Gradients do not flow through x (autodiff asks).
  Value stop_gradient(Value x);
  [[nodiscard]] bool stops_gradient(std::uint32_t node) const { return node < stops_.size() && stops_[node]; }

  /// In the finished graph x, with what it needs, comes after what was scheduled before and before all else.
  void schedule(Value x) { scheduled_.push_back(x); }

  /// In the order in which they were made, which a compiler chooses: C++ evaluates a call's arguments in any
  /// order. Nothing that ends in a program may depend on it.
  [[nodiscard]] const std::vector<Node>& nodes() const { return graph_.nodes; }
  [[nodiscard]] Value at(std::uint32_t node) { return {this, {RefKind::node, node}}; }
  /// The nodes that these values need, and themselves, each after its operands: depth first by operand, from
  /// one value after the other. What is no node is left out. This order depends on the expressions alone.
  [[nodiscard]] std::vector<std::uint32_t> depth_first(std::span<const Value> values) const;
  /// The graph whose value is x, without the nodes that x does not need: the scheduled ones, then the others,
  /// depth first. x must be a node.
  [[nodiscard]] Graph finish(Value x) const;

 private:
  friend class Value;
  Value add(Node node, std::span<const Value> operands);
  Operand operand_of(Value x) const;

  LiteralTable* literals_;
  Graph graph_;
  Shape state_shape_;
  bool has_state_;
  std::vector<Constant> constants_;
  std::vector<Shape> constant_shapes_;
  std::map<Root, std::uint32_t> known_;  // by node hash
  std::vector<bool> stops_;
  std::vector<Value> scheduled_;
};

// Expressions. Operands of a binary function broadcast to a common shape.
Value neg(Value x);
Value abs(Value x);
Value sqrt(Value x);
Value exp(Value x);
Value log(Value x);
Value sin(Value x);
Value cos(Value x);
Value convert(Value x, DType dtype);
Value operator+(Value a, Value b);
Value operator-(Value a, Value b);
Value operator*(Value a, Value b);
Value operator/(Value a, Value b);
Value operator+(Value a, float b);
Value operator-(Value a, float b);
Value operator*(Value a, float b);
Value operator/(Value a, float b);
Value operator-(float a, Value b);
Value operator/(float a, Value b);
Value minimum(Value a, Value b);
Value maximum(Value a, Value b);
Value equal(Value a, Value b);
Value less(Value a, Value b);
Value less_equal(Value a, Value b);
Value greater_equal(Value a, Value b);
Value mulhi(Value a, Value b);
Value bit_and(Value a, Value b);
Value bit_or(Value a, Value b);
Value bit_xor(Value a, Value b);
Value shift_left(Value a, int count);
Value shift_right(Value a, int count);
Value select(Value condition, Value yes, Value no);
Value fma(Value a, Value b, Value c);
Value matmul(Value a, Value b);
Value sum(Value x, int axis);
Value max(Value x, int axis);
Value argmax(Value x, int axis);
Value gather(Value table, Value index);

// Views.
Value reshape(Value x, const Shape& shape);
Value transpose(Value x, std::span<const int> order);
Value transpose(Value x, std::initializer_list<int> order);
/// Elements [begin, end) of an axis.
Value slice(Value x, int axis, std::int64_t begin, std::int64_t end);
Value broadcast_to(Value x, const Shape& shape);
/// The bytes of x from byte_offset on, read as a dense tensor; the offset is a multiple of the element size.
Value read_bytes(Value x, DType dtype, const Shape& shape, std::int64_t byte_offset);
/// The bytes of x as u8 [n].
Value as_u8(Value x);
Value concat(std::span<const Value> operands, int axis);
Value concat(std::initializer_list<Value> operands, int axis);

}  // namespace lydian::program
