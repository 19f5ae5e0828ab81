#include "lydian/runtime/executor.h"

#include "lydian/core/ensure.h"
#include "lydian/core/pages.h"
#include "lydian/kernels/gather.h"
#include "lydian/kernels/matmul.h"
#include "lydian/runtime/byte_order.h"
#include "lydian/runtime/loop.h"
#include "lydian/runtime/recompute.h"

namespace lydian::runtime {
namespace {

constexpr std::int64_t kScratchAlignment = 4096;

template <typename T>
kernels::MatmulOperand<T> matmul_operand(const Source& source, const BatchLevels& levels,
                                         const Addresses& addresses) {
  const int rank = source.access.shape.rank();
  return {reinterpret_cast<const T*>(addresses.of(source)),
          source.access.strides[static_cast<std::size_t>(rank - 2)],
          source.access.strides[static_cast<std::size_t>(rank - 1)], levels.outer_stride,
          levels.inner_stride};
}

std::vector<Group> plan_groups(const Graph& graph, const Lowering& lowering, const ExecutorOptions& options) {
  std::vector<Group> groups = make_groups(graph, lowering, options.fuse);
  if (options.show_all) return groups;
  if (options.fuse && options.recompute)
    recompute_maps(graph, lowering, groups);
  else
    drop_unused(graph, lowering, groups);
  return groups;
}

}  // namespace

struct Executor::Plan {
  Plan(const Graph& g, const LiteralTable& literals, ThreadPool& p, const ExecutorOptions& options)
      : graph(g),
        lowering(lower(graph)),
        groups(plan_groups(graph, lowering, options)),
        showing(options.show_all ? std::optional(plan_showing(graph, lowering, groups)) : std::nullopt),
        row_updates(options.update_rows && !showing ? find_row_updates(graph, lowering, groups)
                                                    : RowUpdates{}),
        memory(plan_memory(graph, lowering, groups, row_updates, options.in_place, showing)),
        pool(p),
        isa(options.isa),
        matmul_scratch(p.size()) {
    compile_loops();
    place_fixed(literals);
  }

  /// Takes the memory that the plan says, once.
  void take_memory() {
    if (!addresses.nodes.empty()) return;
    arena = Pages(static_cast<std::size_t>(memory.arena_bytes));
    loop_scratch = Pages(static_cast<std::size_t>(scratch_stride * pool.size()));
    for (int thread = 0; thread < pool.size(); ++thread)
      scratch.push_back(loop_scratch.data() + scratch_stride * thread);
    addresses.nodes.resize(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (memory.places[i].arena >= 0) addresses.nodes[i] = arena.data() + memory.places[i].arena;
    }
  }

  void compile_loops() {
    std::int64_t bytes = 0;
    for (const Group& group : groups) {
      if (!group.is_loop || row_updates.contains(group.members.front().node)) {
        loops.push_back(nullptr);
        continue;
      }
      loops.push_back(std::make_unique<Loop>(graph, lowering, memory, group, isa, pool.size()));
      bytes = std::max(bytes, loops.back()->scratch_bytes());
    }
    scratch_stride = (bytes / kScratchAlignment + 1) * kScratchAlignment;
  }

  /// By node: iotas that something reads from memory; loops count for themselves where they read every
  /// element.
  [[nodiscard]] std::vector<bool> find_read_iotas() const {
    std::vector<bool> is_read(graph.nodes.size(), showing.has_value());
    for (const Group& group : groups) {
      for (const Member& member : group.members) {
        for_each_source(graph, lowering, member.node, [&](const Source& source, std::size_t o) {
          if (source.buffer.kind != Buffer::Kind::iota) return;
          const Node& node = graph.nodes[member.node];
          const bool counts = group.is_loop && node.form == Form::map && is_read_densely(source, node, o);
          if (!counts) is_read[source.buffer.index] = true;
        });
      }
    }
    return is_read;
  }

  /// Literals stay where they are; an iota is its axis, written once.
  void place_fixed(const LiteralTable& literals) {
    addresses.fixed.resize(graph.nodes.size());
    const std::vector<bool> is_iota_read = find_read_iotas();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (node.form == Form::literal) addresses.fixed[i] = literal_in_memory(node, literals.at(node.literal));
      if (node.form != Form::iota || !is_iota_read[i]) continue;
      std::vector<std::int32_t> axis(
          static_cast<std::size_t>(std::max<std::int64_t>(node.shape[node.axis], 1)));
      for (std::size_t k = 0; k < axis.size(); ++k)
        axis[k] = static_cast<std::int32_t>(static_cast<std::uint32_t>(k));
      iotas.push_back(std::move(axis));
      addresses.fixed[i] = reinterpret_cast<const std::uint8_t*>(iotas.back().data());
    }
  }

  const std::uint8_t* literal_in_memory(const Node& node, const Bytes& literal) {
    const int size = tensor::size_of(node.dtype);
    if (is_readable_in_place(1, size)) return literal.data();
    swapped_literals.push_back(literal);
    swap_file_and_memory(swapped_literals.back(), size);
    return swapped_literals.back().data();
  }

  /// Bytes of the elements that a buffer holds; a file's are bytes.
  [[nodiscard]] int stored_size(const Buffer& buffer) const {
    const bool is_file = buffer.kind == Buffer::Kind::state || buffer.kind == Buffer::Kind::constant;
    return is_file ? 1 : tensor::size_of(graph.nodes[buffer.index].dtype);
  }

  void copy_view(const Node& node, const Source& from, std::uint8_t* out) {
    const int size = tensor::size_of(node.dtype);
    const int stored = stored_size(from.buffer);
    if (is_readable_in_place(stored, size)) {
      copy_strided(pool, node.shape, size, addresses.of(from), from.access.strides, out,
                   Access::dense(node.shape).strides);
    } else {
      copy_reread(pool, node.shape, addresses.of(from.buffer), stored, from.access.offset,
                  from.access.strides, out, size);
    }
  }

  void run_alone(std::uint32_t i) {
    const Node& node = graph.nodes[i];
    std::uint8_t* out = addresses.nodes[i];
    if (const auto update = row_updates.find(i); update != row_updates.end())
      return run_row_update(update->second, addresses, pool, out);
    if (lowering.copied_from[i]) return copy_view(node, *lowering.copied_from[i], out);
    switch (node.form) {
      case Form::matmul:
        return run_matmul(node, out);
      case Form::reduce:
        return run_reduce(node, out);
      case Form::gather:
        return run_gather(node, out);
      case Form::scatter_add:
        return run_scatter_add(node, out);
      case Form::concat:
        return run_concat(i, out);
      default:
        ENSURE(false, "a {} as a step of its own", program::name_of(node.form));
    }
  }

  void run_matmul(const Node& node, std::uint8_t* out) {
    const Source a = lowering.operand(node.operands[0]);
    const Source b = lowering.operand(node.operands[1]);
    const auto levels = *batch_levels(a, b);
    const std::int64_t m = node.shape.last(1);
    const std::int64_t n = node.shape.last();
    const kernels::MatmulShape shape{m, n, node.extent, levels[0].outer, levels[0].inner};
    const std::int64_t outer_stride = levels[0].inner * m * n;
    if (node.dtype == DType::i32) {
      kernels::matmul_i8(isa, pool, shape, matmul_operand<std::int8_t>(a, levels[0], addresses),
                         matmul_operand<std::int8_t>(b, levels[1], addresses),
                         {reinterpret_cast<std::int32_t*>(out), n, outer_stride, m * n});
    } else {
      kernels::matmul(isa, pool, shape, matmul_operand<float>(a, levels[0], addresses),
                      matmul_operand<float>(b, levels[1], addresses),
                      {reinterpret_cast<float*>(out), n, outer_stride, m * n}, matmul_scratch);
    }
  }

  void run_reduce(const Node& node, std::uint8_t* out) {
    const Source x = lowering.operand(node.operands[0]);
    const Shape whole = node.shape.inserted(node.axis, node.extent);
    kernels::ReduceShape shape{whole.elements(0, node.axis), node.extent, whole.stride(node.axis)};
    shape.outer_stride = node.extent * shape.inner;
    shape.n_stride = shape.inner;
    kernels::reduce(isa, pool, static_cast<kernels::ReduceFn>(node.fn), x.dtype, shape, addresses.of(x), out);
  }

  [[nodiscard]] std::span<const std::int32_t> index_of(const Source& source) const {
    return {reinterpret_cast<const std::int32_t*>(addresses.of(source)),
            static_cast<std::size_t>(source.access.shape.elements())};
  }

  void run_gather(const Node& node, std::uint8_t* out) {
    const Source table = lowering.operand(node.operands[0]);
    const std::int64_t row_bytes = node.shape[1] * tensor::size_of(node.dtype);
    kernels::gather_rows(pool, index_of(lowering.operand(node.operands[1])), addresses.of(table), node.extent,
                         row_bytes, row_bytes, out);
  }

  void run_scatter_add(const Node& node, std::uint8_t* out) {
    const Source updates = lowering.operand(node.operands[1]);
    kernels::scatter_add_rows(pool, node.dtype, index_of(lowering.operand(node.operands[0])),
                              addresses.of(updates), node.shape[1], node.shape[0], node.shape[1], out);
  }

  void run_concat(std::uint32_t i, std::uint8_t* out) {
    const Node& node = graph.nodes[i];
    const Strides strides = Access::dense(node.shape).strides;
    const int size = tensor::size_of(node.dtype);
    for (const ConcatPart& part : memory.concat_parts[i]) {
      std::uint8_t* to = out + part.begin * node.shape.stride(node.axis) * size;
      if (to == addresses.of(part.from)) continue;  // bytes of a state that is updated in place
      copy_strided(pool, part.from.access.shape, size, addresses.of(part.from), part.from.access.strides, to,
                   strides);
    }
  }

  /// A node's value by itself, or as the view of a buffer that it is.
  void show(std::uint32_t i, ValueSink& sink) const {
    const Node& node = graph.nodes[i];
    const bool is_view = (node.form == Form::view || node.form == Form::iota) && !lowering.copied_from[i];
    if (!is_view) return sink.whole(i, {addresses.nodes[i], static_cast<std::size_t>(node.bytes())});
    const Source& value = lowering.values[i];
    if (is_whole_buffer(graph, value)) return sink.same(i, value.buffer.index);
    sink.strided(i, value.access, tensor::size_of(value.dtype), addresses.of(value));
  }

  void show_all(const std::vector<std::uint32_t>& nodes, ValueSink* sink) const {
    if (sink == nullptr) return;
    for (const std::uint32_t node : nodes) show(node, *sink);
  }

  void run(ByteView state, std::span<const ByteView> constants, std::span<std::uint8_t> value,
           ValueSink* sink) {
    ENSURE(sink == nullptr || showing, "a plan that does not show its values");
    ENSURE(static_cast<std::int64_t>(value.size()) == graph.nodes.back().bytes(),
           "{} bytes for a value of {}", value.size(), graph.nodes.back().bytes());
    ENSURE(state.data() != value.data() || value.empty() ||
               (memory.is_over_state && state.size() == value.size()),
           "a value over a state of {} bytes", state.size());
    take_memory();
    addresses.state = state.data();
    addresses.constants.clear();
    for (const ByteView& constant : constants) addresses.constants.push_back(constant.data());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (memory.places[i].arena == MemoryPlan::kValue)
        addresses.nodes[i] = value.data() + memory.places[i].value;
    }
    if (showing) show_all(showing->at_start, sink);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (loops[g]) {
        loops[g]->run(addresses, pool, scratch, sink);
      } else if (const std::uint32_t node = groups[g].members.front().node; !memory.skipped[node]) {
        run_alone(node);
      }
      if (showing) show_all(showing->after_group[g], sink);
      if (after) after(g);
    }
    swap_file_and_memory(value, tensor::size_of(graph.nodes.back().dtype));
  }

  [[nodiscard]] std::string describe(std::size_t g) const {
    std::string text;
    for (const Member& member : groups[g].members) {
      const Node& node = graph.nodes[member.node];
      const bool copied = lowering.copied_from[member.node].has_value();
      if (!text.empty()) text += ' ';
      if (node.form == Form::map)
        text += kernels::info_of(static_cast<kernels::ScalarFn>(node.fn)).name;
      else
        text += copied ? "copy" : program::name_of(node.form);
      if (!groups[g].is_loop || &member == &groups[g].members.front() || node.form == Form::reduce)
        text += node.shape.text();
      if (node.form == Form::matmul || node.form == Form::reduce) text += fmt::format("/{}", node.extent);
    }
    return text;
  }

  std::function<void(std::size_t)> after;
  Graph graph;
  Lowering lowering;
  std::vector<Group> groups;
  std::optional<Showing> showing;
  RowUpdates row_updates;
  MemoryPlan memory;
  ThreadPool& pool;
  kernels::Isa isa;
  Pages arena;
  kernels::MatmulScratch matmul_scratch;
  std::vector<std::unique_ptr<Loop>> loops;  // by group; null for a node alone
  std::int64_t scratch_stride = 0;           // bytes of a thread's scratch
  Pages loop_scratch;
  std::vector<std::uint8_t*> scratch;  // by thread
  std::vector<std::vector<std::int32_t>> iotas;
  std::vector<Bytes> swapped_literals;  // where memory has another byte order than files
  Addresses addresses;
};

Executor::Executor(const Graph& graph, const LiteralTable& literals, ThreadPool& pool,
                   const ExecutorOptions& options)
    : plan_(std::make_unique<Plan>(graph, literals, pool, options)) {}

Executor::~Executor() = default;

void Executor::run(ByteView state, std::span<const ByteView> constants, std::span<std::uint8_t> value,
                   ValueSink* sink) {
  plan_->run(state, constants, value, sink);
}

void Executor::observe(std::function<void(std::size_t)> after) { plan_->after = std::move(after); }

std::string Executor::describe(std::size_t group) const { return plan_->describe(group); }

bool Executor::writes_over_state() const { return plan_->memory.is_over_state; }

std::int64_t Executor::memory_bytes() const {
  return plan_->memory.arena_bytes + plan_->scratch_stride * plan_->pool.size();
}

}  // namespace lydian::runtime
