#include "lydian/program/node.h"

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256.h"

namespace lydian::program {
namespace {

constexpr std::array<std::string_view, kForms> kFormNames = {
    "literal", "iota", "map", "view", "concat", "matmul", "reduce", "gather", "scatter_add"};
constexpr int kWord = 32;
constexpr int kOperandRefs = 12;  // byte offset in word 0

std::uint64_t load64(const std::uint8_t* bytes, int word, int index) {
  return load_be<std::uint64_t>(bytes + word * kWord + index * 8);
}

Status expect_zero(ByteView bytes, std::size_t begin, std::size_t end, std::string_view what) {
  for (std::size_t i = begin; i < end; ++i) {
    if (bytes[i] != 0) return fail("node: byte {} ({}) is {}, it must be 0", i, what, bytes[i]);
  }
  return {};
}

/// A 64-bit field that holds a size.
Result<std::int64_t> load_size(const std::uint8_t* bytes, int word, int index, std::string_view what) {
  const std::uint64_t value = load64(bytes, word, index);
  if (value > (std::uint64_t{1} << 44)) return fail("node: {} is {}, more than 2^44", what, value);
  return static_cast<std::int64_t>(value);
}

Result<Shape> load_shape(const std::uint8_t* bytes, int rank) {
  std::array<std::int64_t, tensor::kMaxRank> extents{};
  for (int d = 0; d < tensor::kMaxRank; ++d) {
    extents[static_cast<std::size_t>(d)] = load_be<std::uint32_t>(bytes + kWord + d * 4);
    if (d >= rank && extents[static_cast<std::size_t>(d)] != 0)
      return fail("node: axis {} is beyond the rank {}, its extent must be 0", d, rank);
  }
  return Shape::make(std::span(extents).first(static_cast<std::size_t>(rank)));
}

}  // namespace

std::string_view name_of(Form form) { return kFormNames[static_cast<std::size_t>(form)]; }

std::array<std::uint8_t, kNodeBytes> encode(const Node& node) {
  std::array<std::uint8_t, kNodeBytes> out{};
  std::uint8_t* p = out.data();
  p[0] = static_cast<std::uint8_t>(node.form);
  p[1] = node.fn;
  p[2] = static_cast<std::uint8_t>(node.dtype);
  p[3] = static_cast<std::uint8_t>(node.shape.rank());
  p[4] = node.operand_count;
  p[5] = node.axis;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    const Operand& operand = node.operands[i];
    ENSURE(operand.ref.index < (1U << 24), "operand reference {}", operand.ref.index);
    p[6 + i] = static_cast<std::uint8_t>(operand.dtype);
    p[9 + i] = operand.broadcast_mask;
    store_be<std::uint32_t>(p + kOperandRefs + 4 * i,
                            static_cast<std::uint32_t>(operand.ref.kind) << 24 | operand.ref.index);
    store_be<std::uint64_t>(p + 2 * kWord + 8 * i, static_cast<std::uint64_t>(operand.bytes));
  }
  for (int d = 0; d < node.shape.rank(); ++d)
    store_be<std::uint32_t>(p + kWord + 4 * d, static_cast<std::uint32_t>(node.shape[d]));
  store_be<std::uint64_t>(p + 2 * kWord + 24, static_cast<std::uint64_t>(node.extent));
  store_be<std::uint64_t>(p + 3 * kWord, static_cast<std::uint64_t>(node.offset));
  for (std::size_t i = 0; i < kMaxOperands; ++i)
    store_be<std::uint64_t>(p + 3 * kWord + 8 + 8 * i, static_cast<std::uint64_t>(node.extents[i]));
  for (std::size_t d = 0; d < node.strides.size(); ++d)
    store_be<std::uint64_t>(p + 4 * kWord + 8 * d, static_cast<std::uint64_t>(node.strides[d]));
  std::copy(node.literal.bytes.begin(), node.literal.bytes.end(), p + 6 * kWord);
  return out;
}

Result<Node> decode_node(ByteView bytes) {
  if (bytes.size() != kNodeBytes) return fail("node: {} bytes, expected {}", bytes.size(), kNodeBytes);
  const std::uint8_t* p = bytes.data();
  Node node;
  if (p[0] >= kForms) return fail("node: form {} is unknown, the last is {}", p[0], kForms - 1);
  node.form = static_cast<Form>(p[0]);
  node.fn = p[1];
  node.dtype = TRY(tensor::dtype_from_code(p[2]));
  if (p[3] > tensor::kMaxRank) return fail("node: rank {}, at most {} is possible", p[3], tensor::kMaxRank);
  if (p[4] > kMaxOperands) return fail("node: {} operands, at most {} are possible", p[4], kMaxOperands);
  node.operand_count = p[4];
  node.axis = p[5];
  node.shape = TRY(load_shape(p, p[3]));
  for (std::size_t i = 0; i < kMaxOperands; ++i) {
    if (i >= node.operand_count) {
      TRY_STATUS(expect_zero(bytes, 6 + i, 7 + i, "dtype of an operand that is not there"));
      TRY_STATUS(expect_zero(bytes, 9 + i, 10 + i, "mask of an operand that is not there"));
      TRY_STATUS(expect_zero(bytes, kOperandRefs + 4 * i, kOperandRefs + 4 * i + 4,
                             "reference of an operand that is not there"));
      TRY_STATUS(expect_zero(bytes, 2 * kWord + 8 * i, 2 * kWord + 8 * i + 8,
                             "length of an operand that is not there"));
      continue;
    }
    Operand& operand = node.operands[i];
    operand.dtype = TRY(tensor::dtype_from_code(p[6 + i]));
    operand.broadcast_mask = p[9 + i];
    const auto ref = load_be<std::uint32_t>(p + kOperandRefs + 4 * i);
    if (ref >> 24 > 2)
      return fail("node: operand {} has the reference kind {}, expected 0, 1 or 2", i, ref >> 24);
    operand.ref = {static_cast<RefKind>(ref >> 24), ref & 0xffffff};
    operand.bytes = TRY(load_size(p, 2, static_cast<int>(i), "an operand's length"));
  }
  TRY_STATUS(expect_zero(bytes, 24, 32, "reserved"));
  node.extent = TRY(load_size(p, 2, 3, "the extent"));
  node.offset = TRY(load_size(p, 3, 0, "the offset"));
  for (std::size_t i = 0; i < kMaxOperands; ++i)
    node.extents[i] = TRY(load_size(p, 3, static_cast<int>(i) + 1, "a concat extent"));
  for (std::size_t d = 0; d < node.strides.size(); ++d)
    node.strides[d] = static_cast<std::int64_t>(load64(p, 4, static_cast<int>(d)));
  node.literal = Root::from_bytes(bytes.subspan(6 * kWord, kWord));
  TRY_STATUS(expect_zero(bytes, 7 * kWord, 8 * kWord, "reserved"));
  return node;
}

Root hash_of(const Node& node) { return crypto::sha256(encode(node)); }

}  // namespace lydian::program
