#include "lydian/runtime/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lydian/program/builder.h"
#include "lydian/runtime/interpreter.h"

namespace lydian::runtime {
namespace {

using program::concat;
using program::DType;
using program::GraphBuilder;
using program::LiteralTable;
using program::Shape;
using program::Value;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <typename T>
Bytes to_bytes(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) store_le(bytes.data() + i * sizeof(T), values[i]);
  return bytes;
}

template <typename T>
std::vector<T> from_bytes(ByteView bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = load_le<T>(bytes.data() + i * sizeof(T));
  return values;
}

/// A graph under construction whose value is what the test asks about.
struct Evaluate : testing::Test {
  LiteralTable literals;
  GraphBuilder g{&literals, -1, {}};

  Value f32(const Shape& shape, const std::vector<float>& x) {
    return g.literal(DType::f32, shape, to_bytes(x));
  }
  Value i32(const Shape& shape, const std::vector<std::int32_t>& x) {
    return g.literal(DType::i32, shape, to_bytes(x));
  }
  Value i8(const Shape& shape, const std::vector<std::int8_t>& x) {
    return g.literal(DType::i8, shape, to_bytes(x));
  }

  Bytes run(Value x) { return interpret(g.finish(x), {{}, {}, literals}); }
  std::vector<float> floats(Value x) { return from_bytes<float>(run(x)); }
  std::vector<std::uint32_t> words(Value x) { return from_bytes<std::uint32_t>(run(x)); }
  std::vector<std::int32_t> ints(Value x) { return from_bytes<std::int32_t>(run(x)); }
};

using Ints = std::vector<std::int32_t>;
using Floats = std::vector<float>;
using Words = std::vector<std::uint32_t>;

TEST_F(Evaluate, literal_is_its_bytes) {
  EXPECT_EQ(words(g.literal(DType::f32, {2}, to_bytes<std::uint32_t>({0xffc00001, 1}))),
            (Words{0xffc00001, 1}));
}

TEST_F(Evaluate, iota_counts_along_its_axis) {
  EXPECT_EQ(ints(g.iota({2, 3, 2}, 1)), (Ints{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(ints(g.iota({2, 3}, 0)), (Ints{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(ints(g.iota({0, 3}, 1)), Ints{});
}

TEST_F(Evaluate, map_broadcasts_each_operand_by_its_mask) {
  const Value column = f32({2, 1}, {10, 20});
  const Value row = f32({1, 3}, {1, 2, 3});
  EXPECT_EQ(floats(column + row), (Floats{11, 12, 13, 21, 22, 23}));
  EXPECT_EQ(floats(row * 2.0f), (Floats{2, 4, 6}));
  const Value middle = f32({2, 1, 2}, {1, 2, 3, 4});
  const Value ends = f32({1, 2, 1}, {10, 20});
  EXPECT_EQ(floats(middle + ends), (Floats{11, 12, 21, 22, 13, 14, 23, 24}));
}

TEST_F(Evaluate, map_applies_nan_and_tiny_rules) {
  const Value tiny = f32({1}, {1e-20f});
  EXPECT_EQ(words(tiny * f32({2}, {1e-20f, -1e-20f})), (Words{0, 0x80000000}));
  const Value nan = g.literal(DType::f32, {1}, to_bytes<std::uint32_t>({0xff800001}));
  EXPECT_EQ(words(nan + nan), Words{0x7fc00000});
}

TEST_F(Evaluate, select_copies_bits) {
  const Value strange = g.literal(DType::f32, {2}, to_bytes<std::uint32_t>({0xffc00001, 1}));
  EXPECT_EQ(words(select(i32({2}, {-5, 0}), strange, f32({2}, {7, 8}))), (Words{0xffc00001, 0x41000000}));
}

TEST_F(Evaluate, convert_reads_and_writes_narrow_types) {
  EXPECT_EQ(run(convert(f32({3}, {-129, 1.9f, kNan}), DType::i8)), (Bytes{0x80, 1, 0}));
  EXPECT_EQ(run(convert(f32({2}, {1, -2}), DType::bf16)), (Bytes{0x80, 0x3f, 0x00, 0xc0}));
  EXPECT_EQ(ints(convert(i8({2}, {-1, 5}), DType::i32)), (Ints{-1, 5}));
  EXPECT_EQ(ints(convert(convert(i32({1}, {-1}), DType::u16), DType::i32)), Ints{65535});
}

TEST_F(Evaluate, view_transposes_slices_reverses_and_broadcasts) {
  const Value x = i32({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(ints(transpose(x, {1, 0})), (Ints{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(ints(slice(x, 1, 1, 3)), (Ints{2, 3, 5, 6}));
  const std::int64_t backwards[] = {-1};
  EXPECT_EQ(ints(g.view(x, DType::i32, {6}, 5, backwards)), (Ints{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(ints(broadcast_to(i32({2, 1}, {1, 2}), {2, 2, 2})), (Ints{1, 1, 2, 2, 1, 1, 2, 2}));
}

TEST_F(Evaluate, view_reads_another_type_little_endian) {
  const Value bytes = g.literal(DType::u8, {8}, Bytes{9, 9, 9, 9, 0x00, 0x00, 0x80, 0x3f});
  EXPECT_EQ(floats(read_bytes(bytes, DType::f32, {1}, 4)), Floats{1.0f});
  EXPECT_EQ(run(as_u8(i32({1}, {0x01020304}))), (Bytes{4, 3, 2, 1}));
}

TEST_F(Evaluate, concat_takes_each_operand_in_turn_and_skips_empty_ones) {
  const Value a = i32({2, 1}, {1, 2});
  const Value b = i32({2, 2}, {3, 4, 5, 6});
  const Value none = i32({2, 0}, {});
  EXPECT_EQ(ints(concat({a, b}, 1)), (Ints{1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(ints(concat({none, a, b}, 1)), (Ints{1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(ints(concat({a, none, b}, 1)), (Ints{1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(ints(concat({b, i32({1, 2}, {7, 8})}, 0)), (Ints{3, 4, 5, 6, 7, 8}));
}

TEST_F(Evaluate, matmul_is_a_chain_of_fma_in_ascending_k) {
  // 2^24 + 1 is not a float: the order of the three products shows.
  const Value a = f32({1, 3}, {16777216, 1, -16777216});
  EXPECT_EQ(floats(matmul(a, f32({3, 1}, {1, 1, 1}))), Floats{0});
  EXPECT_EQ(floats(matmul(f32({1, 3}, {16777216, -16777216, 1}), f32({3, 1}, {1, 1, 1}))), Floats{1});
  // fma keeps the low bits of a product that mul would round: (1 + 2^-12)^2 - 1 - 2^-11 = 2^-24.
  const float x = 1.0f + 0x1p-12f;
  EXPECT_EQ(floats(matmul(f32({1, 2}, {-1.0f - 0x1p-11f, x}), f32({2, 1}, {1, x}))), Floats{0x1p-24f});
}

TEST_F(Evaluate, matmul_is_batched) {
  const Value a = f32({2, 1, 2}, {1, 2, 3, 4});
  const Value b = f32({2, 2, 3}, {1, 0, 2, 0, 1, 2, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(floats(matmul(a, b)), (Floats{1, 2, 6, 47, 54, 61}));
}

TEST_F(Evaluate, matmul_underflow_is_gradual_inside_and_flushed_at_the_end) {
  const float tiny = 1e-20f;
  const Value a = f32({1, 2}, {tiny, 1});
  EXPECT_EQ(words(matmul(f32({1, 1}, {tiny}), f32({1, 1}, {tiny}))), Words{0});
  const float product = std::fma(tiny, tiny, 0.0f);  // subnormal
  ASSERT_NE(product, 0);
  EXPECT_EQ(floats(matmul(a, f32({2, 1}, {tiny, 0x1p-126f}))), Floats{0x1p-126f + product});
}

TEST_F(Evaluate, matmul_of_i8_wraps) {
  EXPECT_EQ(ints(matmul(i8({1, 2}, {-128, 127}), i8({2, 2}, {-128, 3, 127, -1}))), (Ints{32513, -511}));
}

TEST_F(Evaluate, empty_axes) {
  EXPECT_EQ(words(matmul(f32({1, 0}, {}), f32({0, 2}, {}))), (Words{0, 0}));
  EXPECT_EQ(words(sum(f32({2, 0}, {}), 1)), (Words{0, 0}));
  EXPECT_EQ(words(max(f32({1, 0}, {}), 1)), Words{0xff800000});
  EXPECT_EQ(words(max(i32({1, 0}, {}), 1)), Words{0x80000000});
  EXPECT_EQ(words(argmax(f32({1, 0}, {}), 1)), Words{0});
  EXPECT_EQ(words(g.scatter_add(i32({0}, {}), f32({0, 2}, {}), 1)), (Words{0, 0}));
  EXPECT_EQ(words(sum(f32({0, 3}, {}), 1)), Words{});
}

TEST_F(Evaluate, sum_adds_in_32_lanes_and_folds_them) {
  // Lane 0 gets 2^24 + 1 = 2^24 and then -2^24; lane 1 gets 1. Ascending order over all would give 0.
  std::vector<float> x(65, 0.0f);
  x[0] = 16777216;
  x[32] = 1;
  x[64] = -16777216;
  x[1] = 1;
  EXPECT_EQ(floats(sum(f32({65}, x), 0)), Floats{1});
  // The fold adds lane 16 to lane 0 first, then lane 8, 4, 2, 1.
  std::vector<float> folds(32, 0.0f);
  folds[0] = 16777216;
  folds[16] = 1;
  folds[1] = 1;
  folds[17] = 1;
  EXPECT_EQ(floats(sum(f32({32}, folds), 0)), Floats{16777218});
}

TEST_F(Evaluate, sum_over_an_inner_axis) {
  EXPECT_EQ(floats(sum(f32({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), 1)), (Floats{9, 12, 27, 30}));
  EXPECT_EQ(ints(sum(i32({2, 2}, {0x7fffffff, 1, 1, 2}), 0)), (Ints{-0x7fffffff - 1, 3}));
}

TEST_F(Evaluate, maximum_orders_zeros_and_propagates_nan) {
  EXPECT_EQ(words(max(f32({2}, {-0.0f, 0.0f}), 0)), Words{0});
  EXPECT_EQ(words(max(f32({2}, {-0.0f, -0.0f}), 0)), Words{0x80000000});
  EXPECT_EQ(words(max(f32({3}, {1, kNan, kInf}), 0)), Words{0x7fc00000});
  EXPECT_EQ(words(max(f32({1}, {1e-40f}), 0))[0], std::bit_cast<std::uint32_t>(1e-40f)) << "no tiny rule";
}

TEST_F(Evaluate, argmax_finds_the_first_that_no_other_beats) {
  EXPECT_EQ(ints(argmax(f32({4}, {1, 3, 3, 2}), 0)), Ints{1});
  EXPECT_EQ(ints(argmax(f32({4}, {1, kNan, kInf, kNan}), 0)), Ints{1});
  EXPECT_EQ(ints(argmax(f32({2}, {-0.0f, 0.0f}), 0)), Ints{1});
  EXPECT_EQ(ints(argmax(f32({3}, {-kInf, -kInf, -kInf}), 0)), Ints{0});
  EXPECT_EQ(ints(argmax(i32({2, 2}, {-1, 5, 3, 5}), 0)), (Ints{1, 0}));
}

TEST_F(Evaluate, argmax_holds_nans_of_any_payload_equal) {
  const Value nans = g.literal(DType::f32, {2}, to_bytes<std::uint32_t>({0xff800001, 0x7fc00000}));
  EXPECT_EQ(ints(argmax(nans, 0)), Ints{0});
}

TEST_F(Evaluate, gather_clamps_its_index_and_copies_bits) {
  const Value table = g.literal(DType::bf16, {3, 2}, to_bytes<std::uint16_t>({1, 2, 3, 4, 0x7f81, 6}));
  EXPECT_EQ(from_bytes<std::uint16_t>(run(gather(table, i32({4}, {-7, 1, 2, 99})))),
            (std::vector<std::uint16_t>{1, 2, 3, 4, 0x7f81, 6, 0x7f81, 6}));
}

TEST_F(Evaluate, scatter_add_adds_rows_in_order_of_position) {
  const Value updates = f32({4, 1}, {16777216, 1, -16777216, 5});
  EXPECT_EQ(floats(g.scatter_add(i32({4}, {1, 1, 1, 0}), updates, 3)), (Floats{5, 0, 0}));
  EXPECT_EQ(floats(g.scatter_add(i32({4}, {-9, 77, 1, 77}), updates, 3)), (Floats{16777216, -16777216, 6}));
  EXPECT_EQ(ints(g.scatter_add(i32({2}, {0, 0}), i32({2, 2}, {1, 2, 0x7fffffff, 3}), 1)),
            (Ints{-0x7fffffff - 1, 5}));
}

TEST_F(Evaluate, scatter_add_flushes_tiny_and_starts_from_plus_zero) {
  EXPECT_EQ(words(g.scatter_add(i32({2}, {0, 1}), f32({2, 1}, {-0.0f, -1e-40f}), 2)), (Words{0, 0x80000000}));
}

// ---- chains

TEST_F(Evaluate, chain_pieces_lead_to_the_element) {
  std::vector<float> x;
  for (int i = 0; i < 77; ++i) x.push_back(std::sin(static_cast<float>(i)) * 1e3f);
  const Value a = f32({7, 11}, x);
  const Value b = f32({11, 7}, x);
  const Value row = f32({77}, x);
  const Value index = i32({7}, {0, 1, 1, 2, 0, 1, 1});
  for (const Value value : {matmul(a, b), max(row, 0), sum(a, 1), g.scatter_add(index, a, 3)}) {
    const program::Graph graph = g.finish(value);
    const Node& node = graph.nodes.back();
    NodeEvaluator reference;
    std::vector<std::uint32_t> refs;
    for (std::size_t i = 0; i < node.operand_count; ++i) refs.push_back(node.operands[i].ref.index);
    const std::vector<Bytes> bytes = outputs_of(graph, {{}, {}, literals}, reference, refs);
    const std::vector<ByteView> operands(bytes.begin(), bytes.end());
    ASSERT_TRUE(has_chain(node));
    for (std::int64_t i = 0; i < node.shape.elements(); ++i) {
      std::uint32_t end = 0;
      if (has_lanes(node)) {
        end = fold_lanes(lanes(node, operands, i));
      } else {
        const std::int64_t counts[] = {1, chain_length(node)};
        const auto partial = accumulators(node, operands, i, 0, counts);
        BytesReader reader(operands);
        EXPECT_EQ(advance(node, reader, i, 0, 0, initial_accumulator(node)), partial[0]);
        end = partial[1];
      }
      EXPECT_EQ(finish(node, end), element(node, operands, i)) << name_of(node.form) << " " << i;
    }
  }
}

TEST_F(Evaluate, lanes_of_a_short_sum_are_empty) {
  const Value total = sum(f32({34}, std::vector<float>(34, 1.0f)), 0);
  const Node node = g.nodes()[total.ref().index];
  EXPECT_EQ(chain_length(node, 0), 2);
  EXPECT_EQ(chain_length(node, 1), 2);
  EXPECT_EQ(chain_length(node, 2), 1);
  EXPECT_EQ(chain_length(g.nodes()[sum(f32({5}, Floats(5)), 0).ref().index], 5), 0);
}

}  // namespace
}  // namespace lydian::runtime
