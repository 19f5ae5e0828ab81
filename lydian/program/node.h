// One operator of a graph with all that a contract needs to judge it: docs/protocol.md section 2. A node
// holds its operands' byte lengths and extents, so that an element can be found without a look at any other
// node.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "lydian/core/bytes.h"
#include "lydian/tensor/dtype.h"
#include "lydian/tensor/shape.h"

namespace lydian::program {

using tensor::DType;
using tensor::Shape;

enum class Form : std::uint8_t {
  literal = 0,
  iota = 1,
  map = 2,
  view = 3,
  concat = 4,
  matmul = 5,
  reduce = 6,
  gather = 7,
  scatter_add = 8,
};
inline constexpr int kForms = 9;
[[nodiscard]] std::string_view name_of(Form form);

inline constexpr int kMaxOperands = 3;
inline constexpr int kNodeBytes = 256;

/// Where an operand's bytes come from: an earlier node of the graph, the state the step starts from, or a
/// constant of the program.
enum class RefKind : std::uint8_t { node = 0, state = 1, constant = 2 };

struct Ref {
  RefKind kind = RefKind::node;
  std::uint32_t index = 0;
  auto operator<=>(const Ref&) const = default;
};

struct Operand {
  Ref ref;
  DType dtype = DType::u8;
  std::uint8_t broadcast_mask = 0;  // map: bit d set where this operand has extent 1 and the output has not
  std::int64_t bytes = 0;
  bool operator==(const Operand&) const = default;
};

struct Node {
  Form form = Form::literal;
  std::uint8_t fn = 0;  // kernels::ScalarFn of a map, kernels::ReduceFn of a reduce
  DType dtype = DType::u8;
  Shape shape;
  std::uint8_t axis = 0;
  std::uint8_t operand_count = 0;
  std::array<Operand, kMaxOperands> operands;
  std::int64_t extent = 0;                               // matmul K, reduce n, gather R, scatter_add n
  std::int64_t offset = 0;                               // view, in elements
  std::array<std::int64_t, kMaxOperands> extents{};      // concat, on the axis
  std::array<std::int64_t, tensor::kMaxRank> strides{};  // view, in elements
  Root literal;                                          // blob root of a literal's bytes

  bool operator==(const Node&) const = default;
  [[nodiscard]] std::int64_t bytes() const { return shape.elements() * tensor::size_of(dtype); }
};

/// The 256 bytes that a contract reads.
[[nodiscard]] std::array<std::uint8_t, kNodeBytes> encode(const Node& node);
/// Accepts only what encode() makes: reserved and unused fields are zero. What a node means in its graph is
/// checked by validate.h.
[[nodiscard]] Result<Node> decode_node(ByteView bytes);
[[nodiscard]] Root hash_of(const Node& node);

}  // namespace lydian::program
