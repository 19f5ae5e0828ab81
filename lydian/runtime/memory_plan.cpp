#include "lydian/runtime/memory_plan.h"

#include <algorithm>
#include <set>

#include "lydian/runtime/in_place.h"

namespace lydian::runtime {
namespace {

constexpr std::int64_t kAlignment = 64;
constexpr std::int64_t kElementAlignment = 4;  // of the widest element: every buffer may be read as any type

struct Interval {
  std::int64_t first = -1;  // group that writes it
  std::int64_t last = -1;   // last group that reads it
};

/// A node's buffer as a part of another's.
struct Alias {
  std::uint32_t root;
  std::int64_t offset;  // bytes
};

class Planner {
 public:
  Planner(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups,
          const RowUpdates& updates, const std::optional<Showing>& showing)
      : graph_(graph),
        lowering_(lowering),
        groups_(groups),
        updates_(updates),
        showing_(showing),
        count_(graph.nodes.size()),
        intervals_(count_),
        readers_(count_),
        reading_groups_(count_),
        group_of_(count_, -1),
        part_of_alias_(count_),
        state_reads_(graph, lowering, groups) {
    plan_.places.resize(count_);
    plan_.concat_parts.resize(count_);
    plan_.skipped.resize(count_);
    for (std::uint32_t i = 0; i < count_; ++i) aliases_.push_back({i, 0});
  }

  MemoryPlan run(bool in_place) {
    note_readers();
    for (std::uint32_t i = static_cast<std::uint32_t>(count_); i-- > 0;) {
      if (is_live_concat(i)) place_concat(i);
    }
    if (in_place && !showing_ && can_write_over_state()) {
      leave_read_state_alone();
      plan_.is_over_state = true;
    }
    note_intervals();
    assign();
    return std::move(plan_);
  }

 private:
  void note_readers() {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (const Member& member : groups_[g].members) {
        if (!member.is_copy) group_of_[member.node] = static_cast<std::int64_t>(g);
      }
    }
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      std::set<std::uint32_t> own;
      for (const Member& member : groups_[g].members) own.insert(member.node);
      for (const Member& member : groups_[g].members) {
        for_each_source(graph_, lowering_, member.node, [&](const Source& source, std::size_t) {
          if (source.buffer.kind != Buffer::Kind::node) return;
          readers_[source.buffer.index].push_back(member.node);
          if (!own.contains(source.buffer.index))
            reading_groups_[source.buffer.index].insert(static_cast<std::int64_t>(g));
        });
      }
    }
  }

  [[nodiscard]] bool is_live_concat(std::uint32_t i) const {
    return graph_.nodes[i].form == Form::concat && !plan_.skipped[i] && !lowering_.copied_from[i] &&
           group_of_[i] >= 0;
  }

  /// Lists the parts of a concat, through nested ones on the same axis; parts that nothing else places and
  /// whose bytes lie side by side in it become aliases.
  void place_concat(std::uint32_t i) { place_parts(i, i, 0); }

  void place_parts(std::uint32_t root, std::uint32_t concat, std::int64_t begin) {
    const Node& node = graph_.nodes[concat];
    const bool side_by_side = node.shape.elements(0, node.axis) == 1;
    const std::int64_t step_bytes = node.shape.stride(node.axis) * tensor::size_of(node.dtype);
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      if (!showing_ && nests(source, node)) {
        plan_.skipped[source.buffer.index] = true;
        place_parts(root, source.buffer.index, begin);
      } else if (side_by_side && (resolve(root).offset + begin * step_bytes) % kElementAlignment == 0 &&
                 may_alias(source, node.operands[o].bytes) && may_be_early(source.buffer.index, root)) {
        aliases_[source.buffer.index] = {root, begin * step_bytes};
        part_of_alias_[source.buffer.index] = {source, begin};
      } else {
        plan_.concat_parts[root].push_back({source, begin});
      }
      begin += node.extents[o];
    }
  }

  [[nodiscard]] bool nests(const Source& source, const Node& outer) const {
    if (source.buffer.kind != Buffer::Kind::node || readers_[source.buffer.index].size() != 1) return false;
    const Node& inner = graph_.nodes[source.buffer.index];
    return inner.form == Form::concat && !lowering_.copied_from[source.buffer.index] &&
           inner.axis == outer.axis && inner.shape == source.access.shape && inner.dtype == outer.dtype &&
           source.is_dense() && source.access.offset == 0;
  }

  [[nodiscard]] bool may_alias(const Source& source, std::int64_t bytes) const {
    if (source.buffer.kind != Buffer::Kind::node || !source.is_dense() || source.access.offset != 0)
      return false;
    const std::uint32_t i = source.buffer.index;
    const bool is_value = i + 1 == count_;
    return !is_value && graph_.nodes[i].bytes() == bytes && aliases_[i].root == i;
  }

  [[nodiscard]] bool can_write_over_state() const {
    return count_ > 0 && is_live_concat(static_cast<std::uint32_t>(count_ - 1)) &&
           !state_reads_.are_by_concat();
  }

  /// Parts of the value that would overwrite what is still read get a place of their own, and are copied at
  /// the end.
  void leave_read_state_alone() {
    for (std::uint32_t i = 0; i + 1 < count_; ++i) {
      const Alias alias = resolve(i);
      if (alias.root + 1 != count_ || group_of_[i] < 0 || plan_.skipped[i]) continue;
      if (!state_reads_.are_disturbed_by(i, static_cast<std::size_t>(group_of_[i]), alias.offset)) continue;
      const std::uint32_t concat = aliases_[i].root;
      plan_.concat_parts[concat].push_back(part_of_alias_[i]);
      aliases_[i] = {i, 0};
    }
  }

  /// Whether a part of a concat may be written before all else has been read.
  [[nodiscard]] bool may_be_early(std::uint32_t i, std::uint32_t root) const {
    return updates_.empty() || root + 1 != count_ || updates_.contains(i);
  }

  [[nodiscard]] Alias resolve(std::uint32_t i) const {
    Alias alias = aliases_[i];
    while (aliases_[alias.root].root != alias.root) {
      const Alias next = aliases_[alias.root];
      alias = {next.root, alias.offset + next.offset};
    }
    return alias;
  }

  /// Whether a node's buffer is needed outside its own group.
  [[nodiscard]] bool is_stored(std::uint32_t i) const {
    if (!groups_[static_cast<std::size_t>(group_of_[i])].is_loop || i + 1 == count_ || resolve(i).root != i)
      return true;
    return !reading_groups_[i].empty() || (showing_ && showing_->needs_buffer[i]);
  }

  void note_intervals() {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (group_of_[i] < 0 || plan_.skipped[i] || !is_stored(i)) continue;
      Interval& interval = intervals_[resolve(i).root];
      const auto extend = [&](std::int64_t at) {
        if (interval.first < 0 || at < interval.first) interval.first = at;
        interval.last = std::max(interval.last, at);
      };
      extend(group_of_[i]);
      for (const std::int64_t reader : reading_groups_[i]) extend(reader);
    }
    // What a concat copies it reads when it runs, also through those nested in it.
    for (std::uint32_t i = 0; i < count_; ++i) {
      for (const ConcatPart& part : plan_.concat_parts[i]) {
        if (part.from.buffer.kind != Buffer::Kind::node) continue;
        Interval& interval = intervals_[resolve(part.from.buffer.index).root];
        interval.last = std::max(interval.last, group_of_[i]);
      }
    }
  }

  /// Largest first, each at the lowest free place among those alive at the same time.
  void assign() {
    std::vector<std::uint32_t> roots;
    const std::uint32_t value = static_cast<std::uint32_t>(count_ - 1);
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (intervals_[i].first >= 0 && i != value) roots.push_back(i);
    }
    std::ranges::stable_sort(roots, std::greater<>{},
                             [&](std::uint32_t i) { return graph_.nodes[i].bytes(); });
    std::vector<std::int64_t> offsets(count_, 0);
    std::vector<std::uint32_t> placed;
    for (const std::uint32_t i : roots) {
      offsets[i] = lowest_place(i, placed, offsets);
      placed.push_back(i);
      plan_.arena_bytes = std::max(plan_.arena_bytes, offsets[i] + padded(i));
    }
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (group_of_[i] < 0 || plan_.skipped[i] || !is_stored(i)) continue;
      const Alias alias = resolve(i);
      if (alias.root == value)
        plan_.places[i] = {MemoryPlan::kValue, alias.offset};
      else
        plan_.places[i] = {offsets[alias.root] + alias.offset, 0};
    }
  }

  [[nodiscard]] std::int64_t padded(std::uint32_t i) const {
    return (std::max<std::int64_t>(graph_.nodes[i].bytes(), 1) + kAlignment - 1) / kAlignment * kAlignment;
  }

  [[nodiscard]] std::int64_t lowest_place(std::uint32_t i, const std::vector<std::uint32_t>& placed,
                                          const std::vector<std::int64_t>& offsets) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (const std::uint32_t other : placed) {
      const bool apart =
          intervals_[other].last < intervals_[i].first || intervals_[i].last < intervals_[other].first;
      if (!apart) taken.push_back({offsets[other], offsets[other] + padded(other)});
    }
    std::ranges::sort(taken);
    std::int64_t at = 0;
    for (const auto& [begin, end] : taken) {
      if (at + padded(i) <= begin) break;
      at = std::max(at, end);
    }
    return at;
  }

  const Graph& graph_;
  const Lowering& lowering_;
  const std::vector<Group>& groups_;
  const RowUpdates& updates_;
  const std::optional<Showing>& showing_;
  std::size_t count_;
  std::vector<Interval> intervals_;
  std::vector<std::vector<std::uint32_t>> readers_;     // by node: nodes
  std::vector<std::set<std::int64_t>> reading_groups_;  // by node: groups that do not compute it themselves
  std::vector<std::int64_t> group_of_;
  std::vector<Alias> aliases_;
  std::vector<ConcatPart> part_of_alias_;  // by node that is an alias: what it would be as a copied part
  StateReads state_reads_;
  MemoryPlan plan_;
};

}  // namespace

MemoryPlan plan_memory(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups,
                       RowUpdates& updates, bool in_place, const std::optional<Showing>& showing) {
  if (!updates.empty()) {
    MemoryPlan plan = Planner(graph, lowering, groups, updates, showing).run(false);
    plan.is_over_state = std::ranges::all_of(updates, [&](const auto& update) {
      const MemoryPlan::Place& place = plan.places[update.first];
      return place.arena == MemoryPlan::kValue && place.value == update.second.offset;
    });
    if (plan.is_over_state) return plan;
    updates.clear();
  }
  return Planner(graph, lowering, groups, updates, showing).run(in_place);
}

}  // namespace lydian::runtime
