// The product's machine with one wrong operation (fault.h) in one transition: as fast as the honest one
// elsewhere, and consistent in its lie, so that it can be disputed to the end.
#pragma once

#include "lydian/node/machine.h"
#include "sim/fault.h"

namespace lydian::sim {

/// A fault in the middle of a matrix product in the middle of a transition's graph.
[[nodiscard]] Fault fault_in(const program::Program& program, std::uint64_t transition);

class SabotagedMachine final : public node::FastMachine {
 public:
  SabotagedMachine(const node::JobFiles& files, ThreadPool& pool, const Fault& fault)
      : FastMachine(files, pool), fault_(fault), evaluator_(pool, fault) {}

  Bytes run(std::uint64_t transition, Bytes state) override;
  runtime::NodeEvaluator& evaluator(std::uint64_t transition) override;
  runtime::Trace trace(std::uint64_t transition, ByteView before, ThreadPool* pool) override;

 private:
  /// Kernels for all nodes but the one that is wrong.
  class Evaluator final : public runtime::KernelEvaluator {
   public:
    Evaluator(ThreadPool& pool, const Fault& fault)
        : KernelEvaluator(pool), node_(fault.node), faulty_(fault) {}
    void evaluate(std::uint32_t index, const program::Node& node, runtime::Operands operands,
                  const program::LiteralTable& literals, std::span<std::uint8_t> output) override;
    std::vector<std::uint32_t> accumulators(std::uint32_t index, const program::Node& node,
                                            runtime::Operands operands, std::int64_t element, int lane,
                                            std::span<const std::int64_t> counts) override;

   private:
    std::uint32_t node_;
    FaultyEvaluator faulty_;
  };

  Fault fault_;
  Evaluator evaluator_;
};

}  // namespace lydian::sim
