// The definition of every operator form, one element at a time: docs/operators.md as code. Slow on purpose;
// every executor, kernel and the referee contract must give these bits. Nodes are valid (program/validate.h)
// and elements are 32-bit words, narrow types zero-extended.
#pragma once

#include <array>
#include <span>

#include "lydian/core/bytes.h"
#include "lydian/program/program.h"

namespace lydian::runtime {

using program::Node;

/// The bytes of a node's operands, in operand order.
using Operands = std::span<const ByteView>;

[[nodiscard]] std::uint32_t load_element(ByteView tensor, tensor::DType dtype, std::int64_t index);
void store_element(std::span<std::uint8_t> tensor, tensor::DType dtype, std::int64_t index,
                   std::uint32_t bits);

/// Where an element's definition finds its operands. It asks in the order in which docs/protocol.md has them
/// opened.
class ElementReader {
 public:
  virtual ~ElementReader() = default;
  /// Element `index` of an operand, in elements of `dtype`: the operand's own, but the output's for a view.
  virtual std::uint32_t read(std::size_t operand, tensor::DType dtype, std::int64_t index) = 0;
};

/// Operands whose bytes are at hand.
class BytesReader final : public ElementReader {
 public:
  explicit BytesReader(Operands operands) : operands_(operands) {}
  std::uint32_t read(std::size_t operand, tensor::DType dtype, std::int64_t index) override {
    return load_element(operands_[operand], dtype, index);
  }

 private:
  Operands operands_;
};

/// One output element, by its flat index. Not of a literal, whose elements are its bytes.
[[nodiscard]] std::uint32_t element(const Node& node, ElementReader& reader, std::int64_t index);
[[nodiscard]] std::uint32_t element(const Node& node, Operands operands, std::int64_t index);

/// All of a node's output.
[[nodiscard]] Bytes evaluate(const Node& node, Operands operands, const program::LiteralTable& literals);

// ---- argmax

/// Whether x at position i is preferred to y at position j: greater in the order of operators.md, or equal
/// and first.
[[nodiscard]] bool beats(tensor::DType dtype, std::uint32_t x, std::int64_t i, std::uint32_t y,
                         std::int64_t j);
/// Where the element at `position` of the axis that output element `index` reduces stands in the operand.
[[nodiscard]] std::int64_t reduced_index(const Node& node, std::int64_t index, std::int64_t position);

// ---- chains: elements that are defined by a sequence of operations on an accumulator (protocol.md, section
// 5)

inline constexpr int kLanes = 32;
using Lanes = std::array<std::uint32_t, kLanes>;

[[nodiscard]] bool has_chain(const Node& node);
/// The sum of f32: 32 chains, whose ends are folded.
[[nodiscard]] bool has_lanes(const Node& node);

/// Operations of an element's chain; of one lane where the form has lanes.
[[nodiscard]] std::int64_t chain_length(const Node& node, int lane = 0);
[[nodiscard]] std::uint32_t initial_accumulator(const Node& node);
/// The accumulator after operation `position` of the chain of output element `index`.
[[nodiscard]] std::uint32_t advance(const Node& node, ElementReader& reader, std::int64_t index, int lane,
                                    std::int64_t position, std::uint32_t accumulator);
/// The lanes folded into one accumulator.
[[nodiscard]] std::uint32_t fold_lanes(const Lanes& lanes);
/// The element, from the accumulator at the end of its chain.
[[nodiscard]] std::uint32_t finish(const Node& node, std::uint32_t accumulator);

/// Accumulators after `counts[i]` operations, for ascending counts.
[[nodiscard]] std::vector<std::uint32_t> accumulators(const Node& node, Operands operands, std::int64_t index,
                                                      int lane, std::span<const std::int64_t> counts);
/// The ends of the lanes of an f32 sum.
[[nodiscard]] Lanes lanes(const Node& node, Operands operands, std::int64_t index);

}  // namespace lydian::runtime
