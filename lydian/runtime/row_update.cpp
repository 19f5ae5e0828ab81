#include "lydian/runtime/row_update.h"

#include <algorithm>
#include <set>

#include "lydian/kernels/scalar.h"

namespace lydian::runtime {
namespace {

using kernels::ScalarFn;

constexpr int kSize = 4;  // bytes of an element

bool is_map(const Node& node, ScalarFn fn) {
  return node.form == Form::map && static_cast<ScalarFn>(node.fn) == fn;
}

/// The one axis along which an operand changes.
std::optional<int> only_axis(const Shape& shape, const Strides& strides) {
  std::optional<int> axis;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1 || strides[static_cast<std::size_t>(d)] == 0) continue;
    if (axis) return std::nullopt;
    axis = d;
  }
  return axis;
}

class Finder {
 public:
  Finder(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups)
      : graph_(graph), lowering_(lowering), groups_(groups) {}

  RowUpdates run() {
    if (!ends_with_concat()) return {};
    const auto last = static_cast<std::uint32_t>(graph_.nodes.size() - 1);
    for_each_read([&](std::uint32_t, const Source& source) {
      if (source.buffer.kind == Buffer::Kind::node) ++uses_[source.buffer.index];
    });
    note_value(last);
    for_each_read([&](std::uint32_t reader, const Source& source) {
      if (!value_.contains(reader)) note_read(source);
    });
    for (const Group& group : groups_) {
      if (group.is_loop && group.members.size() == 1) alone_.insert(group.members.front().node);
    }
    place_parts(last, 0);
    const std::int64_t value_bytes = graph_.nodes.back().bytes();
    return in_place_ && updated_bytes_ * 2 > value_bytes ? std::move(found_) : RowUpdates{};
  }

 private:
  [[nodiscard]] bool ends_with_concat() const {
    if (graph_.nodes.empty() || groups_.empty()) return false;
    const auto last = static_cast<std::uint32_t>(graph_.nodes.size() - 1);
    return graph_.nodes.back().form == Form::concat && graph_.nodes.back().shape.rank() == 1 &&
           !lowering_.copied_from[last] && groups_.back().members.front().node == last;
  }

  template <typename Visit>
  void for_each_read(Visit visit) const {
    for (const Group& group : groups_) {
      for (const Member& member : group.members) {
        for_each_source(graph_, lowering_, member.node,
                        [&](const Source& source, std::size_t) { visit(member.node, source); });
      }
    }
  }

  /// The concatenations that the state is made of; what they read, place_parts sees to.
  void note_value(std::uint32_t concat) {
    value_.insert(concat);
    const Node& node = graph_.nodes[concat];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      if (is_nested(source)) note_value(source.buffer.index);
    }
  }

  void note_read(const Source& source) {
    if (source.buffer.kind == Buffer::Kind::state) reads_.push_back(bytes_of(source));
  }

  /// Walks those concatenations, `begin` being where their bytes go.
  void place_parts(std::uint32_t concat, std::int64_t begin) {
    const Node& node = graph_.nodes[concat];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Source source = lowering_.operand(node.operands[o]);
      if (is_nested(source)) {
        place_parts(source.buffer.index, begin);
      } else if (source.buffer.kind == Buffer::Kind::node && source.is_dense() && source.access.offset == 0) {
        consider(source.buffer.index, node.operands[o].bytes, begin);
      } else if (source.buffer.kind == Buffer::Kind::state &&
                 (!source.is_dense() || bytes_of(source).begin != begin)) {
        in_place_ = false;  // old bytes go elsewhere, and might be gone when they are copied
      }
      begin += node.operands[o].bytes;
    }
  }

  [[nodiscard]] bool is_nested(const Source& source) const {
    if (source.buffer.kind != Buffer::Kind::node || uses_.at(source.buffer.index) != 1) return false;
    const Node& inner = graph_.nodes[source.buffer.index];
    return inner.form == Form::concat && inner.shape == source.access.shape &&
           !lowering_.copied_from[source.buffer.index] && source.is_dense() && source.access.offset == 0;
  }

  void consider(std::uint32_t i, std::int64_t bytes, std::int64_t begin) {
    const Node& node = graph_.nodes[i];
    if (!is_map(node, ScalarFn::select) || !alone_.contains(i) || node.bytes() != bytes ||
        tensor::size_of(node.dtype) != kSize)
      return;
    const Source condition = lowering_.operand(node.operands[0]);
    const Source old = lowering_.operand(node.operands[2]);
    if (old.buffer.kind != Buffer::Kind::state || !old.is_dense() || old.access.shape != node.shape ||
        bytes_of(old).begin != begin || !is_read_once(bytes_of(old)))
      return;
    const Strides condition_strides = strides_along(condition, node, 0);
    const auto axis = only_axis(node.shape, condition_strides);
    if (!axis) return;
    const Source rows = lowering_.operand(node.operands[1]);
    found_[i] = {.condition = condition,
                 .condition_stride = condition_strides[static_cast<std::size_t>(*axis)],
                 .rows = rows,
                 .row_strides = strides_along(rows, node, 1),
                 .shape = node.shape,
                 .axis = *axis,
                 .offset = begin};
    updated_bytes_ += node.bytes();
  }

  /// By the update itself, and nothing else.
  [[nodiscard]] bool is_read_once(ByteRange range) const {
    return std::ranges::count_if(reads_, [&](const ByteRange& other) { return other.overlaps(range); }) == 1;
  }

  const Graph& graph_;
  const Lowering& lowering_;
  const std::vector<Group>& groups_;
  std::map<std::uint32_t, int> uses_;  // of nodes' buffers
  std::set<std::uint32_t> value_;      // concatenations
  std::set<std::uint32_t> alone_;      // nodes that are a loop of their own
  std::vector<ByteRange> reads_;
  RowUpdates found_;
  std::int64_t updated_bytes_ = 0;
  bool in_place_ = true;
};

}  // namespace

RowUpdates find_row_updates(const Graph& graph, const Lowering& lowering, const std::vector<Group>& groups) {
  return Finder(graph, lowering, groups).run();
}

void run_row_update(const RowUpdate& update, const Addresses& addresses, ThreadPool& pool,
                    std::uint8_t* out) {
  const std::uint8_t* old = addresses.state + update.offset;
  const Strides strides = Access::dense(update.shape).strides;
  if (out != old) copy_strided(pool, update.shape, kSize, old, strides, out, strides);
  const auto* condition = reinterpret_cast<const std::int32_t*>(addresses.of(update.condition));
  const auto axis = static_cast<std::size_t>(update.axis);
  const std::uint8_t* rows = addresses.of(update.rows);
  const Shape one = update.shape.with(update.axis, 1);
  for (std::int64_t row = 0; row < update.shape[update.axis]; ++row) {
    if (condition[row * update.condition_stride] == 0) continue;
    copy_strided(pool, one, kSize, rows + row * update.row_strides[axis] * kSize, update.row_strides,
                 out + row * strides[axis] * kSize, strides);
  }
}

}  // namespace lydian::runtime
