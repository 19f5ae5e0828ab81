#include "lydian/node/machine.h"

#include "lydian/runtime/engine.h"

namespace lydian::node {

Bytes FastMachine::run(std::uint64_t transition, Bytes state) {
  const auto at = static_cast<std::int64_t>(transition);
  const auto kind = runtime::graph_of_transition(program(), at);
  auto& executor = executors_[static_cast<std::size_t>(kind)];
  if (!executor)
    executor = std::make_unique<runtime::Executor>(program().graph(kind), program().literals, pool_);
  Bytes next(static_cast<std::size_t>(runtime::bytes_at(program(), at + 1)));
  executor->run(state, constants(), next);
  return next;
}

std::unique_ptr<dispute::Machine> make_fast_machine(const JobFiles& files, ThreadPool& pool) {
  return std::make_unique<FastMachine>(files, pool);
}

}  // namespace lydian::node
