#include "lydian/runtime/fusion.h"

#include <algorithm>
#include <set>

#include "lydian/core/ensure.h"

namespace lydian::runtime {
namespace {

// A reduction over fewer rows than this is left alone: a loop over rows would have nothing to share between
// threads.
constexpr std::int64_t kMinRows = 8;
constexpr std::size_t kMaxMembers = 64;

using GroupId = std::size_t;
constexpr GroupId kNone = ~GroupId{0};

class Fuser {
 public:
  Fuser(const Graph& graph, const Lowering& lowering)
      : graph_(graph), lowering_(lowering), group_of_(graph.nodes.size(), kNone) {}

  std::vector<Group> run(bool fuse) {
    for (std::uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!is_computed(i)) continue;
      GroupId group = fuse ? find_group(i) : kNone;
      if (group == kNone) group = start_group(i);
      group_of_[i] = group;
    }
    if (fuse) merge_loops();
    return sorted();
  }

 private:
  [[nodiscard]] bool is_computed(std::uint32_t i) const {
    const Form form = graph_.nodes[i].form;
    if (lowering_.copied_from[i]) return true;
    return form != Form::literal && form != Form::iota && form != Form::view;
  }

  /// The nodes whose buffers a node reads.
  [[nodiscard]] std::vector<std::uint32_t> producers(std::uint32_t i) const {
    std::vector<std::uint32_t> list;
    const auto add = [&](const Source& source) {
      if (source.buffer.kind == Buffer::Kind::node) list.push_back(source.buffer.index);
    };
    if (lowering_.copied_from[i]) {
      add(*lowering_.copied_from[i]);
    } else {
      const Node& node = graph_.nodes[i];
      for (std::size_t o = 0; o < node.operand_count; ++o) add(lowering_.operand(node.operands[o]));
    }
    return list;
  }

  GroupId start_group(std::uint32_t i) {
    const Node& node = graph_.nodes[i];
    Group group;
    const bool copied = lowering_.copied_from[i].has_value();
    if (!copied && node.form == Form::map && node.shape.rank() > 0) {
      group = {{{i, Extent::full}}, true, {node.shape.elements(0, node.shape.rank() - 1), node.shape.last()}};
    } else if (!copied && node.form == Form::map) {
      group = {{{i, Extent::full}}, true, {1, 1}};
    } else if (!copied && is_row_reduce(node) && node.shape.elements() >= kMinRows) {
      group = {{{i, Extent::row}}, true, {node.shape.elements(), node.extent}};
    } else {
      group = {{{i, Extent::full}}, false, {}};
    }
    groups_.push_back(group);
    reads_.emplace_back();
    for (const std::uint32_t producer : producers(i)) reads_.back().insert(group_of_[producer]);
    return groups_.size() - 1;
  }

  /// The latest loop among the producers' that this node fits into.
  GroupId find_group(std::uint32_t i) {
    const Node& node = graph_.nodes[i];
    if (lowering_.copied_from[i] || (node.form != Form::map && !is_row_reduce(node))) return kNone;
    std::set<GroupId, std::greater<>> candidates;
    for (const std::uint32_t producer : producers(i)) candidates.insert(group_of_[producer]);
    for (const GroupId candidate : candidates) {
      Group& group = groups_[candidate];
      if (!group.is_loop || group.members.size() >= kMaxMembers) continue;
      const auto extent = fits(i, candidate);
      if (!extent || reaches_through_others(i, candidate)) continue;
      group.members.push_back({i, *extent});
      for (const std::uint32_t producer : producers(i)) {
        if (group_of_[producer] != candidate) reads_[candidate].insert(group_of_[producer]);
      }
      return candidate;
    }
    return kNone;
  }

  /// What the node would compute in the candidate, whose members it may read only in step.
  [[nodiscard]] std::optional<Extent> fits(std::uint32_t i, GroupId candidate) const {
    const LoopShape& loop = groups_[candidate].shape;
    const Node& node = graph_.nodes[i];
    if (node.form == Form::reduce) {
      const bool same = node.extent == loop.columns && node.shape.elements() == loop.rows;
      if (!same || loop.rows < kMinRows || !reads_in_step_of(candidate, i, Extent::row)) return std::nullopt;
      return Extent::row;
    }
    const auto extent = extent_in(loop, node);
    if (!extent || !reads_in_step_of(candidate, i, *extent)) return std::nullopt;
    return extent;
  }

  /// Whether a node reads what the group computes, if anything, in step with it.
  [[nodiscard]] bool reads_in_step_of(GroupId group, std::uint32_t i, Extent extent) const {
    const Node& node = graph_.nodes[i];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      if (source.buffer.kind != Buffer::Kind::node || group_of_[source.buffer.index] != group) continue;
      const Member& member = *std::ranges::find(groups_[group].members, source.buffer.index, &Member::node);
      if (!reads_in_step(graph_.nodes[member.node], member.extent, source, node, o, extent)) return false;
    }
    return true;
  }

  /// Joins loops of one shape of which one reads the other: a chain that met other values on its way.
  void merge_loops() {
    for (GroupId reader = 0; reader < groups_.size(); ++reader) {
      bool merged = true;
      while (merged) {
        merged = false;
        for (const GroupId read : reads_[reader]) {
          if (!can_merge(read, reader)) continue;
          merge(read, reader);
          merged = true;
          break;
        }
      }
    }
  }

  [[nodiscard]] bool can_merge(GroupId read, GroupId reader) const {
    const Group& a = groups_[read];
    const Group& b = groups_[reader];
    if (!a.is_loop || !b.is_loop || a.shape != b.shape || a.members.size() + b.members.size() > kMaxMembers)
      return false;
    for (const Member& member : b.members) {
      if (!reads_in_step_of(read, member.node, member.extent)) return false;
    }
    std::vector<GroupId> others;
    std::ranges::copy_if(reads_[reader], std::back_inserter(others), [&](GroupId g) { return g != read; });
    return !reaches(std::move(others), read);
  }

  /// The members of `read` become the first of `reader`; `read` stays behind, empty.
  void merge(GroupId read, GroupId reader) {
    Group& a = groups_[read];
    Group& b = groups_[reader];
    for (const Member& member : a.members) group_of_[member.node] = reader;
    b.members.insert(b.members.begin(), a.members.begin(), a.members.end());
    a = {};
    reads_[reader].erase(read);
    reads_[reader].insert(reads_[read].begin(), reads_[read].end());
    reads_[read].clear();
    for (std::set<GroupId>& reads : reads_) {
      if (reads.erase(read) != 0) reads.insert(reader);
    }
  }

  /// Whether the node reads some other group that itself waits for the candidate: joining would make a
  /// circle.
  [[nodiscard]] bool reaches_through_others(std::uint32_t i, GroupId candidate) const {
    std::vector<GroupId> others;
    for (const std::uint32_t producer : producers(i)) {
      if (group_of_[producer] != candidate) others.push_back(group_of_[producer]);
    }
    return reaches(std::move(others), candidate);
  }

  /// Whether one of these groups is the target or waits for it.
  [[nodiscard]] bool reaches(std::vector<GroupId> open, GroupId target) const {
    std::set<GroupId> seen(open.begin(), open.end());
    while (!open.empty()) {
      const GroupId group = open.back();
      open.pop_back();
      if (group == target) return true;
      for (const GroupId next : reads_[group]) {
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    return false;
  }

  [[nodiscard]] std::vector<Group> sorted() const {
    std::vector<Group> order;
    std::vector<int> state(groups_.size(), 0);  // 0 new, 1 open, 2 done
    // Depth first with a stack of our own: a graph may be deep.
    std::vector<std::pair<GroupId, std::vector<GroupId>>> stack;
    for (GroupId root = 0; root < groups_.size(); ++root) {
      if (state[root] != 0) continue;
      stack.push_back({root, {reads_[root].begin(), reads_[root].end()}});
      state[root] = 1;
      while (!stack.empty()) {
        auto& [group, left] = stack.back();
        if (left.empty()) {
          state[group] = 2;
          if (!groups_[group].members.empty()) order.push_back(groups_[group]);
          stack.pop_back();
          continue;
        }
        const GroupId next = left.back();
        left.pop_back();
        ENSURE(state[next] != 1, "groups {} and {} wait for each other", group, next);
        if (state[next] == 0) {
          state[next] = 1;
          stack.push_back({next, {reads_[next].begin(), reads_[next].end()}});
        }
      }
    }
    return order;
  }

  const Graph& graph_;
  const Lowering& lowering_;
  std::vector<GroupId> group_of_;
  std::vector<Group> groups_;
  std::vector<std::set<GroupId>> reads_;  // by group: the groups whose values it reads
};

}  // namespace

std::vector<Group> make_groups(const Graph& graph, const Lowering& lowering, bool fuse) {
  return Fuser(graph, lowering).run(fuse);
}

}  // namespace lydian::runtime
