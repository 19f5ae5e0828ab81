// Graphs and programs, their roots and their bytes: docs/protocol.md section 2.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lydian/program/node.h"

namespace lydian::program {

/// The versions of the definitions (docs/operators.md, "Versions") that this build executes are those from
/// the first to the last; new programs are made under the last.
inline constexpr std::uint32_t kFirstDefinitionsVersion = 1;
inline constexpr std::uint32_t kLastDefinitionsVersion = 1;
inline constexpr int kHeaderBytes = 384;

/// Nodes in topological order; the last is the value. Empty: the program has no such graph.
struct Graph {
  std::vector<Node> nodes;
  bool operator==(const Graph&) const = default;
  [[nodiscard]] bool empty() const { return nodes.empty(); }
};
[[nodiscard]] Root root_of(const Graph& graph);
[[nodiscard]] std::vector<Root> node_hashes(const Graph& graph);

/// A blob a program reads, by its content.
struct Constant {
  Root root;
  std::int64_t bytes = 0;
  bool operator==(const Constant&) const = default;
};
[[nodiscard]] Root hash_of(const Constant& constant);

/// The bytes of every literal, by blob root.
using LiteralTable = std::map<Root, Bytes>;

enum class GraphKind : std::uint8_t { init = 0, step = 1, output = 2, exchange = 3 };
[[nodiscard]] std::string_view name_of(GraphKind kind);

struct Program {
  std::uint32_t definitions = kLastDefinitionsVersion;  // the version that says what its operators compute
  std::int64_t steps = 1;
  std::int64_t interval = 1;  // steps from one checkpoint to the next
  std::int64_t state_bytes = 0;
  std::int64_t result_bytes = 0;
  std::array<Graph, 4> graphs;  // by GraphKind
  std::vector<Constant> constants;
  LiteralTable literals;

  [[nodiscard]] const Graph& graph(GraphKind kind) const { return graphs[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] Graph& graph(GraphKind kind) { return graphs[static_cast<std::size_t>(kind)]; }
  bool operator==(const Program&) const = default;
};

/// The 384 bytes that the program's root is the SHA-256 of.
[[nodiscard]] std::array<std::uint8_t, kHeaderBytes> encode_header(const Program& program);
[[nodiscard]] Root root_of(const Program& program);

[[nodiscard]] Bytes encode(const Program& program);
/// Accepts only canonical bytes of a valid program (validate.h).
[[nodiscard]] Result<Program> decode_program(ByteView bytes);

}  // namespace lydian::program
