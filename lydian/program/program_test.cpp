#include "lydian/program/program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lydian/core/file.h"
#include "lydian/crypto/sha256.h"
#include "lydian/merkle/proof.h"
#include "lydian/program/program_test_data.h"
#include "lydian/program/validate.h"

namespace lydian::program {
namespace {

void expect_refused(ByteView bytes, std::string_view reason) {
  const auto program = decode_program(bytes);
  ASSERT_FALSE(program) << reason;
  EXPECT_NE(program.error().message.find(reason), std::string::npos) << program.error().message;
}

TEST(NodeBytes, every_node_decodes_to_itself) {
  const Program program = sample_program();
  for (const Graph& graph : program.graphs) {
    for (const Node& node : graph.nodes) {
      const auto decoded = decode_node(encode(node));
      ASSERT_TRUE(decoded) << decoded.error().message;
      EXPECT_EQ(*decoded, node);
    }
  }
}

TEST(NodeBytes, every_other_value_of_every_byte_is_refused_or_canonical) {
  const Program program = sample_program();
  int refused = 0;
  for (const Node& node : program.graph(GraphKind::step).nodes) {
    auto bytes = encode(node);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::uint8_t original = bytes[i];
      for (int value = 0; value < 256; ++value) {
        bytes[i] = static_cast<std::uint8_t>(value);
        const auto decoded = decode_node(bytes);
        if (decoded) {
          ASSERT_EQ(encode(*decoded), bytes) << "byte " << i << " = " << value;
        }
        refused += !decoded;
      }
      bytes[i] = original;
    }
  }
  EXPECT_GT(refused, 100'000);
}

TEST(NodeBytes, refuses_what_no_node_encodes_to) {
  struct Refused {
    Form form;
    std::size_t byte;
    std::uint8_t value;
    std::string_view reason;
  };
  const std::vector<Refused> refused = {
      {Form::map, 0, 9, "form 9 is unknown"},
      {Form::map, 2, 7, "element type code 7"},
      {Form::map, 3, 9, "rank 9"},
      {Form::map, 4, 4, "4 operands"},
      {Form::matmul, 8, 1, "dtype of an operand that is not there"},
      {Form::matmul, 11, 1, "mask of an operand that is not there"},
      {Form::matmul, 23, 1, "reference of an operand that is not there"},
      {Form::matmul, 6, 7, "element type code 7"},
      {Form::matmul, 12, 3, "reference kind 3"},
      {Form::map, 24, 1, "byte 24 (reserved)"},
      {Form::map, 31, 1, "byte 31 (reserved)"},
      {Form::matmul, 32 + 8 + 3, 1, "axis 2 is beyond the rank 2"},
      {Form::matmul, 64, 1, "an operand's length"},
      {Form::matmul, 64 + 16 + 7, 1, "length of an operand that is not there"},
      {Form::matmul, 64 + 24, 1, "the extent"},
      {Form::view, 96, 1, "the offset"},
      {Form::concat, 96 + 8, 1, "a concat extent"},
      {Form::map, 255, 1, "byte 255 (reserved)"},
  };
  for (const auto& [form, byte, value, reason] : refused) {
    auto bytes = encode(sample_node(form).node);
    bytes[byte] = value;
    const auto node = decode_node(bytes);
    ASSERT_FALSE(node) << reason;
    EXPECT_NE(node.error().message.find(reason), std::string::npos) << node.error().message;
  }
  EXPECT_FALSE(decode_node(Bytes(255)));
  EXPECT_FALSE(decode_node(Bytes(257)));
}

TEST(ProgramBytes, decode_to_the_program) {
  const Program program = sample_program();
  const auto decoded = decode_program(encode(program));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, program);
  EXPECT_EQ(root_of(*decoded), root_of(program));
}

TEST(ProgramBytes, the_exchange_graph_is_covered_too) {
  Program program = sample_program();
  const Root without = root_of(program);
  program.graph(GraphKind::exchange) = program.graph(GraphKind::step);
  EXPECT_NE(root_of(program), without);
  const auto decoded = decode_program(encode(program));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, program);
}

TEST(ProgramBytes, a_changed_byte_is_refused_or_another_canonical_program) {
  Bytes bytes = encode(sample_program());
  const Root root = root_of(sample_program());
  int accepted = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ flip);
      if (const auto program = decode_program(bytes)) {
        ASSERT_EQ(encode(*program), bytes) << "byte " << i;
        ASSERT_NE(root_of(*program), root) << "byte " << i;
        ++accepted;
      }
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ flip);
    }
  }
  // Only the numbers of steps can change alone, and the interval to another that is not beyond them.
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 20);
}

TEST(ProgramBytes, a_changed_node_under_a_matching_header_is_refused_or_canonical) {
  const Program program = sample_program();
  for (std::size_t n = 0; n < program.graph(GraphKind::step).nodes.size(); ++n) {
    const auto original = encode(program.graph(GraphKind::step).nodes[n]);
    for (std::size_t i = 0; i < original.size(); ++i) {
      for (const int flip : {0x01, 0x02, 0x80, 0xff}) {
        auto bytes = original;
        bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ flip);
        const auto node = decode_node(bytes);
        if (!node || node->form == Form::literal) continue;
        Program changed = program;
        changed.graph(GraphKind::step).nodes[n] = *node;
        const Bytes blob = encode(changed);
        if (const auto decoded = decode_program(blob)) {
          ASSERT_EQ(encode(*decoded), blob) << "node " << n << " byte " << i;
        }
      }
    }
  }
}

TEST(ProgramBytes, refuses_every_shorter_and_longer_blob) {
  const Bytes bytes = encode(sample_program());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(decode_program(ByteView(bytes).first(size))) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  expect_refused(longer, "1 bytes follow its end");
}

TEST(ProgramBytes, refuses_and_says_where) {
  const Bytes bytes = encode(sample_program());
  struct Refused {
    std::size_t byte;
    std::uint8_t value;
    std::string_view reason;
  };
  const std::size_t literals = bytes.size() - 2 * (8 + 4) - (8 + 32);
  const std::vector<Refused> refused = {
      {0, 'L', "does not begin with \"lydian\""},
      {6, 1, "the header does not match"},
      {31, 2, "made under version 2 of the operators' definitions, this build executes versions 1 to 1"},
      {31, 0, "made under version 0"},
      {28, 1, "made under version 16777217"},
      {32, 1, "the number of steps does not fit"},
      {32 + 25, 1, "the number of steps is"},
      {63, 0, "0 steps"},
      {95, 0, "an interval of 0"},
      {95, 4, "an interval of 4 for 3 steps"},
      {127, 31, "graph init: its value is u8 [32], expected u8 [31]"},
      {159, 9, "graph output: its value"},
      {160, 1, "graph init has"},
      {160 + 7, 3, "graph"},
      {192, 0, "the header does not match"},
      {353, 0, "the header does not match"},
      {kHeaderBytes, 9, "graph init, node 0: node: form 9"},
      {literals + 7, 31, "the bytes of literal"},
      {literals + 8, 1, "the bytes of literal"},
      {literals, 1, "ends at byte"},
  };
  for (const auto& [byte, value, reason] : refused) {
    Bytes changed = bytes;
    ASSERT_NE(changed[byte], value) << byte;
    changed[byte] = value;
    expect_refused(changed, reason);
  }
}

// vectors/program.json is read by the contract's tests as well. To write it anew after a change of the
// encoding (which is a new version of the definitions): LYDIAN_WRITE_VECTORS=1.
nlohmann::ordered_json vector_of(const Program& program) {
  const auto hex = [](ByteView bytes) { return "0x" + to_hex(bytes); };
  const Graph& step = program.graph(GraphKind::step);
  const merkle::ListTree tree(node_hashes(step));
  nlohmann::ordered_json json;
  json["definitionsVersion"] = program.definitions;
  json["blob"] = hex(encode(program));
  json["programRoot"] = hex(root_of(program).view());
  json["header"] = hex(encode_header(program));
  for (const Node& node : step.nodes) json["stepNodes"].push_back(hex(encode(node)));
  json["stepRoot"] = hex(tree.root().view());
  const std::uint64_t proven = step.nodes.size() - 1;
  json["provenIndex"] = proven;
  for (const Root& sibling : tree.proof(proven).siblings) json["proof"].push_back(hex(sibling.view()));
  return json;
}

TEST(ProgramRoot, is_that_of_the_golden_file) {
  const std::filesystem::path path = std::filesystem::path(LYDIAN_SOURCE_DIR) / "vectors" / "program.json";
  const std::string text = vector_of(sample_program()).dump(1) + "\n";
  if (std::getenv("LYDIAN_WRITE_VECTORS") != nullptr) {
    ASSERT_TRUE(write_file_atomic(path, as_bytes(text)));
  }
  const auto golden = read_text_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden);
}

TEST(ProgramRoot, covers_the_version_of_the_definitions) {
  Program program = sample_program();
  const Root root = root_of(program);
  EXPECT_TRUE(validate(program));
  ++program.definitions;
  EXPECT_NE(root_of(program), root);
  EXPECT_EQ(load_be<std::uint32_t>(encode_header(program).data() + 28), kLastDefinitionsVersion + 1);
  const auto status = validate(program);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("version 2 of the operators' definitions"), std::string::npos);
}

TEST(ProgramRoot, covers_every_node_through_the_graphs_root) {
  const Program program = sample_program();
  const Graph& step = program.graph(GraphKind::step);
  const merkle::ListTree tree(node_hashes(step));
  EXPECT_EQ(tree.root(), root_of(step));
  const auto header = encode_header(program);
  EXPECT_EQ(Root::from_bytes(ByteView(header).subspan(7 * 32, 32)), root_of(step));
  EXPECT_EQ(crypto::sha256(header), root_of(program));
  for (std::size_t i = 0; i < step.nodes.size(); ++i) {
    EXPECT_TRUE(merkle::verify_leaf(root_of(step), step.nodes.size(), hash_of(step.nodes[i]), i,
                                    tree.proof(i).siblings));
  }
}

}  // namespace
}  // namespace lydian::program
