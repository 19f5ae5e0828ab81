#include "lydian/runtime/engine.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::runtime {

using program::GraphKind;

GraphKind graph_of_transition(const program::Program& program, std::int64_t transition) {
  ENSURE(transition >= 0 && transition < program.steps + 2, "transition {}", transition);
  if (transition == 0) return GraphKind::init;
  return transition <= program.steps ? GraphKind::step : GraphKind::output;
}

std::int64_t bytes_at(const program::Program& program, std::int64_t boundary) {
  if (boundary == 0) return 0;
  return boundary == program.steps + 2 ? program.result_bytes : program.state_bytes;
}

Engine::Engine(const program::Program& program, std::vector<ByteView> constants, ThreadPool& pool,
               const ExecutorOptions& options)
    : program_(program), constants_(std::move(constants)), pool_(pool), options_(options) {
  ENSURE(constants_.size() == program.constants.size(), "{} constants for {}", constants_.size(),
         program.constants.size());
}

Executor& Engine::executor(GraphKind kind) {
  auto& executor = executors_[static_cast<std::size_t>(kind)];
  if (!executor)
    executor = std::make_unique<Executor>(program_.graph(kind), program_.literals, pool_, options_);
  return *executor;
}

std::int64_t Engine::memory_bytes() {
  std::int64_t most = 0;
  for (const std::int64_t transition : {std::int64_t{0}, std::int64_t{1}, program_.steps + 1}) {
    const GraphKind kind = graph_of_transition(program_, transition);
    const bool in_place = kind == GraphKind::step && executor(kind).writes_over_state();
    const std::int64_t states =
        bytes_at(program_, transition) + (in_place ? 0 : bytes_at(program_, transition + 1));
    most = std::max(most, states + executor(kind).memory_bytes());
  }
  return most;
}

void Engine::advance() {
  ENSURE(!is_done(), "at boundary {}", boundary_);
  const GraphKind kind = graph_of_transition(program_, boundary_);
  Executor& transition = executor(kind);
  if (kind == GraphKind::step && transition.writes_over_state()) {
    next_ = {};
    transition.run(state_.bytes(), constants_, state_.bytes());
  } else {
    const auto bytes = static_cast<std::size_t>(bytes_at(program_, boundary_ + 1));
    if (next_.size() != bytes) next_ = Pages(bytes);
    transition.run(state_.bytes(), constants_, next_.bytes());
    std::swap(state_, next_);
  }
  if (kind == GraphKind::init) executors_[static_cast<std::size_t>(kind)].reset();  // it will not run again
  ++boundary_;
}

void Engine::restore(std::int64_t boundary, ByteView state) {
  ENSURE(boundary >= 0 && boundary <= last_boundary() &&
             static_cast<std::int64_t>(state.size()) == bytes_at(program_, boundary),
         "{} bytes at boundary {}", state.size(), boundary);
  boundary_ = boundary;
  if (state_.size() != state.size()) state_ = Pages(state.size());
  std::ranges::copy(state, state_.data());
}

}  // namespace lydian::runtime
