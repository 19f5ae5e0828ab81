// Pass of the executor that only tracing needs: when each value can be shown to a ValueSink.
#pragma once

#include <vector>

#include "lydian/runtime/fusion.h"

namespace lydian::runtime {

struct Showing {
  /// What does not wait for a group: iotas, and views of what is there from the start.
  std::vector<std::uint32_t> at_start;
  /// By group: nodes that have their value, whole or as a view, once it has run. A loop shows its members
  /// itself.
  std::vector<std::vector<std::uint32_t>> after_group;
  /// By node: its buffer must exist, because a view shows it in another order.
  std::vector<bool> needs_buffer;
};

[[nodiscard]] Showing plan_showing(const Graph& graph, const Lowering& lowering,
                                   const std::vector<Group>& groups);

/// Whether a value is all bytes of its buffer, a node's, in their order.
[[nodiscard]] bool is_whole_buffer(const Graph& graph, const Source& source);

}  // namespace lydian::runtime
