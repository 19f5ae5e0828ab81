// How this node runs transitions: the executor for states and traces, the kernels for single nodes.
#pragma once

#include "lydian/dispute/execution.h"
#include "lydian/node/job_files.h"
#include "lydian/runtime/executor.h"
#include "lydian/runtime/kernel_evaluator.h"

namespace lydian::node {

class FastMachine : public dispute::Machine {
 public:
  /// files and pool outlive it.
  FastMachine(const JobFiles& files, ThreadPool& pool)
      : Machine(files.program, files.constant_views()), pool_(pool), evaluator_(pool) {}

  Bytes run(std::uint64_t transition, Bytes state) override;
  runtime::NodeEvaluator& evaluator(std::uint64_t) override { return evaluator_; }
  runtime::Trace trace(std::uint64_t transition, ByteView before, ThreadPool*) override {
    return runtime::trace_fused(graph(transition), inputs(before), pool_);
  }

 private:
  ThreadPool& pool_;
  runtime::KernelEvaluator evaluator_;
  std::array<std::unique_ptr<runtime::Executor>, 4> executors_;
};

/// Makes the machine for a job. A node that is wrong on purpose (sim) is given another.
using MachineFactory = std::function<std::unique_ptr<dispute::Machine>(const JobFiles&, ThreadPool&)>;
[[nodiscard]] std::unique_ptr<dispute::Machine> make_fast_machine(const JobFiles& files, ThreadPool& pool);

}  // namespace lydian::node
