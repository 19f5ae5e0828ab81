// The last scalar operation of a dispute, computed from opened operands: the twin of the Referee contract.
#pragma once

#include "lydian/dispute/moves.h"
#include "lydian/program/program.h"
#include "lydian/runtime/evaluate.h"

namespace lydian::dispute {

/// The fields of a program's header that a dispute needs.
struct Header {
  std::uint64_t state_bytes = 0;
  std::array<std::uint64_t, 4> node_counts{};  // by GraphKind
  std::array<Root, 4> graph_roots;
  std::uint64_t constant_count = 0;
  Root constants_root;

  /// Of bytes that hash to a program's root.
  static Header read(const HeaderBytes& bytes);
};

/// Where values may come from: all of it is fixed before the question is asked.
struct Sources {
  Header header;
  Root trace_root;
  std::uint64_t trace_count = 0;
  Root state;              // before the transition
  bool has_state = false;  // init has none
};

/// What is asked.
struct Question {
  program::Node node;  // of a valid program
  std::uint64_t node_index = 0;
  std::uint64_t element = 0;   // flat, in the node's output
  std::uint64_t position = 0;  // of the chain's one operation, where there is a chain
  std::uint32_t lane = 0;
  std::uint32_t before = 0;   // the accumulator before the operation
  std::uint32_t claimed = 0;  // the element, or the accumulator after the operation
  std::uint64_t extra = 0;    // the position that an argmax challenger names
};

/// Whether the claim holds, with operands from any reader.
[[nodiscard]] Result<bool> holds(const Question& question, runtime::ElementReader& reader);

/// Whether the claim holds, with operands from openings. The error says which opening shows not what it must.
[[nodiscard]] Result<bool> judge(const Sources& sources, const Question& question,
                                 std::span<const Opening> openings);

}  // namespace lydian::dispute
