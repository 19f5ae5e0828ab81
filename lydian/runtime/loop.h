// A fused group, compiled: for each block of rows every member in order, on one thread, with the group's own
// values in a scratch that stays in cache.
#pragma once

#include "lydian/kernels/map.h"
#include "lydian/kernels/reduce.h"
#include "lydian/runtime/addresses.h"
#include "lydian/runtime/fusion.h"
#include "lydian/runtime/memory_plan.h"
#include "lydian/runtime/strided_copy.h"
#include "lydian/runtime/value_sink.h"

namespace lydian::runtime {

class Loop {
 public:
  Loop(const Graph& graph, const Lowering& lowering, const MemoryPlan& plan, const Group& group,
       kernels::Isa isa, int threads);

  /// Bytes of scratch a thread needs.
  [[nodiscard]] std::int64_t scratch_bytes() const { return scratch_bytes_; }
  /// scratch[thread] is a thread's own. A sink is shown every member's values, block by block.
  void run(const Addresses& addresses, ThreadPool& pool, const std::vector<std::uint8_t*>& scratch,
           ValueSink* sink = nullptr) const;

 private:
  /// How an instruction finds the elements of an operand for a row.
  enum class Walk : std::uint8_t {
    dense,      // all rows and columns side by side
    splat,      // one element for all
    row_run,    // a run of columns that begins at a row's offset
    row_splat,  // one element a row
    gathered,   // copied together into scratch first
    counted,    // an iota along all elements: counted into scratch
  };
  struct Input {
    Walk walk = Walk::dense;
    bool is_own = false;    // computed by this loop and not stored
    std::int64_t slot = 0;  // is_own or gathered: byte offset in the scratch
    Source source;          // otherwise
    RowOffsets rows;        // of the source, in elements
    std::int64_t column_stride = 1;
    int size = 4;  // bytes an element
  };
  struct Instruction {
    Node node;
    Extent extent = Extent::full;
    std::array<Input, program::kMaxOperands> inputs;
    kernels::MapKernel whole = nullptr;  // for all rows at once: no operand changes from row to row
    kernels::MapKernel by_row = nullptr;
    bool is_stored = false;
    std::uint32_t index = 0;  // of the node
    std::int64_t slot = 0;    // not stored: byte offset in the scratch
    int size = 4;
  };

  struct Compiler;
  struct Block;
  void run_block(const Block& block) const;
  void show(const Instruction& instruction, const Block& block) const;
  void run_map(const Instruction& instruction, const Block& block) const;
  void run_reduce(const Instruction& instruction, const Block& block) const;

  std::vector<Instruction> instructions_;
  kernels::Isa isa_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t block_rows_ = 1;
  std::int64_t task_rows_ = 1;  // of one thread at a time: some blocks
  std::int64_t scratch_bytes_ = 0;
};

}  // namespace lydian::runtime
