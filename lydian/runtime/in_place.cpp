#include "lydian/runtime/in_place.h"

#include <algorithm>

namespace lydian::runtime {
StateReads::StateReads(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups)
    : graph_(graph), groups_(groups) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t m = 0; m < groups[g].members.size(); ++m) {
      const Member& member = groups[g].members[m];
      for_each_source(graph, lowering, member.node, [&](const Source& source, std::size_t o) {
        if (source.buffer.kind != Buffer::Kind::state) return;
        const Node& node = graph.nodes[member.node];
        const bool is_copied = lowering.copied_from[member.node].has_value();
        if (node.form == Form::concat && !is_copied) are_by_concat_ = true;
        const bool is_map = groups[g].is_loop && node.form == Form::map && is_read_densely(source, node, o);
        reads_.push_back({g, m, bytes_of(source), is_map});
      });
    }
  }
}

bool StateReads::are_disturbed_by(std::uint32_t node, std::size_t group, std::int64_t begin) const {
  const Node& written = graph_.nodes[node];
  const ByteRange place = {begin, begin + written.bytes()};
  const auto& members = groups_[group].members;
  const auto writer =
      static_cast<std::size_t>(std::ranges::find(members, node, &Member::node) - members.begin());
  return std::ranges::any_of(reads_, [&](const Read& read) {
    if (!read.bytes.overlaps(place) || read.group < group) return false;
    if (read.group > group || !groups_[group].is_loop || written.form != Form::map) return true;
    // In one loop: the same elements in the same places, read no later than written.
    const Node& reader = graph_.nodes[members[read.member].node];
    const bool is_same = read.is_element_by_element && read.bytes == place &&
                         reader.shape.elements() == written.shape.elements() && read.member <= writer;
    return !is_same;
  });
}

}  // namespace lydian::runtime
