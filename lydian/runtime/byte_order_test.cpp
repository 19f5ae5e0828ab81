// These run on the build machine and, under emulation, on a big-endian one (./dev test): what is written here
// as numbers is the same on both.
#include "lydian/runtime/byte_order.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "lydian/core/bytes.h"
#include "lydian/program/builder.h"
#include "lydian/runtime/executor.h"
#include "lydian/runtime/kernel_evaluator.h"

namespace lydian::runtime {
namespace {

using program::concat;
using program::GraphBuilder;
using program::LiteralTable;
using program::read_bytes;
using program::Value;

template <typename T>
Bytes in_memory(std::initializer_list<T> numbers) {
  Bytes bytes(numbers.size() * sizeof(T));
  std::memcpy(bytes.data(), std::data(numbers), bytes.size());
  return bytes;
}

template <typename T>
Bytes in_a_file(std::initializer_list<T> numbers) {
  Bytes bytes(numbers.size() * sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store_le(bytes.data() + i * sizeof(T), std::data(numbers)[i]);
  return bytes;
}

TEST(ByteOrder, elements_go_from_memory_to_the_file_and_back) {
  Bytes words = in_memory<std::uint32_t>({0x01020304, 0xa0b0c0d0});
  swap_file_and_memory(words, 4);
  EXPECT_EQ(words, (Bytes{4, 3, 2, 1, 0xd0, 0xc0, 0xb0, 0xa0}));
  swap_file_and_memory(words, 4);
  EXPECT_EQ(words, in_memory<std::uint32_t>({0x01020304, 0xa0b0c0d0}));
  Bytes halves = in_memory<std::uint16_t>({0x0102, 0x0304});
  swap_file_and_memory(halves, 2);
  EXPECT_EQ(halves, (Bytes{2, 1, 4, 3}));
  Bytes bytes = {1, 2, 3};
  swap_file_and_memory(bytes, 1);
  EXPECT_EQ(bytes, (Bytes{1, 2, 3}));
}

TEST(ByteOrder, every_size_is_read_from_every_size_as_the_file_has_it) {
  ThreadPool pool(2);
  // The file: 0x10, 0x11, ..., 0x1f.
  const Bytes file = in_a_file<std::uint32_t>({0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c});
  const Bytes words = in_memory<std::uint32_t>({0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c});
  const Bytes halves =
      in_memory<std::uint16_t>({0x1110, 0x1312, 0x1514, 0x1716, 0x1918, 0x1b1a, 0x1d1c, 0x1f1e});
  for (const auto& [buffer, stored] : {std::pair(file, 1), std::pair(halves, 2), std::pair(words, 4)}) {
    SCOPED_TRACE(stored);
    Bytes to(8);
    copy_reread(pool, {2, 1}, buffer.data(), stored, 3, {-2, 7}, to.data(), 4);
    EXPECT_EQ(to, in_memory<std::uint32_t>({0x1f1e1d1c, 0x17161514}));
    to.resize(6);
    copy_reread(pool, {3}, buffer.data(), stored, 1, {3}, to.data(), 2);
    EXPECT_EQ(to, in_memory<std::uint16_t>({0x1312, 0x1918, 0x1f1e}));
    to.resize(4);
    copy_reread(pool, {2, 2}, buffer.data(), stored, 2, {5, 1}, to.data(), 1);
    EXPECT_EQ(to, (Bytes{0x12, 0x13, 0x17, 0x18}));
  }
}

/// The graph's value by the executor, which must be the interpreter's.
Bytes value_of(const program::Graph& graph, const LiteralTable& literals, ByteView state, ByteView constant) {
  const std::array constants = {constant};
  const Bytes wanted = interpret(graph, {state, constants, literals});
  for (const bool fuse : {true, false}) {
    ThreadPool pool(2);
    Bytes value(wanted.size());
    Executor(graph, literals, pool, {kernels::active_isa(), fuse}).run(state, constants, value);
    EXPECT_EQ(value, wanted) << fuse;
  }
  return wanted;
}

TEST(ByteOrder, a_graph_reads_states_constants_and_literals_and_writes_a_value_as_files_have_them) {
  using program::DType;
  LiteralTable literals;
  const Bytes state = in_a_file<float>({1.0F, 2.0F, 3.0F, 4.0F});
  const Bytes tokens = in_a_file<std::uint16_t>({300, 7, 65535, 2});
  const std::array constants = {program::Constant{{}, std::ssize(tokens)}};
  GraphBuilder g(&literals, std::ssize(state), constants);
  const Value x = read_bytes(g.state(), DType::f32, {2, 2}, 0);
  const Value token = convert(read_bytes(g.constant(0), DType::u16, {4}, 0), DType::i32);
  const Value literal = g.literal(DType::f32, {2}, in_a_file<float>({0.5F, -8.0F}));
  const std::array parts = {as_u8(transpose(x, {1, 0}) + literal), as_u8(token),
                            as_u8(convert(x, DType::bf16))};
  Bytes wanted = in_a_file<float>({1.5F, -5.0F, 2.5F, -4.0F});
  for (const Bytes& more : {in_a_file<std::int32_t>({300, 7, 65535, 2}),
                            in_a_file<std::uint16_t>({0x3f80, 0x4000, 0x4040, 0x4080})})
    wanted.insert(wanted.end(), more.begin(), more.end());
  EXPECT_EQ(value_of(g.finish(concat(parts, 0)), literals, state, tokens), wanted);
}

TEST(ByteOrder, a_value_computed_here_is_read_as_smaller_and_larger_elements) {
  using program::DType;
  LiteralTable literals;
  const Bytes state = in_a_file<std::int32_t>({0x01020304, 0x05060708});
  GraphBuilder g(&literals, std::ssize(state), {});
  const Value words = read_bytes(g.state(), DType::i32, {2}, 0) + g.scalar_i32(0x10101010);
  const Value halves = convert(read_bytes(words, DType::u16, {4}, 0), DType::i32);
  const std::array<std::int64_t, 1> every_third = {3};
  const Value bytes = g.view(words, DType::u8, {2}, 1, every_third);
  const Value again = read_bytes(concat({bytes, bytes}, 0), DType::u16, {2}, 0);
  const std::array parts = {as_u8(halves), as_u8(convert(bytes, DType::i32)),
                            as_u8(convert(again, DType::i32))};
  EXPECT_EQ(value_of(g.finish(concat(parts, 0)), literals, state, {}),
            in_a_file<std::int32_t>({0x1314, 0x1112, 0x1718, 0x1516, 0x13, 0x18, 0x1813, 0x1813}));
}

TEST(ByteOrder, an_evaluated_node_is_bytes_of_a_file) {
  LiteralTable literals;
  GraphBuilder g(&literals, 8, {});
  const Value x = read_bytes(g.state(), program::DType::f32, {2}, 0);
  const program::Graph graph = g.finish(x + g.scalar(1.0F));
  ThreadPool pool(1);
  KernelEvaluator evaluator(pool);
  std::vector<Bytes> outputs;
  for_each_output(
      graph, {in_a_file<float>({1.0F, 2.0F}), {}, literals}, evaluator,
      [&](std::uint32_t, ByteView output) { outputs.emplace_back(output.begin(), output.end()); });
  EXPECT_EQ(outputs, (std::vector<Bytes>{in_a_file<float>({1.0F, 2.0F}), in_a_file<float>({1.0F}),
                                         in_a_file<float>({2.0F, 3.0F})}));
}

}  // namespace
}  // namespace lydian::runtime
