#include "sim/executor_comparison.h"

#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/builder.h"
#include "lydian/program/validate.h"
#include "lydian/runtime/executor.h"
#include "lydian/runtime/trace.h"

namespace lydian::sim {
namespace {

using kernels::ReduceFn;
using kernels::ScalarFn;
using program::DType;
using program::GraphBuilder;
using program::GraphKind;
using program::Shape;
using program::Value;

constexpr std::int64_t kElementsMax = 6000;
constexpr std::int64_t kStateBytes = 4096;

/// Builds one graph; values stay finite for the most part, so that a wrong element shows.
class Chains {
 public:
  Chains(Random& random, GraphBuilder& builder) : random_(random), g_(builder) {
    rows_ = random.pick<std::int64_t>({1, 2, 3, 7, 8, 9, 17, 33, 64});
    columns_ = random.chance(2) ? 0 : random.pick<std::int64_t>({1, 2, 5, 16, 31, 32, 33, 64, 97});
    batch_ = random.pick<std::int64_t>({1, 2, 3, 8});
  }

  Value build(int operations) {
    for (int i = 0; i < 3; ++i) pool_.push_back(fresh());
    for (int i = 0; i < operations; ++i) pool_.push_back(small(operation()));
    std::vector<Value> parts;
    for (const Value x : pool_) {
      if (x == pool_.back() || random_.chance(40)) parts.push_back(as_u8(x));
    }
    parts.push_back(as_u8(f32()));
    return concat(parts, 0);
  }

 private:
  Value operation() {
    switch (random_.below(16)) {
      case 0:
        return fresh();
      case 1:
        return unary();
      case 2:
      case 3:
      case 4:
        return binary();
      case 5:
        return ternary();
      case 6:
        return reduction();
      case 7:
        return normalised();
      case 8:
      case 9:
        return view(any());
      case 10:
        return view(view(any()));
      case 11:
        return concatenation();
      case 12:
        return product();
      case 13:
        return products_of_views();
      case 14:
        return gathered();
      default:
        return random_.chance(50) ? scattered() : converted();
    }
  }

  // ---- sources

  std::vector<std::int64_t> common_extents() {
    switch (random_.below(7)) {
      case 0:
        return {rows_, 1};
      case 1:
        return {1, columns_};
      case 2:
        return {columns_};
      case 3:
        return {batch_, rows_, columns_};
      case 4:
        return {batch_, 1, columns_};
      case 5:
        return {batch_ * rows_, columns_};
      default:
        return {rows_, columns_};
    }
  }
  Shape common_shape() {
    const auto extents = common_extents();
    const Shape shape{std::span<const std::int64_t>(extents)};
    return shape.elements() <= kElementsMax ? shape : Shape{rows_, columns_};
  }

  /// A tensor read from the state or a constant, or made from an index.
  Value fresh() {
    const Shape shape = common_shape();
    if (random_.chance(15) && shape.rank() > 0) {
      const int axis = static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
      const Value index = g_.iota(shape, axis);
      return random_.chance(50) ? index : convert(index, DType::f32) * 0.01F;
    }
    const Value source = random_.chance(30) ? g_.state() : g_.constant(random_.below(2));
    const std::int64_t have = source.shape()[0] / 4;
    const std::int64_t wanted = std::min(have, shape.elements());
    const Value run = read_bytes(source, DType::f32, {wanted}, 4 * random_.between(0, have - wanted));
    if (wanted == shape.elements()) return reshape(run, shape);
    return broadcast_to(sin(slice(run, 0, 0, 1)), shape);
  }

  Value any() { return pool_[random_.below(pool_.size())]; }

  Value any_of(DType dtype) {
    for (int i = 0; i < 20; ++i) {
      const Value x = any();
      if (x.dtype() == dtype) return x;
    }
    return convert(any(), dtype);
  }
  Value f32() { return any_of(DType::f32); }

  /// Itself, or a part of it where it has become large.
  Value small(Value x) {
    while (x.shape().elements() > kElementsMax) {
      const Shape shape = x.shape();
      int widest = 0;
      for (int d = 1; d < shape.rank(); ++d)
        if (shape[d] > shape[widest]) widest = d;
      x = slice(x, widest, 0, shape[widest] / 2);
    }
    return x;
  }

  static bool broadcasts(const Shape& a, const Shape& b) {
    std::int64_t elements = 1;
    for (int d = 0; d < std::max(a.rank(), b.rank()); ++d) {
      const std::int64_t x = d < a.rank() ? a.last(d) : 1;
      const std::int64_t y = d < b.rank() ? b.last(d) : 1;
      if (x != y && x != 1 && y != 1) return false;
      elements *= x == 1 ? y : x;
    }
    return elements <= kElementsMax;
  }

  /// A value that goes with all of these.
  Value partner(DType dtype, std::initializer_list<Value> others) {
    for (int i = 0; i < 30; ++i) {
      const Value y = i < 25 ? any() : view(any());
      if (y.dtype() == dtype &&
          std::ranges::all_of(others, [&](Value x) { return broadcasts(x.shape(), y.shape()); }))
        return y;
    }
    return dtype == DType::f32 ? g_.scalar(0.375F) : g_.scalar_i32(3);
  }

  // ---- maps

  Value unary() {
    const ScalarFn fn = random_.pick({ScalarFn::neg, ScalarFn::abs, ScalarFn::sin, ScalarFn::cos,
                                      ScalarFn::sin, ScalarFn::exp, ScalarFn::sqrt, ScalarFn::log});
    const std::array operands = {f32()};
    return g_.map(fn, operands);
  }

  Value binary() {
    if (random_.chance(20)) {
      const Value x = any_of(DType::i32);
      const std::array operands = {x, partner(DType::i32, {x})};
      return g_.map(random_.pick({ScalarFn::add, ScalarFn::mul, ScalarFn::mulhi, ScalarFn::xor_,
                                  ScalarFn::shr, ScalarFn::lt, ScalarFn::maximum}),
                    operands);
    }
    const Value x = f32();
    const Value y = partner(DType::f32, {x});
    const std::array operands = random_.chance(50) ? std::array{x, y} : std::array{y, x};
    return g_.map(random_.pick({ScalarFn::add, ScalarFn::sub, ScalarFn::mul, ScalarFn::mul, ScalarFn::minimum,
                                ScalarFn::maximum, ScalarFn::div, ScalarFn::lt, ScalarFn::eq}),
                  operands);
  }

  Value ternary() {
    const Value x = f32();
    const Value y = partner(DType::f32, {x});
    if (random_.chance(50)) {
      const Value z = partner(DType::f32, {x + y});
      return random_.chance(50) ? fma(x, y, z) : fma(z, x, y);
    }
    const Value condition = partner(DType::i32, {x + y});
    return random_.chance(50) ? select(condition, x, y) : select(condition, y, x);
  }

  Value converted() {
    const DType dtype =
        random_.pick({DType::i32, DType::i8, DType::u8, DType::u16, DType::f16, DType::bf16, DType::f32});
    return convert(any(), dtype);
  }

  // ---- rows

  Value with_axis() {
    const Value x = f32();
    return x.shape().rank() > 0 ? x : reshape(x, {1});
  }

  Value flat_i32() {
    const Value x = any_of(DType::i32);
    return reshape(x, {x.shape().elements()});
  }

  Value reduction() {
    const Value x = random_.chance(80) ? with_axis() : flat_i32();
    const Shape shape = x.shape();
    const int axis = random_.chance(70)
                         ? shape.rank() - 1
                         : static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
    const auto fn = static_cast<std::uint8_t>(
        random_.pick({ReduceFn::sum, ReduceFn::sum, ReduceFn::maximum, ReduceFn::argmax}));
    const Value reduced = g_.reduce(fn, x, axis);
    return random_.chance(70) ? reshape(reduced, shape.with(axis, 1)) : reduced;
  }

  /// The shapes of softmax and of a layer norm.
  Value normalised() {
    const Value x = with_axis();
    const int axis = x.shape().rank() - 1;
    const Shape kept = x.shape().with(axis, 1);
    if (random_.chance(50)) {
      const Value e = exp(x - reshape(max(x, axis), kept));
      return e / reshape(sum(e, axis), kept);
    }
    const Value centred = x - reshape(sum(x, axis), kept) * 0.0625F;
    const Value unit = centred / sqrt(reshape(sum(centred * centred, axis), kept) + 0.5F);
    const Value scaled = unit * partner(DType::f32, {unit});
    return scaled + partner(DType::f32, {scaled});
  }

  // ---- views

  Value view(Value x) {
    const Shape shape = x.shape();
    if (shape.rank() == 0) return broadcast_to(x, {random_.between(1, 5), 1});
    const int axis = static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
    switch (random_.below(7)) {
      case 0:
        return permuted(x);
      case 1: {
        const std::int64_t begin = random_.between(0, shape[axis]);
        return slice(x, axis, begin, random_.between(begin, shape[axis]));
      }
      case 2:
        return slice(x, axis, 0, std::min<std::int64_t>(1, shape[axis]));
      case 3:
        return reshaped(x);
      case 4:
        return reversed(x, axis);
      case 5:
        return shape.rank() < 5 ? broadcast_to(x, shape.inserted(0, random_.between(1, 3))) : x;
      default:
        return reinterpreted(x);
    }
  }

  Value permuted(Value x) {
    std::vector<int> order;
    for (int d = 0; d < x.shape().rank(); ++d)
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(random_.below(order.size() + 1)), d);
    return transpose(x, order);
  }

  Value reshaped(Value x) {
    const Shape shape = x.shape();
    const std::int64_t elements = shape.elements();
    if (random_.chance(30)) return reshape(x, {elements});
    for (const std::int64_t extent : {columns_, rows_, batch_, std::int64_t{2}, std::int64_t{3}}) {
      if (extent > 1 && elements % extent == 0 && random_.chance(50))
        return random_.chance(50) ? reshape(x, {extent, elements / extent})
                                  : reshape(x, {elements / extent, extent});
    }
    return shape.rank() < 6
               ? reshape(
                     x, shape.inserted(
                            static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank()) + 1)), 1))
               : x;
  }

  Value reversed(Value x, int axis) {
    const Shape shape = x.shape();
    if (shape.elements() == 0) return x;
    std::vector<std::int64_t> strides;
    for (int d = 0; d < shape.rank(); ++d) strides.push_back(d == axis ? -shape.stride(d) : shape.stride(d));
    return g_.view(x, x.dtype(), shape, (shape[axis] - 1) * shape.stride(axis), strides);
  }

  /// The same bytes as another type; overlapping windows of a run.
  Value reinterpreted(Value x) {
    const Value bytes = as_u8(x);
    const std::int64_t n = bytes.shape()[0] / 4;
    if (n < 4) return x;
    if (random_.chance(50))
      return read_bytes(bytes, random_.pick({DType::f32, DType::i32, DType::i32}), {n - 1}, 4);
    const std::array<std::int64_t, 2> windows = {1, 2};
    return g_.view(x.dtype() == DType::f32 ? x : convert(x, DType::f32), DType::f32,
                   {2, (x.shape().elements() - 1) / 2}, 0, windows);
  }

  // ---- the rest

  Value concatenation() {
    const Value x = any();
    if (x.shape().rank() == 0) return x;
    const Shape shape = x.shape();
    const int axis = static_cast<int>(random_.below(static_cast<std::uint64_t>(shape.rank())));
    std::vector<Value> parts = {x};
    for (int i = 0; i < 12 && parts.size() < 5; ++i) {
      const Value y = any();
      if (y.dtype() == x.dtype() && y.shape().rank() == shape.rank() &&
          y.shape().with(axis, 1) == shape.with(axis, 1))
        parts.push_back(y);
    }
    if (parts.size() == 1) parts.push_back(x);
    return concat(parts, axis);
  }

  Value matrix(Value x) {
    if (x.shape().rank() >= 2) return x;
    return reshape(x, {x.shape().elements(), 1});
  }

  Value product() {
    const Value a = matrix(f32());
    std::vector<int> order;
    for (int d = 0; d < a.shape().rank(); ++d) order.push_back(d);
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    const Value swapped = transpose(a, order);
    if (a.shape().elements() > 2000) return a;
    const bool outer = a.shape().last(1) * a.shape().last(1) <= a.shape().last() * 40;
    return outer ? matmul(a, swapped) : matmul(swapped, a);
  }

  /// Up to three batch axes, each strided at will.
  Value products_of_views() {
    const DType dtype = random_.chance(25) ? DType::i8 : DType::f32;
    std::vector<std::int64_t> batch;
    for (std::uint64_t i = 0; i < random_.below(4); ++i) batch.push_back(random_.between(1, 3));
    const std::int64_t m = random_.between(1, 9);
    const std::int64_t n = random_.between(1, 20);
    const std::int64_t k = random_.chance(4) ? 0 : random_.between(1, 12);
    return matmul(strided(dtype, batch, m, k), strided(dtype, batch, k, n));
  }

  /// [batch..., rows, columns], its axes stored in any order, some of them repeated.
  Value strided(DType dtype, const std::vector<std::int64_t>& batch, std::int64_t rows,
                std::int64_t columns) {
    std::vector<std::int64_t> wanted = batch;
    wanted.push_back(rows);
    wanted.push_back(columns);
    std::vector<std::int64_t> stored(wanted.size());
    std::vector<int> order;
    for (std::size_t d = 0; d < wanted.size(); ++d)
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(random_.below(order.size() + 1)),
                   static_cast<int>(d));
    if (random_.chance(40)) std::ranges::sort(order);
    for (std::size_t d = 0; d < wanted.size(); ++d) {
      const bool repeats = wanted[d] > 0 && random_.chance(15);
      stored[static_cast<std::size_t>(order[d])] = repeats ? 1 : wanted[d];
    }
    const Shape shape{std::span<const std::int64_t>(stored)};
    const Value flat = g_.constant(0);
    const std::int64_t n = shape.elements();
    Value x = reshape(read_bytes(flat, DType::f32, {n}, 4 * random_.between(0, 100)), shape);
    if (dtype == DType::i8)
      x = convert(x * 50.0F, dtype);
    else if (random_.chance(50))
      x = sin(x);
    return broadcast_to(transpose(x, order), Shape{std::span<const std::int64_t>(wanted)});
  }

  Value index(std::int64_t count, std::int64_t rows) {
    const Value spread =
        g_.iota({count}, 0) * g_.scalar_i32(static_cast<std::int32_t>(random_.between(1, 7)));
    return random_.chance(10) ? spread - g_.scalar_i32(3)
                              : bit_and(spread, g_.scalar_i32(static_cast<std::int32_t>(rows | 1)));
  }

  Value gathered() {
    const Value x = matrix(any());
    const std::int64_t columns = x.shape().last();
    const Value table = reshape(x, {columns == 0 ? 1 : x.shape().elements() / columns, columns});
    if (table.shape()[0] == 0) return x;
    return gather(table, index(random_.pick<std::int64_t>({0, 1, 5, rows_, rows_}), table.shape()[0]));
  }

  Value scattered() {
    const Value x = matrix(random_.chance(80) ? f32() : any_of(DType::i32));
    const std::int64_t columns = x.shape().last();
    const Value updates = reshape(x, {columns == 0 ? 1 : x.shape().elements() / columns, columns});
    return g_.scatter_add(index(updates.shape()[0], rows_), updates, rows_);
  }

  Random& random_;
  GraphBuilder& g_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t batch_;
  std::vector<Value> pool_;
};

/// Mostly in (-2, 2), some of any bits.
Bytes random_floats(Random& random, std::int64_t count, int percent_any) {
  Bytes bytes(static_cast<std::size_t>(4 * count));
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = static_cast<float>(random.between(-4096, 4096)) / 2048.0F;
    store_le(bytes.data() + 4 * i, random.chance(percent_any) ? static_cast<std::uint32_t>(random.bits())
                                                              : std::bit_cast<std::uint32_t>(x));
  }
  return bytes;
}

/// The passes of the executor, more of them each time.
const std::vector<std::pair<const char*, runtime::ExecutorOptions>>& variants() {
  static const std::vector<std::pair<const char*, runtime::ExecutorOptions>> list = {
      {"no passes", {.fuse = false, .recompute = false, .in_place = false}},
      {"fused", {.recompute = false, .in_place = false}},
      {"fused, recomputing", {.in_place = false}},
      {"fused, recomputing, in place", {}},
  };
  return list;
}

/// Runs the graph into `value`, over a copy of the state where it can.
void run_into(runtime::Executor& executor, ByteView state, std::span<const ByteView> constants,
              Bytes& value) {
  if (executor.writes_over_state() && state.size() == value.size()) {
    std::ranges::copy(state, value.begin());
    executor.run(value, constants, value);
  } else {
    executor.run(state, constants, value);
  }
}

std::optional<std::string> compare_traces(const program::Graph& graph, const runtime::Inputs& inputs) {
  runtime::NodeEvaluator reference;
  const runtime::Trace expected = runtime::trace(graph, inputs, reference);
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    for (const kernels::Isa isa : kernels::supported_isas()) {
      const runtime::Trace found = runtime::trace_fused(graph, inputs, pool, isa);
      const auto [root, other] = std::ranges::mismatch(found.roots, expected.roots);
      if (root == found.roots.end()) continue;
      const auto node = static_cast<std::size_t>(root - found.roots.begin());
      return fmt::format("{} of {} nodes, {}, {} threads: the trace has another root of node {}, a {}",
                         found.roots.size(), graph.nodes.size(), kernels::name_of(isa), threads, node,
                         program::name_of(graph.nodes[node].form));
    }
  }
  return std::nullopt;
}

std::optional<std::string> compare(const RandomProgram& made, GraphKind kind, ByteView state, Bytes& value) {
  const program::Graph& graph = made.program.graph(kind);
  const auto constants = made.constant_views();
  value = runtime::interpret(graph, {state, constants, made.program.literals});
  if (auto difference = compare_traces(graph, {state, constants, made.program.literals})) return difference;
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    for (const kernels::Isa isa : kernels::supported_isas()) {
      for (const auto& [passes, options] : variants()) {
        runtime::ExecutorOptions with = options;
        with.isa = isa;
        runtime::Executor executor(graph, made.program.literals, pool, with);
        Bytes fast(value.size(), 0xCD);
        for (int run = 0; run < 2; ++run) {
          run_into(executor, state, constants, fast);
          const auto [at, other] = std::ranges::mismatch(fast, value);
          if (at == fast.end()) continue;
          return fmt::format(
              "{} of {} nodes, {}, {}, {} threads, run {}: byte {} of {} is {:02x}, the interpreter has "
              "{:02x}",
              name_of(kind), graph.nodes.size(), kernels::name_of(isa), passes, threads, run,
              at - fast.begin(), fast.size(), *at, *other);
        }
      }
    }
  }
  return std::nullopt;
}

/// A step of random parts of the state, some computed where they stand, some from what stands elsewhere, so
/// that one may overwrite what another has yet to read.
Value shuffled_state(Random& random, GraphBuilder& builder) {
  constexpr std::int64_t kFloats = kStateBytes / 4;
  const std::int64_t first = random.between(1, kFloats - 2);
  const std::int64_t second = random.between(first + 1, kFloats - 1);
  const auto part = [&](std::int64_t begin, std::int64_t end) {
    const auto read = [&] {
      const std::int64_t at = random.chance(60) ? begin : random.between(0, kFloats - (end - begin));
      return read_bytes(builder.state(), DType::f32, {end - begin}, 4 * at);
    };
    Value x = sin(read() * 3.0F);
    for (std::int64_t more = random.between(0, 3); more > 0; --more)
      x = random.chance(50) ? x * read() : read() - x;
    if (random.chance(20)) x = x + reshape(sum(read(), 0), {1});
    return as_u8(x);
  };
  const std::array parts = {part(0, first), part(first, second), part(second, kFloats)};
  return program::concat(parts, 0);
}

}  // namespace

std::optional<std::string> compare_executor(const RandomProgram& made) {
  Bytes state;
  Bytes next;
  Bytes result;
  if (auto difference = compare(made, GraphKind::init, {}, state)) return difference;
  if (auto difference = compare(made, GraphKind::step, state, next)) return difference;
  return compare(made, GraphKind::output, next, result);
}

RandomProgram random_chains(Random& random, int operations) {
  RandomProgram made;
  program::Program& program = made.program;
  program.state_bytes = kStateBytes;
  made.constants = {random_floats(random, 7000, 0), random_floats(random, 500, random.chance(30) ? 5 : 0)};
  for (const Bytes& constant : made.constants)
    program.constants.push_back({merkle::blob_root(constant), std::ssize(constant)});
  {
    GraphBuilder builder(&program.literals, -1, program.constants);
    program.graph(GraphKind::init) = builder.finish(slice(builder.constant(0), 0, 400, 400 + kStateBytes));
  }
  {
    GraphBuilder builder(&program.literals, kStateBytes, program.constants);
    program.graph(GraphKind::step) = builder.finish(shuffled_state(random, builder));
  }
  {
    GraphBuilder builder(&program.literals, kStateBytes, program.constants);
    program.graph(GraphKind::output) = builder.finish(Chains(random, builder).build(operations));
  }
  program.result_bytes = program.graph(GraphKind::output).nodes.back().bytes();
  const Status status = validate(program);
  ENSURE(status.has_value(), "{}", status.error().message);
  return made;
}

}  // namespace lydian::sim
