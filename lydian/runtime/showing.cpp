#include "lydian/runtime/showing.h"

namespace lydian::runtime {

bool is_whole_buffer(const Graph& graph, const Source& source) {
  if (source.buffer.kind != Buffer::Kind::node && source.buffer.kind != Buffer::Kind::literal) return false;
  const std::int64_t bytes = source.access.shape.elements() * tensor::size_of(source.dtype);
  return source.is_dense() && source.access.offset == 0 && bytes == graph.nodes[source.buffer.index].bytes();
}

Showing plan_showing(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups) {
  Showing showing{
      {}, std::vector<std::vector<std::uint32_t>>(groups.size()), std::vector<bool>(graph.nodes.size())};
  std::vector<std::size_t> group_of(graph.nodes.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const Member& member : groups[g].members) {
      group_of[member.node] = g;
      if (!groups[g].is_loop) showing.after_group[g].push_back(member.node);
    }
  }
  for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const Form form = graph.nodes[i].form;
    if (lowering.copied_from[i] || (form != Form::view && form != Form::iota)) continue;
    const Source& value = lowering.values[i];
    if (value.buffer.kind != Buffer::Kind::node) {
      showing.at_start.push_back(i);
      continue;
    }
    showing.after_group[group_of[value.buffer.index]].push_back(i);
    if (!is_whole_buffer(graph, value)) showing.needs_buffer[value.buffer.index] = true;
  }
  return showing;
}

}  // namespace lydian::runtime
