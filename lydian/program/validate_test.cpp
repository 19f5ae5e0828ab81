#include "lydian/program/validate.h"

#include <gtest/gtest.h>

#include <functional>

#include "lydian/program/program_test_data.h"

namespace lydian::program {
namespace {

const std::vector<Constant>& sample_constants() {
  static const std::vector<Constant> constants = sample_program().constants;
  return constants;
}

TEST(Validate, accepts_the_sample) {
  const auto status = validate(sample_program());
  EXPECT_TRUE(status) << status.error().message;
}

struct NodeCase {
  Form form;
  std::string_view reason;
  std::function<void(Node&)> change;
};

void expect_each_refused(const std::vector<NodeCase>& cases) {
  for (const auto& [form, reason, change] : cases) {
    const auto [original, earlier] = sample_node(form);
    Node node = original;
    change(node);
    const auto status = validate(node, earlier, {32, sample_constants()});
    ASSERT_FALSE(status) << name_of(form) << ": " << reason;
    EXPECT_NE(status.error().message.find(reason), std::string::npos) << status.error().message;
  }
}

TEST(Validate, refuses_references_to_what_is_not_there) {
  expect_each_refused({
      {Form::matmul, "refers to node 1000", [](Node& n) { n.operands[0].ref.index = 1000; }},
      {Form::matmul, "does not come before", [](Node& n) { n.operands[0].ref.index = 2; }},
      {Form::view, "refers to state 1", [](Node& n) { n.operands[0].ref = {RefKind::state, 1}; }},
      {Form::view, "refers to constant 1 of 1", [](Node& n) { n.operands[0].ref = {RefKind::constant, 1}; }},
      {Form::view, "unknown kind", [](Node& n) { n.operands[0].ref.kind = static_cast<RefKind>(3); }},
      {Form::view, "operand 0 is f32, expected u8", [](Node& n) { n.operands[0].dtype = DType::f32; }},
      {Form::view, "is said to have 31 bytes", [](Node& n) { n.operands[0].bytes = 31; }},
  });
  const auto [view, earlier] = sample_node(Form::view);
  const auto status = validate(view, earlier, {-1, sample_constants()});
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("which this graph does not have"), std::string::npos);
}

TEST(Validate, refuses_fields_that_the_form_does_not_use) {
  expect_each_refused({
      {Form::view, "fn is 1", [](Node& n) { n.fn = 1; }},
      {Form::view, "axis is 1", [](Node& n) { n.axis = 1; }},
      {Form::map, "the extent is 1", [](Node& n) { n.extent = 1; }},
      {Form::map, "an offset or stride", [](Node& n) { n.offset = 1; }},
      {Form::map, "an offset or stride", [](Node& n) { n.strides[0] = 1; }},
      {Form::view, "stride 2 is set beyond the rank 2", [](Node& n) { n.strides[2] = 1; }},
      {Form::map, "concat extent 0", [](Node& n) { n.extents[0] = 1; }},
      {Form::concat, "concat extent 2", [](Node& n) { n.extents[2] = 1; }},
      {Form::matmul, "operand 1 has a broadcast mask", [](Node& n) { n.operands[1].broadcast_mask = 1; }},
      {Form::map, "a literal's root", [](Node& n) { n.literal.bytes[0] = 1; }},
  });
}

TEST(Validate, refuses_a_wrong_number_of_operands) {
  for (int form = 0; form < kForms; ++form) {
    auto [node, earlier] = sample_node(static_cast<Form>(form));
    const int most = node.form == Form::literal || node.form == Form::iota ? 0 : 3;
    for (int count = 0; count <= kMaxOperands; ++count) {
      Node changed = node;
      changed.operand_count = static_cast<std::uint8_t>(count);
      for (int i = node.operand_count; i < count; ++i)
        changed.operands[static_cast<std::size_t>(i)] = node.operands[0];
      if (count > most || node.operand_count == 0) {
        for (auto& operand : changed.operands)
          operand = {.ref = {RefKind::state, 0}, .dtype = DType::u8, .bytes = 32};
      }
      const auto status = validate(changed, earlier, {32, sample_constants()});
      EXPECT_EQ(status.has_value(), count == node.operand_count)
          << name_of(node.form) << " with " << count << " operands";
    }
  }
}

TEST(Validate, refuses_maps_that_do_not_fit) {
  expect_each_refused({
      {Form::map, "8", [](Node& n) { n.fn = 8; }},
      {Form::map, "mulhi", [](Node& n) { n.fn = static_cast<std::uint8_t>(kernels::ScalarFn::mulhi); }},
      {Form::map, "the output is i32, expected f32", [](Node& n) { n.dtype = DType::i32; }},
      {Form::map, "beyond the rank", [](Node& n) { n.operands[0].broadcast_mask = 0x80; }},
      {Form::map, "has 4 elements, the output's shape and its mask ask for 2",
       [](Node& n) { n.operands[0].broadcast_mask = 1; }},
      {Form::map, "ask for 6", [](Node& n) { n.shape = {2, 3}; }},
      {Form::map, "whose extent is 1",
       [](Node& n) { n.shape = {2, 2, 1}, n.operands[0].broadcast_mask = 4; }},
  });
}

TEST(Validate, refuses_views_that_reach_outside) {
  expect_each_refused({
      {Form::view, "reaches outside", [](Node& n) { n.offset = 1; }},
      {Form::view, "reaches outside", [](Node& n) { n.strides[0] = 5; }},
      {Form::view, "reaches outside", [](Node& n) { n.strides[1] = -1; }},
      {Form::view, "reaches outside",
       [](Node& n) { n.strides[0] = std::numeric_limits<std::int64_t>::min(); }},
      {Form::view, "reaches outside",
       [](Node& n) { n.strides[0] = std::numeric_limits<std::int64_t>::max(); }},
      {Form::view, "which has 8 elements of f32", [](Node& n) { n.shape = {2, 5}; }},
      {Form::view, "which has 8 elements of i32", [](Node& n) { n.dtype = DType::i32, n.offset = 8; }},
  });
}

TEST(Validate, accepts_views_up_to_the_last_element) {
  auto [node, earlier] = sample_node(Form::view);
  node.strides = {-4, -1};
  node.offset = 7;
  EXPECT_TRUE(validate(node, earlier, {32, sample_constants()}));
  node.offset = 6;
  EXPECT_FALSE(validate(node, earlier, {32, sample_constants()}));
  node.shape = {0, 4};
  EXPECT_TRUE(validate(node, earlier, {32, sample_constants()})) << "a view of nothing reaches nothing";
}

TEST(Validate, refuses_the_other_forms_that_do_not_fit) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  expect_each_refused({
      {Form::iota, "axis 1 of rank 1", [](Node& n) { n.axis = 1; }},
      {Form::iota, "an iota is f32, expected i32", [](Node& n) { n.dtype = DType::f32; }},
      {Form::concat, "axis 2 of rank 2", [](Node& n) { n.axis = 2; }},
      {Form::concat, "a concat operand is f32, expected i32", [](Node& n) { n.dtype = DType::i32; }},
      {Form::concat, "a concat operand has the shape [1, 4], expected [2, 4]",
       [](Node& n) { n.extents[0] = 2; }},
      {Form::concat, "a concat operand has the shape", [](Node& n) { n.axis = 1; }},
      {Form::concat, "cover 2 of the 3", [](Node& n) { n.shape = {3, 4}; }},
      {Form::concat, "a concat extent of", [](Node& n) { n.extents[0] = kHuge; }},
      {Form::matmul, "a matmul of rank 1", [](Node& n) { n.shape = {2}; }},
      {Form::matmul, "gives f32 or i32, not u8", [](Node& n) { n.dtype = DType::u8; }},
      {Form::matmul, "the left operand is f32, expected i8", [](Node& n) { n.dtype = DType::i32; }},
      {Form::matmul, "the left operand has the shape [2, 4], expected [2, 3]", [](Node& n) { n.extent = 3; }},
      {Form::matmul, "the right operand has the shape [4, 2], expected [4, 3]",
       [](Node& n) { n.shape = {2, 3}; }},
      {Form::matmul, "K is", [](Node& n) { n.extent = kHuge; }},
      {Form::reduce, "reduce function 3", [](Node& n) { n.fn = 3; }},
      {Form::reduce, "axis 2 of rank 2", [](Node& n) { n.axis = 2; }},
      {Form::reduce, "axis 0 of rank 9", [](Node& n) { n.shape = {1, 1, 1, 1, 1, 1, 1, 1}, n.axis = 0; }},
      {Form::reduce, "the output is f32, expected i32", [](Node& n) { n.fn = 2; }},
      {Form::reduce, "the output is i32, expected f32", [](Node& n) { n.dtype = DType::i32; }},
      {Form::reduce, "expected [2] with 3 inserted at axis 1", [](Node& n) { n.extent = 3; }},
      {Form::reduce, "with 1099511627776 inserted",
       [](Node& n) { n.shape = {1 << 18, 1 << 20}, n.extent = kHuge; }},
      {Form::reduce, "expected [3] with 2 inserted", [](Node& n) { n.shape = {3}; }},
      {Form::gather, "a gather gives [n, C], not rank 1", [](Node& n) { n.shape = {2}; }},
      {Form::gather, "a gather from 0 rows", [](Node& n) { n.extent = 0; }},
      {Form::gather, "a gather from 1099511627776 rows", [](Node& n) { n.extent = kHuge; }},
      {Form::gather, "the table is f32, expected i32", [](Node& n) { n.dtype = DType::i32; }},
      {Form::gather, "the table has the shape [2, 4], expected [3, 4]", [](Node& n) { n.extent = 3; }},
      {Form::gather, "expected [4294967295, 1048576]",
       [](Node& n) { n.shape = {1 << 18, 1 << 20}, n.extent = tensor::kMaxExtent; }},
      {Form::gather, "the index has the shape [2], expected [3]", [](Node& n) { n.shape = {3, 4}; }},
      {Form::gather, "the index is f32, expected i32", [](Node& n) { n.operands[1] = n.operands[0]; }},
      {Form::scatter_add, "R of 1 or more", [](Node& n) { n.shape = {0, 4}; }},
      {Form::scatter_add, "R of 1 or more", [](Node& n) { n.shape = {2}; }},
      {Form::scatter_add, "a scatter_add of u8", [](Node& n) { n.dtype = DType::u8; }},
      {Form::scatter_add, "the updates is f32, expected i32", [](Node& n) { n.dtype = DType::i32; }},
      {Form::scatter_add, "the index is f32, expected i32", [](Node& n) { n.operands[0] = n.operands[1]; }},
      {Form::scatter_add, "the index has the shape [2], expected [3]", [](Node& n) { n.extent = 3; }},
      {Form::scatter_add, "a scatter_add of 1099511627776 rows", [](Node& n) { n.extent = kHuge; }},
      {Form::scatter_add, "the updates has the shape [2, 4], expected [2, 5]",
       [](Node& n) { n.shape = {2, 5}; }},
  });
}

TEST(Validate, refuses_an_output_beyond_2_to_40_bytes) {
  Node node{.form = Form::iota, .dtype = DType::i32, .shape = {1 << 20, 1 << 20}};
  const auto status = validate(node, {}, {});
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("at most 2^40"), std::string::npos);
  node.shape = {1 << 20, 1 << 18};
  EXPECT_TRUE(validate(node, {}, {}));
}

TEST(Validate, refuses_programs_that_do_not_fit) {
  struct ProgramCase {
    std::string_view reason;
    std::function<void(Program&)> change;
  };
  const std::vector<ProgramCase> cases = {
      {"0 steps", [](Program& p) { p.steps = 0; }},
      {"steps, expected 1 to 2^40", [](Program& p) { p.steps = (std::int64_t{1} << 40) + 1; }},
      {"an interval of 0", [](Program& p) { p.interval = 0; }},
      {"an interval of 4 for 3 steps", [](Program& p) { p.interval = 4; }},
      {"constant 0 has", [](Program& p) { p.constants[0].bytes = std::int64_t{1} << 32; }},
      {"state or result longer", [](Program& p) { p.state_bytes = std::int64_t{1} << 32; }},
      {"state or result longer", [](Program& p) { p.result_bytes = std::int64_t{1} << 32; }},
      {"graph init: it is empty", [](Program& p) { p.graph(GraphKind::init) = {}; }},
      {"graph step: it is empty", [](Program& p) { p.graph(GraphKind::step) = {}; }},
      {"graph output: it is empty", [](Program& p) { p.graph(GraphKind::output) = {}; }},
      {"graph init: its value is u8 [32], expected u8 [8]",
       [](Program& p) {
         p.graph(GraphKind::output) = p.graph(GraphKind::init), p.result_bytes = 32, p.state_bytes = 8;
       }},
      {"graph output: its value is f32", [](Program& p) { p.graph(GraphKind::output).nodes.pop_back(); }},
      {"graph init, node 0: the literal", [](Program& p) { p.literals.clear(); }},
      {"the literal has 31 bytes, its shape asks for 32",
       [](Program& p) { p.literals.at(p.graph(GraphKind::init).nodes[0].literal).pop_back(); }},
      {"graph init, node 1 (view): an operand refers to the state",
       [](Program& p) { p.graph(GraphKind::init).nodes[1].operands[0].ref = {RefKind::state, 0}; }},
      {"graph exchange, node 0 (view)",
       [](Program& p) {
         p.graph(GraphKind::exchange) = p.graph(GraphKind::step);
         p.graph(GraphKind::exchange).nodes[0].offset = 1;
       }},
  };
  for (const auto& [reason, change] : cases) {
    Program program = sample_program();
    change(program);
    const auto status = validate(program);
    ASSERT_FALSE(status) << reason;
    EXPECT_NE(status.error().message.find(reason), std::string::npos) << status.error().message;
  }
}

}  // namespace
}  // namespace lydian::program
