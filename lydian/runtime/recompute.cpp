#include "lydian/runtime/recompute.h"

#include <algorithm>
#include <map>
#include <set>

#include "lydian/kernels/scalar.h"

namespace lydian::runtime {
namespace {

constexpr std::size_t kMembersMax = 96;
constexpr int kDepthMax = 16;

// What things cost, for one vector of elements, in times of one simple map on values in the cache.
constexpr double kLoad = 6;   // of a value that lies in memory
constexpr double kStore = 9;  // of one to memory, and the room that it takes until it is read
constexpr double kFunction = 8;
constexpr double kRoot = 2;
constexpr double kSimple = 1;

// Values so much smaller than the loop's are always at hand.
constexpr std::int64_t kSmall = 8;

double cost_of(const Node& map) {
  using enum kernels::ScalarFn;
  switch (static_cast<kernels::ScalarFn>(map.fn)) {
    case exp:
    case log:
    case sin:
    case cos:
      return kFunction;
    case sqrt:
    case div:
      return kRoot;
    default:
      return kSimple;
  }
}

class Recomputer {
 public:
  Recomputer(const Graph& graph, const Lowering& lowering, std::vector<Group>& groups)
      : graph_(graph),
        lowering_(lowering),
        groups_(groups),
        home_(graph.nodes.size(), kNone),
        readers_(graph.nodes.size()) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const Member& member : groups_[g].members) home_[member.node] = g;
    }
    for (std::size_t g = 0; g < groups_.size(); ++g) note_reads(g);
  }

  void run() {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      if (!groups_[g].is_loop) continue;
      while (improve(g)) {
      }
    }
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  /// What it takes to have a value in a group: maps to compute there, and the values those read.
  struct Plan {
    std::map<std::uint32_t, Extent> copies;
    std::set<std::uint32_t> leaves;  // large, and not read by the group yet
    double cost = 0;
  };

  void note_reads(std::size_t g) {
    for (const Member& member : groups_[g].members) {
      for_each_source(graph_, lowering_, member.node, [&](const Source& source, std::size_t) {
        if (source.buffer.kind == Buffer::Kind::node && !member_of(g, source.buffer.index))
          readers_[source.buffer.index].insert(g);
      });
    }
  }

  [[nodiscard]] const Member* member_of(std::size_t g, std::uint32_t node) const {
    const auto found = std::ranges::find(groups_[g].members, node, &Member::node);
    return found == groups_[g].members.end() ? nullptr : &*found;
  }

  /// Takes one value into the group, if that pays.
  bool improve(std::size_t g) {
    std::set<std::uint32_t> read;
    for (const Member& member : groups_[g].members) {
      for_each_source(graph_, lowering_, member.node, [&](const Source& source, std::size_t) {
        if (source.buffer.kind == Buffer::Kind::node && !member_of(g, source.buffer.index))
          read.insert(source.buffer.index);
      });
    }
    for (const std::uint32_t i : read) {
      if (is_small(g, i)) continue;
      Plan plan;
      if (!expand(g, i, plan, 0) || !is_read_in_step(g, i, plan.copies.at(i))) continue;
      const bool stays = i + 1 == graph_.nodes.size() || readers_[i].size() > 1;
      const double saved = kLoad + (stays ? 0 : kStore);
      const double spent = plan.cost + kLoad * static_cast<double>(plan.leaves.size());
      if (spent >= saved || groups_[g].members.size() + plan.copies.size() > kMembersMax) continue;
      take(g, plan);
      return true;
    }
    return false;
  }

  void take(std::size_t g, const Plan& plan) {
    Group& group = groups_[g];
    for (const auto& [node, extent] : plan.copies) {
      group.members.push_back({node, extent, true});
      readers_[node].erase(g);
    }
    // The numbers of nodes are an order in which each comes after what it reads.
    std::ranges::sort(group.members, {}, &Member::node);
    note_reads(g);
  }

  bool expand(std::size_t g, std::uint32_t i, Plan& plan, int depth) const {
    const Node& node = graph_.nodes[i];
    if (depth > kDepthMax || node.form != Form::map || lowering_.copied_from[i] || !groups_[home_[i]].is_loop)
      return false;
    const auto extent = extent_in(groups_[g].shape, node);
    if (!extent) return false;
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      if (source.buffer.kind != Buffer::Kind::node) continue;
      const std::uint32_t j = source.buffer.index;
      if (const Member* member = member_of(g, j)) {
        if (!reads_in_step(graph_.nodes[j], member->extent, source, node, o, *extent)) return false;
      } else if (plan.copies.contains(j)) {
        if (!reads_in_step(graph_.nodes[j], plan.copies.at(j), source, node, o, *extent)) return false;
      } else if (is_at_hand(g, j)) {
        if (!is_small(g, j) && !readers_[j].contains(g)) plan.leaves.insert(j);
      } else {
        if (!expand(g, j, plan, depth + 1)) return false;
        if (!reads_in_step(graph_.nodes[j], plan.copies.at(j), source, node, o, *extent)) return false;
      }
    }
    plan.cost += cost_of(node);
    plan.copies[i] = *extent;
    return true;
  }

  [[nodiscard]] bool is_read_in_step(std::size_t g, std::uint32_t i, Extent extent) const {
    for (const Member& member : groups_[g].members) {
      bool in_step = true;
      for_each_source(graph_, lowering_, member.node, [&](const Source& source, std::size_t o) {
        if (source.buffer != Buffer{Buffer::Kind::node, i}) return;
        in_step = in_step &&
                  reads_in_step(graph_.nodes[i], extent, source, graph_.nodes[member.node], o, member.extent);
      });
      if (!in_step) return false;
    }
    return true;
  }

  /// Whether a value lies in memory anyway: the group reads it, or another does, or it is no loop's.
  [[nodiscard]] bool is_at_hand(std::size_t g, std::uint32_t j) const {
    return is_small(g, j) || !readers_[j].empty() || !groups_[home_[j]].is_loop;
  }

  [[nodiscard]] bool is_small(std::size_t g, std::uint32_t j) const {
    return graph_.nodes[j].shape.elements() * kSmall <= groups_[g].shape.rows * groups_[g].shape.columns;
  }

  const Graph& graph_;
  const Lowering& lowering_;
  std::vector<Group>& groups_;
  std::vector<std::size_t> home_;               // by node: the group that computes it first
  std::vector<std::set<std::size_t>> readers_;  // by node: groups that read it from memory
};

}  // namespace

void drop_unused(const Graph& graph, const Lowering& lowering, std::vector<Group>& groups) {
  std::vector<bool> is_read(graph.nodes.size());  // by a later group, or from outside
  if (!is_read.empty()) is_read.back() = true;
  for (std::size_t g = groups.size(); g-- > 0;) {
    std::vector<Member>& members = groups[g].members;
    std::set<std::uint32_t> own;
    for (const Member& member : members) own.insert(member.node);
    std::set<std::uint32_t> used;  // within the group
    std::vector<Member> kept;
    for (std::size_t m = members.size(); m-- > 0;) {
      const Member& member = members[m];
      if (!used.contains(member.node) && (member.is_copy || !is_read[member.node])) continue;
      kept.push_back(member);
      for_each_source(graph, lowering, member.node, [&](const Source& source, std::size_t) {
        if (source.buffer.kind != Buffer::Kind::node) return;
        if (own.contains(source.buffer.index))
          used.insert(source.buffer.index);
        else
          is_read[source.buffer.index] = true;
      });
    }
    members.assign(kept.rbegin(), kept.rend());
  }
  std::erase_if(groups, [](const Group& group) { return group.members.empty(); });
}

void recompute_maps(const Graph& graph, const Lowering& lowering, std::vector<Group>& groups) {
  Recomputer(graph, lowering, groups).run();
  drop_unused(graph, lowering, groups);
}

}  // namespace lydian::runtime
