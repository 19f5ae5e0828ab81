// One player's execution of the disputed part of a job: roots of boundaries, the trace of a transition, the
// tensors of a node, each computed when first asked for and kept while memory allows.
#pragma once

#include <map>
#include <optional>

#include "lydian/dispute/position.h"
#include "lydian/merkle/tree.h"
#include "lydian/runtime/trace.h"

namespace lydian::dispute {

/// How a job's transitions are run. These methods are the definitions; a faster machine overrides run() and
/// trace(), one that is wrong on purpose (sim) evaluator().
class Machine {
 public:
  /// The program and the constants' bytes, which must be whole and right, outlive the machine.
  Machine(const program::Program& program, std::vector<ByteView> constants)
      : program_(program), constants_(std::move(constants)) {}
  virtual ~Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The bytes at the boundary after a transition, from those before it (none before transition 0).
  virtual Bytes run(std::uint64_t transition, Bytes state);
  /// What computes the nodes of a transition one by one, where a game asks for single ones.
  virtual runtime::NodeEvaluator& evaluator(std::uint64_t) { return reference_; }
  /// The trace of a transition from the bytes before it: the evaluator's, or the same faster.
  virtual runtime::Trace trace(std::uint64_t transition, ByteView before, ThreadPool* pool);

  [[nodiscard]] const program::Program& program() const { return program_; }
  [[nodiscard]] std::span<const ByteView> constants() const { return constants_; }
  [[nodiscard]] const program::Graph& graph(std::uint64_t transition) const;
  [[nodiscard]] runtime::Inputs inputs(ByteView state) const {
    return {state, constants_, program_.literals};
  }

 private:
  const program::Program& program_;
  std::vector<ByteView> constants_;
  runtime::NodeEvaluator reference_;
};

/// Bytes, and their tree once somebody asks for it.
class Tensor {
 public:
  explicit Tensor(Bytes bytes) : owned_(std::move(bytes)), bytes_(owned_) {}
  /// Of bytes that outlive it.
  explicit Tensor(ByteView bytes) : bytes_(bytes) {}
  Tensor(Tensor&&) = default;

  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] const merkle::BlobTree& tree() const;
  [[nodiscard]] ByteView block(std::uint64_t index) const;

 private:
  Bytes owned_;
  ByteView bytes_;
  mutable std::optional<merkle::BlobTree> tree_;
};

class Execution {
 public:
  struct Options {
    std::size_t snapshot_bytes_max = std::size_t{1} << 30;  // of states kept beside the first and the latest
    ThreadPool* pool = nullptr;
  };
  /// Starts from the bytes at a boundary; none at boundary 0.
  Execution(Machine& machine, std::uint64_t start, Bytes state, Options options);
  Execution(Machine& machine, std::uint64_t start, Bytes state)
      : Execution(machine, start, std::move(state), Options()) {}

  [[nodiscard]] Machine& machine() { return machine_; }

  /// Boundaries ascend from the start on.
  [[nodiscard]] std::vector<Root> roots(std::span<const std::uint64_t> boundaries);
  [[nodiscard]] Root root(std::uint64_t boundary);
  /// Valid until the next call that runs something.
  [[nodiscard]] ByteView state(std::uint64_t boundary);
  /// What is in question now: states outside it are the first to be dropped.
  void focus(Interval boundaries) { focus_ = boundaries; }

  /// The tree of the roots of a transition's outputs.
  [[nodiscard]] const merkle::ListTree& trace(std::uint64_t transition);

  /// A node's output and its operands.
  struct NodeTensors {
    Tensor output;
    std::vector<Tensor> operands;
    [[nodiscard]] std::vector<ByteView> operand_views() const;
  };
  [[nodiscard]] const NodeTensors& node(std::uint64_t transition, std::uint32_t index);

 private:
  using Snapshots = std::map<std::uint64_t, Bytes>;
  template <typename Value>
  struct Kept {
    std::uint64_t transition;
    std::uint32_t node;
    Value value;
  };

  void keep(std::uint64_t boundary, Bytes state);
  Snapshots::iterator least_useful(std::uint64_t latest);
  NodeTensors compute_node(std::uint64_t transition, std::uint32_t index);

  Machine& machine_;
  Options options_;
  std::uint64_t start_;
  Interval focus_;
  Snapshots snapshots_;
  std::map<std::uint64_t, Root> roots_;
  std::optional<Kept<merkle::ListTree>> trace_;
  std::optional<Kept<NodeTensors>> node_;
};

}  // namespace lydian::dispute
