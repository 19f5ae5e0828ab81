// First pass of the executor: where each node's value lies. Views are looked through: a value is a buffer and
// a strided access to it, and only what no consumer can read through strides is copied together.
#pragma once

#include <vector>

#include "lydian/program/program.h"
#include "lydian/program/view_algebra.h"

namespace lydian::runtime {

using program::Access;
using program::DType;
using program::Form;
using program::Graph;
using program::Node;
using program::Shape;

/// Bytes that exist while a graph runs.
struct Buffer {
  enum class Kind : std::uint8_t { node, state, constant, literal, iota };
  Kind kind = Kind::node;
  std::uint32_t index = 0;  // the node that owns it (node, literal, iota), or the constant's number
  bool operator==(const Buffer&) const = default;
};

/// A value: elements of dtype in a buffer, in the order that the access gives them.
struct Source {
  Buffer buffer;
  DType dtype = DType::u8;
  Access access;

  [[nodiscard]] bool is_dense() const { return access.is_dense(); }
};

struct Lowering {
  /// By node: where its value lies.
  std::vector<Source> values;
  /// By node: set where a view is copied together from elsewhere into a dense buffer of its own.
  std::vector<std::optional<Source>> copied_from;

  /// The value of an operand.
  [[nodiscard]] Source operand(const program::Operand& operand) const;
};

[[nodiscard]] Lowering lower(const Graph& graph);

/// Calls visit(source, operand) for each value that a node reads.
template <typename Visit>
void for_each_source(const Graph& graph, const Lowering& lowering, std::uint32_t node, Visit visit) {
  if (lowering.copied_from[node]) return visit(*lowering.copied_from[node], std::size_t{0});
  const Node& reader = graph.nodes[node];
  for (std::size_t o = 0; o < reader.operand_count; ++o) visit(lowering.operand(reader.operands[o]), o);
}

/// The bytes [begin, end) of its buffer that a value may lie in.
struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const ByteRange&) const = default;
  [[nodiscard]] bool overlaps(const ByteRange& other) const { return begin < other.end && other.begin < end; }
};
[[nodiscard]] ByteRange bytes_of(const Source& source);

/// The strides of an operand of a map along the axes of the map's output: 0 where it repeats.
[[nodiscard]] std::array<std::int64_t, tensor::kMaxRank> strides_along(const Source& source, const Node& map,
                                                                       std::size_t operand);

/// A matmul operand's batch axes as at most two levels.
struct BatchLevels {
  std::int64_t outer = 1, inner = 1, outer_stride = 0, inner_stride = 0;
};
[[nodiscard]] std::optional<std::array<BatchLevels, 2>> batch_levels(const Source& a, const Source& b);

}  // namespace lydian::runtime
