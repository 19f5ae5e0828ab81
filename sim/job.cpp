#include "sim/job.h"

#include <map>
#include <set>

namespace lydian::sim {

using namespace dispute;

Job::Job(std::uint64_t seed, const RandomProgramOptions& options)
    : random(seed),
      made(random_program(random, options)),
      machine(made.program, made.constant_views()),
      honest(machine, 0, {}),
      steps(static_cast<std::uint64_t>(made.program.steps)),
      interval(static_cast<std::uint64_t>(made.program.interval)) {}

Interval Job::checkpoint_of(std::uint64_t transition) const {
  for (std::uint64_t i = 0;; ++i)
    if (const Interval at = checkpoint(i, steps, interval); transition < at.hi) return at;
}

Claim Job::claim(const Interval& at, const Root& root_hi) {
  return {.program_root = root_of(made.program),
          .root_lo = honest.root(at.lo),
          .root_hi = root_hi,
          .boundaries = at,
          .steps = steps,
          .step_millis = 500,
          .move_budget = 600};
}

Execution Job::from_agreed(Machine& other, const Interval& at) {
  const ByteView state = honest.state(at.lo);
  return Execution(other, at.lo, Bytes(state.begin(), state.end()));
}

Fault Job::fault_at(std::uint64_t transition, std::uint32_t index) {
  const program::Node& node = machine.graph(transition).nodes[index];
  const std::int64_t elements = node.shape.elements();
  Fault fault{.transition = transition, .node = index};
  // Mostly bits that later additions do not round away.
  fault.mask = std::uint32_t{1} << random.between(random.chance(30) ? 0 : 18, 31);
  if (tensor::size_of(node.dtype) < 4) fault.mask = 1;
  if (elements > 0)
    fault.element = random.pick({std::int64_t{0}, elements - 1, random.between(0, elements - 1)});
  if (!runtime::has_chain(node)) return fault;
  fault.lane = runtime::has_lanes(node) ? static_cast<int>(random.below(runtime::kLanes)) : 0;
  const std::int64_t last = std::max<std::int64_t>(runtime::chain_length(node, fault.lane), 1) - 1;
  fault.position = random.pick({std::int64_t{0}, last, random.between(0, last)});
  return fault;
}

std::vector<std::uint32_t> Job::sample_of_nodes(std::uint64_t transition) {
  std::map<std::pair<program::Form, std::uint8_t>, std::vector<std::uint32_t>> by_operator;
  const std::vector<program::Node>& nodes = machine.graph(transition).nodes;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) by_operator[{nodes[i].form, nodes[i].fn}].push_back(i);
  std::vector<std::uint32_t> sample;
  for (const auto& [op, places] : by_operator)
    sample.push_back(random.pick(std::span<const std::uint32_t>(places)));
  return sample;
}

int for_each_fault(Job& job, const std::function<void(const FalseClaim&)>& show) {
  int shown = 0;
  for (const std::uint64_t transition :
       std::set<std::uint64_t>{0, 1, job.steps / 2 + 1, job.steps, job.steps + 1}) {
    for (const std::uint32_t node : job.sample_of_nodes(transition)) {
      const Fault fault = job.fault_at(transition, node);
      FaultyMachine machine(job.made.program, job.made.constant_views(), fault);
      const Interval at = job.checkpoint_of(transition);
      Execution faulty = job.from_agreed(machine, at);
      if (faulty.root(transition + 1) == job.honest.root(transition + 1)) continue;  // it came to nothing
      if (faulty.root(at.hi) == job.honest.root(at.hi)) continue;
      ++shown;
      show({at, faulty, fault});
    }
  }
  return shown;
}

}  // namespace lydian::sim
