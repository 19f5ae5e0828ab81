// Runs a graph fast, with the bits of the interpreter: views looked through, maps and row reductions fused,
// memory planned once, every step on all threads. Passes in order: lowering, fusion, recompute, row updates,
// memory plan (which has in place); for a trace showing (showing.h) instead of those that leave values out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"
#include "lydian/runtime/interpreter.h"
#include "lydian/runtime/value_sink.h"

namespace lydian::runtime {

struct ExecutorOptions {
  kernels::Isa isa = kernels::active_isa();
  // Passes, each of which can be left out to see what it gives.
  bool fuse = true;
  bool recompute = true;    // recompute.h
  bool update_rows = true;  // row_update.h
  bool in_place = true;     // in_place.h
  /// Every value is computed, once, and can be shown to a ValueSink; instead of the last three passes.
  bool show_all = false;
};

class Executor {
 public:
  /// The graph is valid (program/validate.h). The literals and the pool outlive the executor. constant_count:
  /// how many constants the program has.
  Executor(const Graph& graph, const LiteralTable& literals, ThreadPool& pool,
           const ExecutorOptions& options = {});
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Computes the bytes of the graph's value into `value`, which has its length and overlaps no input; it may
  /// be the state's own memory if writes_over_state(). `state` is empty for init.
  void run(ByteView state, std::span<const ByteView> constants, std::span<std::uint8_t> value) {
    run(state, constants, value, nullptr);
  }
  /// And shows every value on the way; needs show_all.
  void run(ByteView state, std::span<const ByteView> constants, std::span<std::uint8_t> value,
           ValueSink* sink);

  /// Whether the next state may be written over the state.
  [[nodiscard]] bool writes_over_state() const;

  /// Called after each group of the plan that a run has done, with its number: where the time goes. The nodes
  /// and shapes of a group, for people.
  void observe(std::function<void(std::size_t group)> after);
  [[nodiscard]] std::string describe(std::size_t group) const;

  /// Memory it holds beside inputs and value, in bytes; it takes it when it first runs.
  [[nodiscard]] std::int64_t memory_bytes() const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace lydian::runtime
