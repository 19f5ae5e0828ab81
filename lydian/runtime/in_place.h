// Whether a step may write its next state over the state that it reads: a training step then needs its state
// once, and every line of it travels through the cache once.
#pragma once

#include "lydian/runtime/fusion.h"

namespace lydian::runtime {

/// When each group reads which bytes of the state.
class StateReads {
 public:
  StateReads(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups);

  /// Whether `node`, which group `group` computes into bytes [begin, begin + its size) of the state's memory,
  /// would overwrite what something still reads: a later group, or the group itself, other than the element
  /// in whose place the result goes.
  [[nodiscard]] bool are_disturbed_by(std::uint32_t node, std::size_t group, std::int64_t begin) const;

  /// Whether a concat reads the state: it may run after what overwrites it.
  [[nodiscard]] bool are_by_concat() const { return are_by_concat_; }

 private:
  struct Read {
    std::size_t group;
    std::size_t member;  // of the group
    ByteRange bytes;
    bool is_element_by_element;  // a map's, each where it computes the same element
  };

  const Graph& graph_;
  const std::vector<Group>& groups_;
  std::vector<Read> reads_;
  bool are_by_concat_ = false;
};

}  // namespace lydian::runtime
