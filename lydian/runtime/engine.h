// Runs a whole program, transition by transition (docs/protocol.md section 3): init, the steps, output.
#pragma once

#include <array>
#include <memory>

#include "lydian/core/pages.h"
#include "lydian/runtime/executor.h"

namespace lydian::runtime {

class Engine {
 public:
  /// The program is valid; it, the constants' bytes and the pool outlive the engine.
  Engine(const program::Program& program, std::vector<ByteView> constants, ThreadPool& pool,
         const ExecutorOptions& options = {});

  /// Boundaries of the job: 0 is nothing, steps + 2 is the result.
  [[nodiscard]] std::int64_t boundary() const { return boundary_; }
  [[nodiscard]] std::int64_t last_boundary() const { return program_.steps + 2; }
  [[nodiscard]] bool is_done() const { return boundary_ == last_boundary(); }

  /// The bytes at the present boundary: a state, or the result. Valid until the next call that is not const.
  [[nodiscard]] ByteView state() const { return state_.bytes(); }

  /// The most memory that it will hold at a time, in bytes: states and what the executors need beside them.
  /// Nothing of it is taken before the first advance.
  [[nodiscard]] std::int64_t memory_bytes();

  /// One transition further. Not when done.
  void advance();

  /// Goes to a boundary whose bytes are at hand; they have the length the program gives that boundary.
  void restore(std::int64_t boundary, ByteView state);

 private:
  Executor& executor(program::GraphKind kind);

  const program::Program& program_;
  std::vector<ByteView> constants_;
  ThreadPool& pool_;
  ExecutorOptions options_;
  std::array<std::unique_ptr<Executor>, 3> executors_;
  std::int64_t boundary_ = 0;
  Pages state_;
  Pages next_;  // empty while steps write over the state
};

/// The graph of transition t, which leads from boundary t to t + 1.
[[nodiscard]] program::GraphKind graph_of_transition(const program::Program& program,
                                                     std::int64_t transition);
/// The length of the bytes at a boundary.
[[nodiscard]] std::int64_t bytes_at(const program::Program& program, std::int64_t boundary);

}  // namespace lydian::runtime
