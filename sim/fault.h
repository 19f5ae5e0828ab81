// A machine that is wrong in one place and consistent otherwise: it computes one element of one node of one
// transition wrong, and defends that through every round of a dispute.
#pragma once

#include "lydian/dispute/execution.h"

namespace lydian::sim {

struct Fault {
  std::uint64_t transition = 0;
  std::uint32_t node = 0;
  std::int64_t element = 0;
  int lane = 0;               // of a sum with lanes
  std::int64_t position = 0;  // the wrong operation, where the element is the end of a chain
  std::uint32_t mask = 1;     // the bits that come out wrong
};

/// The reference, but for one element or one operation of its chain.
class FaultyEvaluator : public runtime::NodeEvaluator {
 public:
  explicit FaultyEvaluator(const Fault& fault) : fault_(fault) {}

  void evaluate(std::uint32_t index, const program::Node& node, runtime::Operands operands,
                const program::LiteralTable& literals, std::span<std::uint8_t> output) override;
  std::vector<std::uint32_t> accumulators(std::uint32_t index, const program::Node& node,
                                          runtime::Operands operands, std::int64_t element, int lane,
                                          std::span<const std::int64_t> counts) override;
  runtime::Lanes lanes(std::uint32_t index, const program::Node& node, runtime::Operands operands,
                       std::int64_t element) override;

 private:
  [[nodiscard]] std::uint32_t wrong_element(const program::Node& node, runtime::Operands operands,
                                            std::uint32_t right);

  Fault fault_;
};

class FaultyMachine : public dispute::Machine {
 public:
  FaultyMachine(const program::Program& program, std::vector<ByteView> constants, const Fault& fault)
      : Machine(program, std::move(constants)), transition_(fault.transition), faulty_(fault) {}

  runtime::NodeEvaluator& evaluator(std::uint64_t transition) override {
    return transition == transition_ ? faulty_ : Machine::evaluator(transition);
  }

 private:
  std::uint64_t transition_;
  FaultyEvaluator faulty_;
};

}  // namespace lydian::sim
