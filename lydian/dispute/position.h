// Where a dispute stands: boundaries between transitions, pieces of an interval, subtrees of a tree.
// docs/protocol.md, sections 3 and 5.
#pragma once

#include <cstdint>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/program/program.h"

namespace lydian::dispute {

/// [lo, hi): boundaries of a job, or operations of a chain. A round of the game cuts it into pieces() parts
/// whose lengths differ by at most one.
struct Interval {
  static constexpr std::uint64_t kArity = 32;

  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
  bool operator==(const Interval&) const = default;

  [[nodiscard]] std::uint64_t length() const { return hi - lo; }
  [[nodiscard]] std::uint64_t pieces() const { return std::min(kArity, length()); }
  /// Where piece i begins and i - 1 ends: lo + floor(i·length / pieces). i = pieces() gives hi.
  [[nodiscard]] std::uint64_t begin(std::uint64_t i) const;
  [[nodiscard]] Interval piece(std::uint64_t i) const { return {begin(i), begin(i + 1)}; }
  /// The ends of all pieces; the last is hi.
  [[nodiscard]] std::vector<std::uint64_t> ends() const;
};

/// A subtree that is in question: its root, its height, its place among those of its height.
struct Cursor {
  static constexpr int kLevels = 5;  // that one move descends

  Root node;
  int height = 0;
  std::uint64_t index = 0;
  std::uint64_t leaf_count = 0;  // of the whole tree
  bool operator==(const Cursor&) const = default;

  /// The whole tree.
  static Cursor at_root(const Root& root, std::uint64_t leaf_count);
  [[nodiscard]] int levels() const { return std::min(kLevels, height); }
  [[nodiscard]] std::size_t children() const { return std::size_t{1} << levels(); }
  /// Child i, whose root is `child`.
  [[nodiscard]] Cursor at_child(std::uint64_t i, const Root& child) const;
  /// Whether it holds nothing but the zeros after the last leaf.
  [[nodiscard]] bool is_padding() const { return index << height >= leaf_count; }
};

// ---- a job's boundaries: 0 is nothing, 1 … steps+1 are states, steps+2 is the result

[[nodiscard]] constexpr std::uint64_t boundary_count(std::uint64_t steps) { return steps + 3; }
/// What transition t runs, from boundary t to t + 1.
[[nodiscard]] program::GraphKind graph_of(std::uint64_t transition, std::uint64_t steps);
[[nodiscard]] std::uint64_t checkpoint_count(std::uint64_t steps, std::uint64_t interval);
/// The boundaries between which checkpoint i lies.
[[nodiscard]] Interval checkpoint(std::uint64_t i, std::uint64_t steps, std::uint64_t interval);

}  // namespace lydian::dispute
