// What a move says: plain data, with the fields of the DisputeGame contract's functions in their order.
#pragma once

#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "lydian/dispute/clock.h"
#include "lydian/program/program.h"
#include "lydian/runtime/evaluate.h"

namespace lydian::dispute {

using runtime::Lanes;
using HeaderBytes = std::array<std::uint8_t, program::kHeaderBytes>;
using NodeBytes = std::array<std::uint8_t, program::kNodeBytes>;

/// With the numbers of docs/protocol.md.
enum class Phase : std::uint8_t {
  steps,
  steps_pick,
  trace,
  tree,
  tree_pick,
  node,
  publish,
  element,
  lanes,
  lanes_pick,
  chain,
  chain_pick,
  judge,
  over,
};

/// One element of an operand, shown by the block that holds it.
struct Opening {
  Root root;  // of the operand
  std::uint64_t length = 0;
  std::vector<Root> link_path;  // shows root in the trace, or in the constants' list; empty for the state
  Bytes block;
  std::vector<Root> block_path;  // shows the block in root
  bool operator==(const Opening&) const = default;
};

struct PostSteps {
  static constexpr Phase kPhase = Phase::steps;
  std::vector<Root> roots;
};
struct PickStep {
  static constexpr Phase kPhase = Phase::steps_pick;
  std::uint64_t piece = 0;
  std::vector<Root> roots;
};
struct PostTrace {
  static constexpr Phase kPhase = Phase::trace;
  Root trace_root;
  HeaderBytes header{};
  std::vector<Root> path;
};
struct Descend {
  static constexpr Phase kPhase = Phase::tree;
  std::vector<Root> children;
};
struct PickChild {
  static constexpr Phase kPhase = Phase::tree_pick;
  std::uint64_t child = 0;
  std::vector<Root> children;
};
struct OpenNode {
  static constexpr Phase kPhase = Phase::node;
  HeaderBytes header{};
  NodeBytes node{};
  std::vector<Root> path;
};
struct Publish {
  static constexpr Phase kPhase = Phase::publish;
  Bytes block;
};
struct PickElement {
  static constexpr Phase kPhase = Phase::element;
  std::uint64_t element_in_block = 0;
  std::vector<Root> chunk_hashes;
  Bytes chunk;
};
struct PostLanes {
  static constexpr Phase kPhase = Phase::lanes;
  Lanes lanes{};
};
struct PickLane {
  static constexpr Phase kPhase = Phase::lanes_pick;
  std::uint32_t lane = 0;
  Lanes lanes{};
};
struct PostPartials {
  static constexpr Phase kPhase = Phase::chain;
  std::vector<std::uint32_t> values;
};
struct PickPartial {
  static constexpr Phase kPhase = Phase::chain_pick;
  std::uint64_t piece = 0;
  std::vector<std::uint32_t> values;
};
struct Judge {
  static constexpr Phase kPhase = Phase::judge;
  HeaderBytes header{};
  NodeBytes node{};
  std::uint64_t extra = 0;  // the position that an argmax challenger names
  std::vector<Opening> openings;
};

/// In the order of the phases in which they are made.
using Move = std::variant<PostSteps, PickStep, PostTrace, Descend, PickChild, OpenNode, Publish, PickElement,
                          PostLanes, PickLane, PostPartials, PickPartial, Judge>;

/// What a phase is about: who moves, and the move's name.
struct PhaseInfo {
  Phase phase;
  Seat mover;
  std::string_view move;
};

inline constexpr std::array kPhases = {
    PhaseInfo{Phase::steps, Seat::responder, "postSteps"},
    PhaseInfo{Phase::steps_pick, Seat::challenger, "pickStep"},
    PhaseInfo{Phase::trace, Seat::responder, "postTrace"},
    PhaseInfo{Phase::tree, Seat::responder, "descend"},
    PhaseInfo{Phase::tree_pick, Seat::challenger, "pickChild"},
    PhaseInfo{Phase::node, Seat::challenger, "openNode"},
    PhaseInfo{Phase::publish, Seat::responder, "publish"},
    PhaseInfo{Phase::element, Seat::challenger, "pickElement"},
    PhaseInfo{Phase::lanes, Seat::responder, "postLanes"},
    PhaseInfo{Phase::lanes_pick, Seat::challenger, "pickLane"},
    PhaseInfo{Phase::chain, Seat::responder, "postPartials"},
    PhaseInfo{Phase::chain_pick, Seat::challenger, "pickPartial"},
    PhaseInfo{Phase::judge, Seat::challenger, "judge"},
    PhaseInfo{Phase::over, Seat::challenger, "nothing"},
};
[[nodiscard]] constexpr const PhaseInfo& info_of(Phase phase) {
  return kPhases[static_cast<std::size_t>(phase)];
}
[[nodiscard]] inline Phase phase_of(const Move& move) { return static_cast<Phase>(move.index()); }

/// The keccak256 of values as 32-byte words: what the contract keeps of a post until the pick that follows.
[[nodiscard]] Root posted_hash(std::span<const Root> roots);
[[nodiscard]] Root posted_hash(std::span<const std::uint32_t> values);

/// A published block is proven by chunks of this size.
inline constexpr std::size_t kChunkBytes = 512;
[[nodiscard]] std::vector<Root> chunk_hashes(ByteView block);

}  // namespace lydian::dispute
