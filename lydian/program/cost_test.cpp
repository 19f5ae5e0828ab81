#include "lydian/program/cost.h"

#include <gtest/gtest.h>

#include <limits>

#include "lydian/program/program_test_data.h"

namespace lydian::program {
namespace {

class CostOf : public testing::Test {
 protected:
  LiteralTable literals_;
  GraphBuilder g_{&literals_, 1 << 20, {}};

  Value tensor(const Shape& shape, std::int64_t element = 0) {
    return read_bytes(g_.state(), DType::f32, shape, 4 * element);
  }
  Cost of(Value x) { return cost_of(g_.nodes()[x.ref().index]); }
};

TEST_F(CostOf, a_matmul_is_two_operations_a_term) {
  // (2, 3, 4) x (2, 4, 5): 2 batches, 3 x 5 elements of 4 terms.
  const Value product = matmul(tensor({2, 3, 4}), tensor({2, 4, 5}));
  EXPECT_EQ(of(product), (Cost{2 * 3 * 5 * 4 * 2, 4 * (24 + 40 + 30)}));
}

TEST_F(CostOf, forms_that_copy_have_bytes_and_no_operations) {
  const Value x = tensor({8, 4});
  EXPECT_EQ(of(x), (Cost{0, 2 * 128}));
  EXPECT_EQ(of(slice(x, 0, 0, 2)), (Cost{0, 2 * 32})) << "reads what it copies";
  EXPECT_EQ(of(concat({x, slice(x, 0, 0, 2)}, 0)), (Cost{0, 2 * 160}));
  EXPECT_EQ(of(gather(x, g_.iota({3}, 0))), (Cost{0, 2 * 48 + 12}));
  EXPECT_EQ(of(g_.scatter_add(g_.iota({8}, 0), x, 2)), (Cost{32, 32 + 128 + 32}));
}

TEST_F(CostOf, a_softmax_over_rows) {
  // (16, 64): maximum, subtraction, exp, sum, division.
  const Value x = tensor({16, 64});
  const std::size_t first = g_.nodes().size();
  const Value shifted = x - reshape(max(x, 1), {16, 1});
  const Value e = exp(shifted);
  const Value y = e / reshape(sum(e, 1), {16, 1});
  Cost total;
  for (std::size_t i = first; i < g_.nodes().size(); ++i) {
    const Cost cost = cost_of(g_.nodes()[i]);
    total = {total.flops + cost.flops, total.bytes + cost.bytes};
  }
  const int n = 16 * 64;
  EXPECT_EQ(total.flops, n + n + 16 * n + n + 4 * n);
  const int rows = 4 * 16;
  const int full = 4 * n;
  EXPECT_EQ(total.bytes, 2 * (full + rows) + 2 * (2 * rows) + 2 * (2 * full + rows) + 2 * full);
  EXPECT_EQ(y.shape(), (Shape{16, 64}));
}

/// x (4, 8) through two layers: hidden 16, out 2.
Program mlp() {
  Program program{.steps = 10, .interval = 5, .state_bytes = 4 * 8 * 4, .result_bytes = 4 * 2 * 4};
  const Bytes weights(4 * (8 * 16 + 16 * 2 + 16));
  const auto part = [&](std::int64_t count) {
    return ByteView(weights).first(static_cast<std::size_t>(4 * count));
  };
  const auto layers = [&](GraphBuilder& g) {
    const Value x = read_bytes(g.state(), DType::f32, {4, 8}, 0);
    const Value product = matmul(x, g.literal(DType::f32, {8, 16}, part(128)));
    const Value sum = product + g.literal(DType::f32, {16}, part(16));
    const Value hidden = maximum(sum, g.scalar(0));
    return matmul(hidden, g.literal(DType::f32, {16, 2}, part(32)));
  };
  GraphBuilder init(&program.literals, -1, {});
  program.graph(GraphKind::init) = init.finish(as_u8(init.literal(DType::f32, {4, 8}, part(32))));
  GraphBuilder step(&program.literals, program.state_bytes, {});
  const Value y = layers(step);
  program.graph(GraphKind::step) = step.finish(as_u8(concat({y, y, y, y}, 1)));
  GraphBuilder output(&program.literals, program.state_bytes, {});
  program.graph(GraphKind::output) = output.finish(as_u8(layers(output)));
  return program;
}

TEST(CostOfProgram, an_mlp_by_hand) {
  const ProgramCost cost = cost_of(mlp());
  const std::int64_t forward = 2 * 4 * 8 * 16 + 4 * 16 + 4 * 16 + 2 * 4 * 16 * 2;
  EXPECT_EQ(cost.graph(GraphKind::init).flops, 0);
  EXPECT_EQ(cost.graph(GraphKind::step).flops, forward);
  EXPECT_EQ(cost.graph(GraphKind::output).flops, forward);
  EXPECT_EQ(cost.job.flops, 11 * forward);
  EXPECT_EQ(cost.job.bytes, cost.graph(GraphKind::init).bytes + 10 * cost.graph(GraphKind::step).bytes +
                                cost.graph(GraphKind::output).bytes);
  EXPECT_EQ(cost.step_millis, 1U);
}

TEST(PeakMemory, an_mlp_by_hand) {
  const Program program = mlp();
  // Output graph in order: x 128, W1 512, product 256 (x, W1 end), b1 64, sum 256 (both end), 0 4, maximum
  // 256 (both end), W2 128, y 32, bytes 32.
  EXPECT_EQ(peak_outputs(program.graph(GraphKind::output)), 128 + 512 + 256);
  std::int64_t literals = 0;
  for (const auto& [root, bytes] : program.literals) literals += std::ssize(bytes);
  EXPECT_EQ(literals, 512 + 64 + 4 + 128);
  EXPECT_EQ(peak_memory(program), 128 + (128 + 512 + 256) + literals);
}

TEST(PeakMemory, outputs_are_freed_after_their_last_use) {
  LiteralTable literals;
  GraphBuilder g(&literals, 400, {});
  Value x = read_bytes(g.state(), DType::f32, {100}, 0);
  const Value kept = x;
  for (int i = 0; i < 10; ++i) x = exp(x);
  EXPECT_EQ(peak_outputs(g.finish(as_u8(x))), 2 * 400);
  EXPECT_EQ(peak_outputs(g.finish(as_u8(x + kept))), 3 * 400);
}

TEST(PeakMemory, refuses_what_does_not_fit) {
  const Program program = mlp();
  const std::int64_t needed = peak_memory(program);
  EXPECT_TRUE(check_memory(program, needed));
  const auto status = check_memory(program, needed - 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "program: needs 1732 bytes of memory, 1731 are available");
}

TEST(CostOfProgram, step_millis_follow_from_the_reference_rates) {
  LiteralTable literals;
  Program program = mlp();
  GraphBuilder g(&literals, 1 << 26, {});
  const Value x = read_bytes(g.state(), DType::f32, {4096, 4096}, 0);
  program.graph(GraphKind::step) = g.finish(as_u8(matmul(x, x)));
  const std::int64_t flops = 2LL * 4096 * 4096 * 4096;
  const std::int64_t bytes = (4LL << 24) * (2 + 3 + 2);
  EXPECT_EQ(cost_of(program).graph(GraphKind::step), (Cost{flops, bytes}));
  EXPECT_EQ(cost_of(program).step_millis, flops / 2'000'000 + bytes / 1'000'000 + 1);
}

TEST(CostOfProgram, figures_beyond_63_bits_are_the_largest) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Program program = mlp();
  for (Node& node : program.graph(GraphKind::step).nodes) {
    if (node.form == Form::matmul) node.shape = {1 << 20, 1 << 20}, node.extent = tensor::kMaxExtent;
  }
  program.steps = std::int64_t{1} << 40;
  const ProgramCost cost = cost_of(program);
  EXPECT_EQ(cost.graph(GraphKind::step).flops, most);
  EXPECT_EQ(cost.job, (Cost{most, most}));
  EXPECT_EQ(cost.step_millis, std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace lydian::program
