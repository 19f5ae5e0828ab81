#include "sim/random_program.h"

#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/builder.h"
#include "lydian/program/validate.h"

namespace lydian::sim {
namespace {

using kernels::ReduceFn;
using kernels::ScalarFn;
using program::Constant;
using program::DType;
using program::GraphBuilder;
using program::GraphKind;
using program::Program;
using program::Shape;
using program::Value;

Bytes random_bytes(Random& random, std::int64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
  return bytes;
}

/// Mostly numbers of middling size, some of any bits: infinities, NaNs and subnormals.
std::uint32_t random_element(Random& random, DType dtype) {
  if (dtype != DType::f32 || random.chance(10)) return static_cast<std::uint32_t>(random.bits());
  return std::bit_cast<std::uint32_t>(static_cast<float>(random.between(-4000, 4000)) / 512.0F);
}

class RandomGraph {
 public:
  RandomGraph(Random& random, GraphBuilder& builder) : random_(random), g_(builder) {}

  void add_source(Value bytes) { sources_.push_back(bytes); }

  Value build(int operations, std::int64_t value_bytes) {
    for (const Value source : sources_) add(shaped(source, random_dtype(), random_shape(60)));
    add(literal(DType::f32, random_shape(50)));
    for (int i = 0; i < operations; ++i) add(random_operation());
    return mixed(value_bytes);
  }

 private:
  Value random_operation() {
    switch (random_.below(15)) {
      case 0:
        return unary();
      case 1:
      case 2:
        return map_f32();
      case 3:
        return map_i32();
      case 4:
        return select_or_fma();
      case 5:
        return shaped(any(), random_dtype(), random_shape(60));
      case 6:
        return strange_view();
      case 7:
        return concatenation();
      case 8:
        return product_f32();
      case 9:
        return product_i8();
      case 10:
      case 11:
      case 12:
        return reduction();
      case 13:
        return random_.chance(30) ? g_.iota(at_least_rank_1(), 0) : row_gather();
      default:
        return row_scatter();
    }
  }

  // ---- choices

  DType random_dtype() {
    return random_.pick({DType::f32, DType::f32, DType::f32, DType::i32, DType::i8, DType::u8, DType::u16,
                         DType::f16, DType::bf16});
  }

  std::int64_t random_extent() {
    if (random_.chance(2)) return 0;
    return random_.pick<std::int64_t>({1, 2, 3, 5, 7, 16, 31, 33, 64, 100});
  }

  Shape random_shape(std::int64_t elements_max) {
    const auto rank = random_.chance(5) ? random_.below(9) : random_.below(4);
    std::vector<std::int64_t> extents;
    std::int64_t elements = 1;
    for (std::uint64_t d = 0; d < rank; ++d) {
      std::int64_t extent = random_extent();
      if (elements * extent > elements_max) extent = 1;
      if (extent != 0) elements *= extent;
      extents.push_back(extent);
    }
    return Shape(std::span<const std::int64_t>(extents));
  }

  Shape at_least_rank_1() {
    const Shape shape = random_shape(60);
    return shape.rank() > 0 ? shape : Shape{random_.between(1, 40)};
  }

  Value any() { return pool_[random_.below(pool_.size())]; }

  Value literal(DType dtype, const Shape& shape) {
    const int size = tensor::size_of(dtype);
    Bytes bytes(static_cast<std::size_t>(shape.elements() * size));
    for (std::size_t i = 0; i < bytes.size(); i += static_cast<std::size_t>(size)) {
      const std::uint32_t element = random_element(random_, dtype);
      for (int b = 0; b < size; ++b)
        bytes[i + static_cast<std::size_t>(b)] = static_cast<std::uint8_t>(element >> 8 * b);
    }
    return g_.literal(dtype, shape, bytes);
  }

  void add(Value x) { pool_.push_back(x); }

  /// All values and sources in so many bytes, each byte added to one of them: what changes in any shows.
  Value mixed(std::int64_t value_bytes) {
    std::vector<Value> parts;
    for (const Value x : pool_) parts.push_back(as_u8(x));
    parts.insert(parts.end(), sources_.begin(), sources_.end());
    std::int64_t total = 0;
    for (const Value part : parts) total += part.shape()[0];
    const std::int64_t rows = total / value_bytes + 1;
    parts.push_back(g_.literal(DType::u8, {rows * value_bytes - total},
                               Bytes(static_cast<std::size_t>(rows * value_bytes - total), 1)));
    const Value grid = reshape(concat(parts, 0), {rows, value_bytes});
    return convert(sum(convert(grid, DType::i32), 0), DType::u8);
  }

  // ---- a value of any type and shape, from the elements of another one

  Value shaped(Value x, DType dtype, const Shape& shape) {
    const std::int64_t wanted = shape.elements();
    const Value typed = in_dtype(x, dtype);
    Value flat = reshape(typed, {typed.shape().elements()});
    const std::int64_t have = flat.shape().elements();
    if (have == 0) return literal(dtype, shape);
    if (have < wanted) {
      const std::int64_t copies = (wanted + have - 1) / have;
      flat = reshape(broadcast_to(flat, {copies, have}), {copies * have});
    }
    const std::int64_t first = random_.between(0, flat.shape().elements() - wanted);
    return reshape(slice(flat, 0, first, first + wanted), shape);
  }

  /// By value, or by its bits.
  Value in_dtype(Value x, DType dtype) {
    if (x.dtype() == dtype) return x;
    if (x.dtype() != DType::u8 || random_.chance(50)) return convert(x, dtype);
    const Value bytes = as_u8(x);
    const std::int64_t elements = bytes.shape().elements() / tensor::size_of(dtype);
    return elements == 0 ? convert(x, dtype) : read_bytes(bytes, dtype, {elements}, 0);
  }

  /// An operand that broadcasts to the shape.
  Value broadcasting(DType dtype, const Shape& shape) {
    Shape own = shape;
    for (int d = 0; d < shape.rank(); ++d)
      if (random_.chance(30) && shape[d] != 0) own = own.with(d, 1);
    return shaped(any(), dtype, own);
  }

  // ---- forms

  Value unary() {
    const ScalarFn fn = random_.pick({ScalarFn::neg, ScalarFn::abs, ScalarFn::sqrt, ScalarFn::exp,
                                      ScalarFn::log, ScalarFn::sin, ScalarFn::cos});
    const std::array operands = {shaped(any(), DType::f32, random_shape(60))};
    return g_.map(fn, operands);
  }

  Value binary(ScalarFn fn, DType dtype) {
    const Shape shape = random_shape(random_.chance(3) ? 9000 : 60);
    const std::array operands = {broadcasting(dtype, shape), broadcasting(dtype, shape)};
    return g_.map(fn, operands);
  }

  Value map_f32() {
    return binary(random_.pick({ScalarFn::add, ScalarFn::sub, ScalarFn::mul, ScalarFn::div, ScalarFn::minimum,
                                ScalarFn::maximum, ScalarFn::eq, ScalarFn::ne, ScalarFn::lt, ScalarFn::le,
                                ScalarFn::gt, ScalarFn::ge}),
                  DType::f32);
  }

  Value map_i32() {
    return binary(random_.pick({ScalarFn::add, ScalarFn::sub, ScalarFn::mul, ScalarFn::minimum,
                                ScalarFn::maximum, ScalarFn::eq, ScalarFn::ne, ScalarFn::lt, ScalarFn::le,
                                ScalarFn::gt, ScalarFn::ge, ScalarFn::mulhi, ScalarFn::and_, ScalarFn::or_,
                                ScalarFn::xor_, ScalarFn::shl, ScalarFn::shr}),
                  DType::i32);
  }

  Value select_or_fma() {
    const Shape shape = random_shape(60);
    const bool is_fma = random_.chance(50);
    const DType dtype = is_fma ? DType::f32 : random_.pick({DType::f32, DType::i32});
    const Value first = is_fma ? broadcasting(dtype, shape) : broadcasting(DType::i32, shape);
    const Value second = broadcasting(dtype, shape);
    const Value third = broadcasting(dtype, shape);
    return is_fma ? fma(first, second, third) : select(first, second, third);
  }

  /// Transposed, reversed or overlapping.
  Value strange_view() {
    const Value x = shaped(any(), random_dtype(), {4, 5, 3});
    if (random_.chance(50)) return transpose(x, {2, 0, 1});
    const std::array<std::int64_t, 3> backwards = {-15, 3, -1};
    const std::array<std::int64_t, 3> windows = {15, 1, 0};
    return random_.chance(50) ? g_.view(x, x.dtype(), {4, 5, 3}, 47, backwards)
                              : g_.view(x, x.dtype(), {3, 9, 2}, 1, windows);
  }

  Value concatenation() {
    const DType dtype = random_dtype();
    const Shape shape = at_least_rank_1();
    const int axis = static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
    std::vector<Value> parts;
    for (std::uint64_t i = 0; i < 2 + random_.below(2); ++i)
      parts.push_back(shaped(any(), dtype, shape.with(axis, random_.between(0, 5))));
    return concat(parts, axis);
  }

  Value product_f32() { return product(DType::f32, random_.chance(10) ? 1100 : 70); }
  Value product_i8() { return product(DType::i8, 70); }

  Value product(DType dtype, std::int64_t extent_max) {
    const std::int64_t k = random_.chance(5) ? 0 : random_.between(1, extent_max);
    const std::int64_t m = random_.between(1, 9);
    const std::int64_t n = random_.between(1, 9);
    if (random_.chance(50)) return matmul(shaped(any(), dtype, {m, k}), shaped(any(), dtype, {k, n}));
    return matmul(shaped(any(), dtype, {2, 1, m, k}), shaped(any(), dtype, {2, 1, k, n}));
  }

  Value reduction() {
    const DType dtype = random_.pick({DType::f32, DType::f32, DType::i32});
    Shape shape = at_least_rank_1();
    if (shape.rank() == tensor::kMaxRank) shape = {3, 4};
    const int axis = static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
    if (random_.chance(50))
      shape = {random_.between(1, 3), random_.between(1, random_.chance(20) ? 2500 : 80)};
    const auto fn =
        static_cast<std::uint8_t>(random_.pick({ReduceFn::sum, ReduceFn::maximum, ReduceFn::argmax}));
    return g_.reduce(fn, shaped(any(), dtype, shape), std::min(axis, shape.rank() - 1));
  }

  Value random_index(std::int64_t count, std::int64_t rows) {
    const Value spread = shaped(any(), DType::i32, {count});
    return random_.chance(20) ? spread : bit_and(spread, g_.scalar_i32(static_cast<std::int32_t>(rows | 3)));
  }

  Value row_gather() {
    const std::int64_t rows = random_.between(1, 9);
    const Value table = shaped(any(), random_dtype(), {rows, random_.between(1, 40)});
    return gather(table, random_index(random_.between(1, 12), rows));
  }

  Value row_scatter() {
    const std::int64_t rows = random_.between(1, 5);
    const std::int64_t count = random_.chance(5) ? 0 : random_.between(1, random_.chance(10) ? 1100 : 50);
    const Value updates =
        shaped(any(), random_.pick({DType::f32, DType::i32}), {count, random_.between(1, 7)});
    return g_.scatter_add(random_index(count, rows), updates, rows);
  }

  Random& random_;
  GraphBuilder& g_;
  std::vector<Value> sources_;
  std::vector<Value> pool_;
};

void build_graph(Random& random, Program& program, GraphKind kind, int operations) {
  const bool has_state = kind != GraphKind::init;
  GraphBuilder builder(&program.literals, has_state ? program.state_bytes : -1, program.constants);
  RandomGraph graph(random, builder);
  if (has_state) graph.add_source(builder.state());
  for (std::size_t i = 0; i < program.constants.size(); ++i) graph.add_source(builder.constant(i));
  const std::int64_t bytes = kind == GraphKind::output ? program.result_bytes : program.state_bytes;
  program.graph(kind) = builder.finish(graph.build(operations, bytes));
}

/// The table without the literals of values that no graph kept.
void drop_unused_literals(Program& program) {
  program::LiteralTable used;
  for (const program::Graph& graph : program.graphs)
    for (const program::Node& node : graph.nodes)
      if (node.form == program::Form::literal) used.insert(*program.literals.find(node.literal));
  program.literals = std::move(used);
}

}  // namespace

RandomProgram random_program(Random& random, const RandomProgramOptions& options) {
  RandomProgram made;
  Program& program = made.program;
  program.steps =
      random.between(1, random.chance(20) ? options.steps_max : std::min<std::int64_t>(options.steps_max, 5));
  program.interval = random.between(1, program.steps);
  program.state_bytes = random.chance(8) ? random.pick<std::int64_t>({17000, 40000})
                                         : random.pick<std::int64_t>({16, 100, 300, 1000});
  program.result_bytes = random.chance(10) ? 20000 : random.pick<std::int64_t>({1, 50, 500});
  for (std::uint64_t i = 0; i < random.below(4); ++i) {
    made.constants.push_back(
        random_bytes(random, random.chance(10) ? 20000 : random.pick<std::int64_t>({4, 333})));
    program.constants.push_back(
        {merkle::blob_root(made.constants.back()), std::ssize(made.constants.back())});
  }
  for (const GraphKind kind : {GraphKind::init, GraphKind::step, GraphKind::output})
    build_graph(random, program, kind, options.operations);
  drop_unused_literals(program);
  const Status status = validate(program);
  ENSURE(status.has_value(), "{}", status.error().message);
  return made;
}

}  // namespace lydian::sim
