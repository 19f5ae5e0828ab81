// A node evaluator with the executor's kernels: how single nodes of a step are found again at
// speed. Chains are the definitions'.
#pragma once

#include "lydian/core/thread_pool.h"
#include "lydian/kernels/isa.h"
#include "lydian/runtime/interpreter.h"

namespace lydian::runtime {

class KernelEvaluator : public NodeEvaluator {
 public:
  /// The pool outlives it.
  explicit KernelEvaluator(ThreadPool& pool, kernels::Isa isa = kernels::active_isa())
      : pool_(pool), isa_(isa) {}

  void evaluate(std::uint32_t index, const Node& node, Operands operands, const LiteralTable& literals,
                std::span<std::uint8_t> output) override;

 private:
  ThreadPool& pool_;
  kernels::Isa isa_;
};

/// The shape in which a node reads an operand.
[[nodiscard]] tensor::Shape operand_shape(const Node& node, std::size_t operand);

}  // namespace lydian::runtime
