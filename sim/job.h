// A random program with an honest execution of it, and claims about it to play over.
#pragma once

#include "sim/fault.h"
#include "sim/players.h"
#include "sim/random_program.h"

namespace lydian::sim {

struct Job {
  explicit Job(std::uint64_t seed, const RandomProgramOptions& options = {});

  /// The checkpoint that a transition is part of.
  [[nodiscard]] dispute::Interval checkpoint_of(std::uint64_t transition) const;
  [[nodiscard]] dispute::Claim claim(const dispute::Interval& at, const Root& root_hi);
  /// An execution of the checkpoint by another machine, from where both agree.
  [[nodiscard]] dispute::Execution from_agreed(dispute::Machine& other, const dispute::Interval& at);
  /// A fault in a random element, and a random operation of its chain, of a node.
  [[nodiscard]] Fault fault_at(std::uint64_t transition, std::uint32_t node);
  /// A node of each form and function.
  [[nodiscard]] std::vector<std::uint32_t> sample_of_nodes(std::uint64_t transition);

  Random random;
  RandomProgram made;
  dispute::Machine machine;
  dispute::Execution honest;
  std::uint64_t steps;
  std::uint64_t interval;
};

/// A claim that a fault made false.
struct FalseClaim {
  dispute::Interval at;
  dispute::Execution& faulty;  // of the checkpoint
  const Fault& fault;
};

/// Plants faults in the first, middle and last transitions, one in each of a sample of nodes, and shows those
/// that change what is claimed. How many these were.
int for_each_fault(Job& job, const std::function<void(const FalseClaim&)>& show);

}  // namespace lydian::sim
