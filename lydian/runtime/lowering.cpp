#include "lydian/runtime/lowering.h"

#include "lydian/core/ensure.h"
#include "lydian/runtime/byte_order.h"

namespace lydian::runtime {
namespace {

using program::RefKind;

class Lowerer {
 public:
  explicit Lowerer(const Graph& graph) : graph_(graph) {
    out_.values.resize(graph.nodes.size());
    out_.copied_from.resize(graph.nodes.size());
  }

  Lowering run() {
    for (std::uint32_t i = 0; i < graph_.nodes.size(); ++i) place(i);
    while (straighten_products()) {
    }
    // The graph's value is read from outside: dense bytes of its own.
    if (!graph_.nodes.empty()) force_own(static_cast<std::uint32_t>(graph_.nodes.size() - 1));
    return std::move(out_);
  }

 private:
  void place(std::uint32_t i) {
    const Node& node = graph_.nodes[i];
    switch (node.form) {
      case Form::literal:
        own(i, Buffer::Kind::literal);
        return;
      case Form::iota:
        place_iota(i);
        return;
      case Form::view:
        place_view(i);
        return;
      case Form::reduce:
      case Form::scatter_add:
      case Form::gather:
        force_operands_dense(node);
        break;
      case Form::map:
        require_aligned(node);
        break;
      case Form::matmul:
      case Form::concat:
        break;
    }
    own(i, Buffer::Kind::node);
  }

  void own(std::uint32_t i, Buffer::Kind kind) {
    const Node& node = graph_.nodes[i];
    out_.values[i] = {{kind, i}, node.dtype, Access::dense(node.shape)};
  }

  /// The buffer of an iota holds its axis once.
  void place_iota(std::uint32_t i) {
    const Node& node = graph_.nodes[i];
    Access access{node.shape};
    access.strides[node.axis] = 1;
    out_.values[i] = {{Buffer::Kind::iota, i}, DType::i32, access};
  }

  void place_view(std::uint32_t i) {
    const Node& node = graph_.nodes[i];
    const program::Operand& operand = node.operands[0];
    auto seen = look_through(node, out_.operand(operand));
    if (!seen) {
      ENSURE(operand.ref.kind == RefKind::node, "a view of {} that is no access", node.shape.text());
      force_own(operand.ref.index);
      seen = look_through(node, out_.operand(operand));
      ENSURE(seen.has_value(), "a view of a dense value that is no access");
    }
    const int stored = tensor::size_of(out_.operand(operand).dtype);
    out_.values[i] = *seen;
    if (!is_readable_in_place(stored, tensor::size_of(node.dtype))) force_own(i);
  }

  static std::optional<Source> look_through(const Node& node, const Source& operand) {
    if (operand.dtype == node.dtype) {
      const auto access = program::compose(operand.access, node.shape, node.offset, node.strides);
      if (!access) return std::nullopt;
      return Source{operand.buffer, node.dtype, *access};
    }
    // Other elements over the same bytes: only where those lie side by side.
    const std::int64_t begin_bytes = operand.access.offset * tensor::size_of(operand.dtype);
    if (!operand.is_dense() || begin_bytes % tensor::size_of(node.dtype) != 0) return std::nullopt;
    Access access{node.shape, begin_bytes / tensor::size_of(node.dtype) + node.offset, node.strides};
    return Source{operand.buffer, node.dtype, access};
  }

  /// Gives a view a dense buffer of its own.
  void force_own(std::uint32_t i) {
    const Source& value = out_.values[i];
    if (value.buffer == Buffer{Buffer::Kind::node, i} && value.is_dense()) return;
    out_.copied_from[i] = value;
    own(i, Buffer::Kind::node);
  }

  void force_dense(const program::Operand& operand) {
    if (operand.ref.kind == RefKind::node && !out_.values[operand.ref.index].is_dense())
      force_own(operand.ref.index);
  }

  void force_operands_dense(const Node& node) {
    for (std::size_t o = 0; o < node.operand_count; ++o) force_dense(node.operands[o]);
  }

  /// A map reads a strided operand axis by axis, so its axes must be the output's, counted from the last.
  void require_aligned(const Node& node) {
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const Shape shape = out_.operand(node.operands[o]).access.shape;
      const int shift = node.shape.rank() - shape.rank();
      bool aligned = shift >= 0;
      for (int d = 0; aligned && d < shape.rank(); ++d) {
        const bool repeats = (node.operands[o].broadcast_mask >> (d + shift) & 1) != 0;
        aligned = shape[d] == (repeats ? 1 : node.shape[d + shift]);
      }
      if (!aligned) force_dense(node.operands[o]);
    }
  }

  /// Makes the operands of products dense whose batch axes are more than two levels. That can add levels to
  /// another product of the same operands, so it is repeated until nothing changes.
  bool straighten_products() {
    bool changed = false;
    for (const Node& node : graph_.nodes) {
      if (node.form != Form::matmul ||
          batch_levels(out_.operand(node.operands[0]), out_.operand(node.operands[1])))
        continue;
      force_operands_dense(node);
      changed = true;
    }
    return changed;
  }

  const Graph& graph_;
  Lowering out_;
};

}  // namespace

Source Lowering::operand(const program::Operand& operand) const {
  switch (operand.ref.kind) {
    case RefKind::node:
      return values[operand.ref.index];
    case RefKind::state:
      return {{Buffer::Kind::state, 0}, DType::u8, Access::dense({operand.bytes})};
    case RefKind::constant:
      return {{Buffer::Kind::constant, operand.ref.index}, DType::u8, Access::dense({operand.bytes})};
  }
  ENSURE(false, "a reference of unknown kind");
}

Lowering lower(const Graph& graph) { return Lowerer(graph).run(); }

ByteRange bytes_of(const Source& source) {
  if (source.access.shape.elements() == 0) return {};
  std::int64_t first = source.access.offset;
  std::int64_t last = first;
  for (int d = 0; d < source.access.shape.rank(); ++d) {
    const std::int64_t reach =
        (source.access.shape[d] - 1) * source.access.strides[static_cast<std::size_t>(d)];
    (reach < 0 ? first : last) += reach;
  }
  const int size = tensor::size_of(source.dtype);
  return {first * size, (last + 1) * size};
}

std::array<std::int64_t, tensor::kMaxRank> strides_along(const Source& source, const Node& map,
                                                         std::size_t operand) {
  const std::uint8_t mask = map.operands[operand].broadcast_mask;
  const int shift = map.shape.rank() - source.access.shape.rank();
  std::array<std::int64_t, tensor::kMaxRank> strides{};
  std::int64_t dense = 1;
  for (int d = map.shape.rank() - 1; d >= 0; --d) {
    if ((mask >> d & 1) != 0 || map.shape[d] == 1) continue;
    const bool aligned = !source.is_dense();
    strides[static_cast<std::size_t>(d)] =
        aligned ? source.access.strides[static_cast<std::size_t>(d - shift)] : dense;
    dense *= map.shape[d];
  }
  return strides;
}

std::optional<std::array<BatchLevels, 2>> batch_levels(const Source& a, const Source& b) {
  struct Axis {
    std::int64_t extent;
    std::array<std::int64_t, 2> strides;
  };
  std::vector<Axis> merged;  // outermost first
  const int batch_axes = a.access.shape.rank() - 2;
  for (int d = 0; d < batch_axes; ++d) {
    const auto at = static_cast<std::size_t>(d);
    const Axis axis{a.access.shape[d], {a.access.strides[at], b.access.strides[at]}};
    if (axis.extent == 1) continue;
    if (!merged.empty() && merged.back().strides[0] == axis.strides[0] * axis.extent &&
        merged.back().strides[1] == axis.strides[1] * axis.extent) {
      merged.back() = {merged.back().extent * axis.extent, axis.strides};
    } else {
      merged.push_back(axis);
    }
  }
  if (merged.size() > 2) return std::nullopt;
  while (merged.size() < 2) merged.insert(merged.begin(), Axis{1, {0, 0}});
  std::array<BatchLevels, 2> levels;
  for (std::size_t i = 0; i < 2; ++i)
    levels[i] = {merged[0].extent, merged[1].extent, merged[0].strides[i], merged[1].strides[i]};
  return levels;
}

}  // namespace lydian::runtime
