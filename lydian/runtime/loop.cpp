#include "lydian/runtime/loop.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::runtime {
namespace {

constexpr std::int64_t kBlockElements = 1024;  // of a value: a dozen values stay in the first-level cache
constexpr std::int64_t kTaskElements = 16384;
constexpr std::int64_t kAlignment = 64;
constexpr std::int64_t kTasksPerThread = 4;
constexpr std::int64_t kElementsWorthSharing = 2048;  // waking a thread costs as much

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// n elements of an iota's axis.
void count_up(std::int64_t first, std::int64_t n, std::uint8_t* to) {
  auto* const values = reinterpret_cast<std::uint32_t*>(to);
  const auto base = static_cast<std::uint32_t>(first);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(n); ++i) values[i] = base + i;
}

}  // namespace

/// Turns a group's members into instructions and gives its own values places in the scratch.
struct Loop::Compiler {
  const Graph& graph;
  const Lowering& lowering;
  const MemoryPlan& plan;
  const Group& group;
  Loop& loop;

  struct Slot {
    std::int64_t offset, bytes;
    std::size_t free_after;  // instruction
  };
  std::vector<Slot> slots{};
  std::vector<std::int64_t> slot_of{};               // by member
  std::vector<std::size_t> last_use{};               // by member
  std::map<std::uint32_t, std::size_t> member_of{};  // by node

  void compile(int threads) {
    for (std::size_t m = 0; m < group.members.size(); ++m) member_of[group.members[m].node] = m;
    slot_of.assign(group.members.size(), -1);
    last_use.assign(group.members.size(), 0);
    for (std::size_t m = 0; m < group.members.size(); ++m) {
      const Node& node = graph.nodes[group.members[m].node];
      for (std::size_t o = 0; o < node.operand_count; ++o) {
        const auto own = member_behind(lowering.operand(node.operands[o]));
        if (own) last_use[*own] = m;
      }
    }
    flatten();
    const auto rows_of = [&](std::int64_t elements) {
      return std::max<std::int64_t>(1, elements / std::max<std::int64_t>(1, loop.columns_));
    };
    const std::int64_t fair =
        std::max(rows_of(kElementsWorthSharing), ceil_div(loop.rows_, threads * kTasksPerThread));
    loop.block_rows_ = std::min(rows_of(kBlockElements), fair);
    loop.task_rows_ = std::min(rows_of(kTaskElements), fair) / loop.block_rows_ * loop.block_rows_;
    for (std::size_t m = 0; m < group.members.size(); ++m) loop.instructions_.push_back(instruction(m));
  }

  /// A loop whose every operand is dense or one element needs no rows of its own: cut it into handy runs.
  void flatten() {
    for (const Member& member : group.members) {
      if (member.extent != Extent::full) return;
      const Node& node = graph.nodes[member.node];
      for (std::size_t o = 0; o < node.operand_count; ++o) {
        const Source source = lowering.operand(node.operands[o]);
        if (!is_flat(node, o, source)) return;
      }
    }
    const std::int64_t total = loop.rows_ * loop.columns_;
    loop.columns_ = 1;
    loop.rows_ = total;
  }

  [[nodiscard]] static bool is_flat(const Node& node, std::size_t operand, const Source& source) {
    return is_read_densely(source, node, operand) || is_one(node.shape, strides_along(source, node, operand));
  }
  [[nodiscard]] static bool is_one(const Shape& shape, const Strides& strides) {
    for (int d = 0; d < shape.rank(); ++d) {
      if (shape[d] != 1 && strides[static_cast<std::size_t>(d)] != 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::optional<std::size_t> member_behind(const Source& source) const {
    if (source.buffer.kind != Buffer::Kind::node) return std::nullopt;
    const auto found = member_of.find(source.buffer.index);
    if (found == member_of.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] std::int64_t block_bytes(Extent extent, int size) const {
    const std::int64_t elements = loop.block_rows_ * (extent == Extent::full ? loop.columns_ : 1);
    return ceil_div(std::max<std::int64_t>(1, elements * size), kAlignment) * kAlignment;
  }

  std::int64_t take_slot(std::int64_t bytes, std::size_t now, std::size_t free_after) {
    for (Slot& slot : slots) {
      if (slot.free_after < now && slot.bytes == bytes) {
        slot.free_after = free_after;
        return slot.offset;
      }
    }
    slots.push_back({loop.scratch_bytes_, bytes, free_after});
    loop.scratch_bytes_ += bytes;
    return slots.back().offset;
  }

  Instruction instruction(std::size_t m) {
    const Member& member = group.members[m];
    Instruction made{.node = graph.nodes[member.node], .extent = member.extent, .index = member.node};
    made.size = tensor::size_of(made.node.dtype);
    if (made.node.form == Form::map)
      compile_map(made, m);
    else
      made.inputs[0] = reduce_input(made.node);
    made.is_stored = !member.is_copy && plan.places[member.node].arena != MemoryPlan::kInCache;
    if (!made.is_stored)
      made.slot = slot_of[m] = take_slot(block_bytes(member.extent, made.size), m, last_use[m]);
    return made;
  }

  Input reduce_input(const Node& node) {
    const Source source = lowering.operand(node.operands[0]);
    Input input = input_of(source);
    ENSURE(source.is_dense(), "a fused reduction of strided elements");
    return input;
  }

  [[nodiscard]] Input input_of(const Source& source) const {
    Input input{.source = source};
    input.size = tensor::size_of(source.dtype);
    const auto own = member_behind(source);
    if (own && slot_of[*own] >= 0) {
      input.is_own = true;
      input.slot = slot_of[*own];
    }
    return input;
  }

  void compile_map(Instruction& made, std::size_t m) {
    kernels::SplatMask whole_splats = 0;
    kernels::SplatMask row_splats = 0;
    bool by_row = false;
    for (std::size_t o = 0; o < made.node.operand_count; ++o) {
      Input& input = made.inputs[o];
      input = map_input(made, o, m);
      const bool splat = input.walk == Walk::splat;
      if (splat) whole_splats |= 1U << o;
      if (splat || input.walk == Walk::row_splat) row_splats |= 1U << o;
      by_row = by_row || input.walk == Walk::row_run || input.walk == Walk::row_splat;
    }
    const auto fn = static_cast<kernels::ScalarFn>(made.node.fn);
    const std::size_t typed =
        fn == kernels::ScalarFn::select ? 1 : 0;  // select's first operand is its condition
    const DType in = made.node.operands[typed].dtype;
    if (by_row)
      made.by_row = kernels::map_kernel(loop.isa_, fn, in, made.node.dtype, row_splats);
    else
      made.whole = kernels::map_kernel(loop.isa_, fn, in, made.node.dtype, whole_splats);
  }

  Input map_input(const Instruction& made, std::size_t o, std::size_t m) {
    const Node& node = made.node;
    const Source source = lowering.operand(node.operands[o]);
    Input input = input_of(source);
    const Strides strides = strides_along(source, node, o);
    if (const auto own = member_behind(source)) {
      const bool spread = made.extent == Extent::full && group.members[*own].extent == Extent::row;
      input.walk = spread ? Walk::row_splat : Walk::dense;
      input.rows = RowOffsets(Shape{loop.rows_}, 1, {1});
      input.column_stride = 0;
      return input;
    }
    if (is_read_densely(source, node, o)) {
      if (source.buffer.kind == Buffer::Kind::iota) {
        input.walk = Walk::counted;
        input.slot = take_slot(block_bytes(made.extent, input.size), m, m);
      }
      return input;
    }
    if (is_one(node.shape, strides)) {
      input.walk = Walk::splat;
      return input;
    }
    const bool full = made.extent == Extent::full;
    const int row_axes = full ? node.shape.rank() - 1 : node.shape.rank();
    input.rows = RowOffsets(node.shape, row_axes, strides);
    input.column_stride =
        full && node.shape.last() != 1 ? strides[static_cast<std::size_t>(node.shape.rank() - 1)] : 0;
    if (full && loop.columns_ > 1 && input.column_stride == 1) {
      input.walk = Walk::row_run;
    } else if (full && loop.columns_ > 1 && input.column_stride == 0) {
      input.walk = Walk::row_splat;
    } else {
      input.walk = Walk::gathered;
      input.slot = take_slot(block_bytes(made.extent, input.size), m, m);
    }
    return input;
  }
};

Loop::Loop(const Graph& graph, const Lowering& lowering, const MemoryPlan& plan, const Group& group,
           kernels::Isa isa, int threads)
    : isa_(isa), rows_(group.shape.rows), columns_(group.shape.columns) {
  Compiler{graph, lowering, plan, group, *this}.compile(threads);
}

/// Rows [first, first + rows) with one thread's scratch.
struct Loop::Block {
  const Addresses& addresses;
  std::uint8_t* scratch;
  std::int64_t first;
  std::int64_t rows;
  int thread;
  ValueSink* sink;

  /// Where an instruction's results for this block go.
  [[nodiscard]] std::uint8_t* output(const Instruction& made, std::int64_t columns) const {
    if (!made.is_stored) return scratch + made.slot;
    return addresses.nodes[made.index] + first * columns * made.size;
  }
  /// The block's first element of a dense input.
  [[nodiscard]] const std::uint8_t* dense(const Input& input, std::int64_t columns) const {
    if (input.is_own) return scratch + input.slot;
    return addresses.of(input.source) + first * columns * input.size;
  }
};

void Loop::run(const Addresses& addresses, ThreadPool& pool, const std::vector<std::uint8_t*>& scratch,
               ValueSink* sink) const {
  pool.parallel_for(ceil_div(rows_, task_rows_), [&](std::int64_t task, int thread) {
    const std::int64_t end = std::min(rows_, (task + 1) * task_rows_);
    for (std::int64_t first = task * task_rows_; first < end; first += block_rows_) {
      run_block({addresses, scratch[static_cast<std::size_t>(thread)], first,
                 std::min(block_rows_, end - first), thread, sink});
    }
  });
}

void Loop::run_block(const Block& block) const {
  for (const Instruction& instruction : instructions_) {
    if (instruction.node.form == Form::map)
      run_map(instruction, block);
    else
      run_reduce(instruction, block);
    if (block.sink != nullptr) show(instruction, block);
  }
}

void Loop::show(const Instruction& made, const Block& block) const {
  const std::int64_t columns = made.extent == Extent::full ? columns_ : 1;
  const std::int64_t row_bytes = columns * made.size;
  block.sink->run(block.thread, made.index, block.first * row_bytes,
                  {block.output(made, columns), static_cast<std::size_t>(block.rows * row_bytes)});
}

void Loop::run_reduce(const Instruction& made, const Block& block) const {
  const auto fn = static_cast<kernels::ReduceFn>(made.node.fn);
  kernels::reduce_rows(isa_, fn, made.node.operands[0].dtype, block.rows, columns_,
                       block.dense(made.inputs[0], columns_), columns_, block.output(made, 1));
}

void Loop::run_map(const Instruction& made, const Block& block) const {
  const std::int64_t columns = made.extent == Extent::full ? columns_ : 1;
  std::array<const std::uint8_t*, program::kMaxOperands> at{};
  for (std::size_t o = 0; o < made.node.operand_count; ++o) {
    const Input& input = made.inputs[o];
    switch (input.walk) {
      case Walk::dense:
        at[o] = block.dense(input, columns);
        break;
      case Walk::splat:
        at[o] = block.addresses.of(input.source);
        break;
      case Walk::counted:
        at[o] = block.scratch + input.slot;
        count_up(input.source.access.offset + block.first * columns, block.rows * columns,
                 block.scratch + input.slot);
        break;
      case Walk::row_run:
      case Walk::row_splat:
        break;
      case Walk::gathered: {
        std::uint8_t* to = block.scratch + input.slot;
        for (std::int64_t r = 0; r < block.rows; ++r) {
          const std::uint8_t* from =
              block.addresses.of(input.source) + input.rows.of(block.first + r) * input.size;
          copy_run(input.size, columns, from, input.column_stride, to + r * columns * input.size);
        }
        at[o] = to;
        break;
      }
    }
  }
  std::uint8_t* out = block.output(made, columns);
  if (made.whole != nullptr) {
    made.whole(block.rows * columns, at[0], at[1], at[2], out);
    return;
  }
  for (std::int64_t r = 0; r < block.rows; ++r) {
    std::array<const std::uint8_t*, program::kMaxOperands> row = at;
    for (std::size_t o = 0; o < made.node.operand_count; ++o) {
      const Input& input = made.inputs[o];
      if (input.walk == Walk::row_run || input.walk == Walk::row_splat) {
        row[o] = input.is_own
                     ? block.scratch + input.slot + r * input.size
                     : block.addresses.of(input.source) + input.rows.of(block.first + r) * input.size;
      } else if (input.walk != Walk::splat) {
        row[o] = at[o] + r * columns * input.size;
      }
    }
    made.by_row(columns, row[0], row[1], row[2], out + r * columns * made.size);
  }
}

}  // namespace lydian::runtime
