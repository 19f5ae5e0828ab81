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

bool is_row_reduce(const Node& node) { return node.form == Form::reduce && node.axis == node.shape.rank(); }

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
      group = {{{i, Extent::full}}, true, node.shape.elements(0, node.shape.rank() - 1), node.shape.last()};
    } else if (!copied && node.form == Form::map) {
      group = {{{i, Extent::full}}, true, 1, 1};
    } else if (!copied && is_row_reduce(node) && node.shape.elements() >= kMinRows) {
      group = {{{i, Extent::row}}, true, node.shape.elements(), node.extent};
    } else {
      group = {{{i, Extent::full}}, false, 0, 0};
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

  [[nodiscard]] std::optional<Extent> fits(std::uint32_t i, GroupId candidate) const {
    const Group& group = groups_[candidate];
    const Node& node = graph_.nodes[i];
    if (node.form == Form::reduce) {
      if (node.extent != group.columns || node.shape.elements() != group.rows || group.rows < kMinRows)
        return std::nullopt;
      const auto member = member_behind(lowering_.operand(node.operands[0]), candidate);
      if (!member || member->extent != Extent::full)
        return std::nullopt;  // it reads the group, or would not be here
      return Extent::row;
    }
    const bool is_full = node.shape.rank() > 0 && node.shape.last() == group.columns &&
                         node.shape.elements() == group.rows * group.columns;
    const bool is_row = !is_full && node.shape.elements() == group.rows && group.columns != 1;
    if (!is_full && !is_row) return std::nullopt;
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      const auto member = member_behind(source, candidate);
      if (member && !reads_in_step(source, node, o, member->extent, is_full)) return std::nullopt;
    }
    return is_full ? Extent::full : Extent::row;
  }

  /// The member of the candidate that computes this value's buffer.
  [[nodiscard]] std::optional<Member> member_behind(const Source& source, GroupId candidate) const {
    if (source.buffer.kind != Buffer::Kind::node || group_of_[source.buffer.index] != candidate)
      return std::nullopt;
    const auto& members = groups_[candidate].members;
    return *std::ranges::find(members, source.buffer.index, &Member::node);
  }

  /// Whether a map reads a member's value at the same row (and column) as it computes.
  [[nodiscard]] bool reads_in_step(const Source& source, const Node& node, std::size_t operand, Extent from,
                                   bool to_full) const {
    if (source.access.offset != 0 || source.dtype != graph_.nodes[source.buffer.index].dtype) return false;
    if (from == Extent::full && !to_full) return false;
    const auto strides = strides_along(source, node, operand);
    const int rank = node.shape.rank();
    std::int64_t dense = 1;
    for (int d = rank - 1; d >= 0; --d) {
      const bool repeats_columns = from == Extent::row && to_full && d == rank - 1;
      const std::int64_t wanted = repeats_columns ? 0 : dense;
      if (node.shape[d] != 1 && strides[static_cast<std::size_t>(d)] != wanted) return false;
      if (!repeats_columns) dense *= node.shape[d];
    }
    return true;
  }

  /// Whether the node reads some other group that itself waits for the candidate: joining would make a
  /// circle.
  [[nodiscard]] bool reaches_through_others(std::uint32_t i, GroupId candidate) const {
    std::vector<GroupId> open;
    for (const std::uint32_t producer : producers(i)) {
      if (group_of_[producer] != candidate) open.push_back(group_of_[producer]);
    }
    std::set<GroupId> seen(open.begin(), open.end());
    while (!open.empty()) {
      const GroupId group = open.back();
      open.pop_back();
      if (group == candidate) return true;
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
          order.push_back(groups_[group]);
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
