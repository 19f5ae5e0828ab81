// Verdicts by the definition, and openings in their order. Refusals of real openings:
// sim/dispute_moves_test.cpp.
#include "lydian/dispute/referee.h"

#include <gtest/gtest.h>

#include "lydian/crypto/sha256.h"
#include "lydian/merkle/tree.h"

namespace lydian::dispute {
namespace {

using program::DType;
using program::Form;
using program::Node;
using program::RefKind;

Bytes floats(const std::vector<float>& values) {
  Bytes bytes(values.size() * 4);
  for (std::size_t i = 0; i < values.size(); ++i) store_le(bytes.data() + 4 * i, values[i]);
  return bytes;
}

Node argmax_of(std::int64_t extent) {
  Node node{.form = Form::reduce, .fn = 2, .dtype = DType::i32, .operand_count = 1, .extent = extent};
  node.operands[0] = {.ref = {}, .dtype = DType::f32, .bytes = extent * 4};
  return node;
}

Result<bool> argmax_verdict(const std::vector<float>& x, std::uint32_t claimed, std::uint64_t named) {
  const Bytes bytes = floats(x);
  const std::array<ByteView, 1> operands = {bytes};
  runtime::BytesReader reader(operands);
  return holds({.node = argmax_of(std::ssize(x)), .claimed = claimed, .extra = named}, reader);
}

TEST(Referee, argmax_stands_unless_the_named_position_beats_it) {
  const std::vector<float> x = {1, 5, 5, 2};
  EXPECT_TRUE(*argmax_verdict(x, 1, 0));
  EXPECT_TRUE(*argmax_verdict(x, 1, 1)) << "the claimed position itself";
  EXPECT_TRUE(*argmax_verdict(x, 1, 2)) << "equal, but later";
  EXPECT_FALSE(*argmax_verdict(x, 2, 1)) << "equal and earlier";
  EXPECT_FALSE(*argmax_verdict(x, 0, 2)) << "greater";
  EXPECT_TRUE(*argmax_verdict(x, 2, 3)) << "wrong, but not shown to be";
}

TEST(Referee, argmax_outside_its_axis_falls_without_a_look) {
  EXPECT_FALSE(*argmax_verdict({1, 2}, 2, 0));
  EXPECT_FALSE(*argmax_verdict({1, 2}, 0xffffffff, 0));
  EXPECT_TRUE(*argmax_verdict({}, 0, 0));
  EXPECT_FALSE(*argmax_verdict({}, 1, 0));
  const auto named_outside = argmax_verdict({1, 2}, 0, 2);
  ASSERT_FALSE(named_outside);
  EXPECT_EQ(named_outside.error().message, "position 2 on an axis of 2");
}

TEST(Referee, a_chain_is_judged_by_one_operation_on_the_accumulator) {
  Node node{.form = Form::matmul, .dtype = DType::f32, .shape = {1, 1}, .operand_count = 2, .extent = 3};
  node.operands[0] = node.operands[1] = {.ref = {}, .dtype = DType::f32, .bytes = 12};
  const Bytes a = floats({1, 2, 3});
  const Bytes b = floats({10, 20, 30});
  const std::array<ByteView, 2> operands = {a, b};
  runtime::BytesReader reader(operands);
  Question question{.node = node, .position = 1, .before = std::bit_cast<std::uint32_t>(7.0F)};
  question.claimed = std::bit_cast<std::uint32_t>(47.0F);
  EXPECT_TRUE(*holds(question, reader));
  ++question.claimed;
  EXPECT_FALSE(*holds(question, reader));
}

/// A gather from a constant by an index that is the state: two openings, index first.
struct Gather : testing::Test {
  Gather() {
    node = {.form = Form::gather, .dtype = DType::f32, .shape = {2, 1}, .operand_count = 2, .extent = 3};
    node.operands[0] = {.ref = {RefKind::constant, 0}, .dtype = DType::f32, .bytes = 12};
    node.operands[1] = {.ref = {RefKind::state, 0}, .dtype = DType::i32, .bytes = 8};
    const program::Constant constant{merkle::blob_root(table), 12};
    sources.header.constant_count = 1;
    sources.header.constants_root = hash_of(constant);
    sources.state = merkle::blob_root(index);
    sources.has_state = true;
    openings = {{.root = sources.state, .length = 8, .link_path = {}, .block = index, .block_path = {}},
                {.root = constant.root, .length = 12, .link_path = {}, .block = table, .block_path = {}}};
  }

  [[nodiscard]] Result<bool> verdict(float claimed) const {
    return judge(sources, {.node = node, .element = 1, .claimed = std::bit_cast<std::uint32_t>(claimed)},
                 openings);
  }

  Bytes table = floats({10, 20, 30});
  Bytes index = {0, 0, 0, 0, 99, 0, 0, 0};  // the second is beyond the table: clamped to row 2
  Node node;
  Sources sources;
  std::vector<Opening> openings;
};

TEST_F(Gather, is_judged_from_index_and_table) {
  EXPECT_TRUE(*verdict(30));
  EXPECT_FALSE(*verdict(20));
}

TEST_F(Gather, refuses_openings_that_show_not_what_they_must) {
  const auto refused = [&](auto change, const std::string& rule) {
    const auto right = std::pair(openings, sources);
    change();
    const auto result = verdict(30);
    std::tie(openings, sources) = right;
    ASSERT_FALSE(result) << rule;
    EXPECT_NE(result.error().message.find(rule), std::string::npos) << result.error().message;
  };
  refused([&] { std::swap(openings[0], openings[1]); }, "opening of operand 1: length 12, the node says 8");
  refused([&] { openings.pop_back(); }, "opening of operand 0: it is missing: 1 given");
  refused([&] { openings.push_back(openings[0]); }, "openings: 3 given, the operation reads 2");
  refused([&] { openings[0].root.bytes[0] ^= 1; }, "is not the state's");
  refused([&] { openings[0].link_path.emplace_back(); }, "is not the state's");
  refused([&] { sources.has_state = false; }, "a state that init does not have");
  refused([&] { openings[1].root.bytes[0] ^= 1; }, "opening of operand 0: proof of leaf 0 leads to root");
  refused([&] { sources.header.constant_count = 0; }, "leaf 0 in a tree of 0");
  refused([&] { openings[1].block[3] ^= 1; }, "leads to root");
  refused([&] { openings[1].block_path.emplace_back(); }, "siblings");
}

}  // namespace
}  // namespace lydian::dispute
