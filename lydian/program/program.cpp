#include "lydian/program/program.h"

#include <set>

#include "lydian/crypto/sha256.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/validate.h"

namespace lydian::program {
namespace {

constexpr std::string_view kMagic = "lydian";
constexpr std::size_t kWord = 32;
constexpr std::size_t kConstantBytes = 64;
constexpr std::uint64_t kMaxNodes = 1U << 24;
constexpr std::array<std::string_view, 4> kGraphNames = {"init", "step", "output", "exchange"};

void store_word(std::uint8_t* p, std::uint64_t value) { store_be<std::uint64_t>(p + kWord - 8, value); }

Result<std::uint64_t> load_word(const std::uint8_t* p, std::string_view what) {
  for (std::size_t i = 0; i < kWord - 8; ++i) {
    if (p[i] != 0) return fail("program: {} does not fit into 64 bits", what);
  }
  return load_be<std::uint64_t>(p + kWord - 8);
}

std::array<std::uint8_t, kConstantBytes> encode(const Constant& constant) {
  std::array<std::uint8_t, kConstantBytes> out{};
  std::copy(constant.root.bytes.begin(), constant.root.bytes.end(), out.begin());
  store_word(out.data() + kWord, static_cast<std::uint64_t>(constant.bytes));
  return out;
}

/// Literal roots in the order of their first use.
std::vector<Root> literal_order(const Program& program) {
  std::vector<Root> order;
  std::set<Root> seen;
  for (const Graph& graph : program.graphs) {
    for (const Node& node : graph.nodes) {
      if (node.form == Form::literal && seen.insert(node.literal).second) order.push_back(node.literal);
    }
  }
  return order;
}

/// Takes bytes off the front of a view, or says what is missing.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : rest_(bytes), total_(bytes.size()) {}

  Result<ByteView> take(std::uint64_t count, std::string_view what) {
    if (count > rest_.size()) return fail("program: ends at byte {} inside {}", total_, what);
    const ByteView taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  ByteView rest_;
  std::size_t total_;
};

Result<std::int64_t> load_size(const std::uint8_t* p, std::string_view what) {
  const std::uint64_t value = TRY(load_word(p, what));
  if (value > (std::uint64_t{1} << 44)) return fail("program: {} is {}, more than 2^44", what, value);
  return static_cast<std::int64_t>(value);
}

Result<Graph> take_graph(Cursor& cursor, std::uint64_t count, std::string_view name) {
  if (count > kMaxNodes)
    return fail("program: graph {} has {} nodes, at most {} are possible", name, count, kMaxNodes);
  const ByteView bytes = TRY(cursor.take(count * kNodeBytes, fmt::format("graph {}", name)));
  Graph graph;
  graph.nodes.reserve(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    auto node = decode_node(bytes.subspan(i * kNodeBytes, kNodeBytes));
    if (!node) return within(fmt::format("program: graph {}, node {}", name, i), node.error());
    graph.nodes.push_back(std::move(*node));
  }
  return graph;
}

}  // namespace

std::string_view name_of(GraphKind kind) { return kGraphNames[static_cast<std::size_t>(kind)]; }

std::vector<Root> node_hashes(const Graph& graph) {
  std::vector<Root> hashes;
  hashes.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) hashes.push_back(hash_of(node));
  return hashes;
}

Root root_of(const Graph& graph) { return merkle::list_root(node_hashes(graph)); }

Root hash_of(const Constant& constant) { return crypto::sha256(encode(constant)); }

std::array<std::uint8_t, kHeaderBytes> encode_header(const Program& program) {
  std::array<std::uint8_t, kHeaderBytes> out{};
  std::uint8_t* p = out.data();
  std::copy(kMagic.begin(), kMagic.end(), p);
  store_be<std::uint32_t>(p + kWord - 4, program.definitions);
  store_word(p + 1 * kWord, static_cast<std::uint64_t>(program.steps));
  store_word(p + 2 * kWord, static_cast<std::uint64_t>(program.interval));
  store_word(p + 3 * kWord, static_cast<std::uint64_t>(program.state_bytes));
  store_word(p + 4 * kWord, static_cast<std::uint64_t>(program.result_bytes));
  for (std::size_t g = 0; g < 4; ++g) {
    store_be<std::uint64_t>(p + 5 * kWord + 8 * g, program.graphs[g].nodes.size());
    const Root root = root_of(program.graphs[g]);
    std::copy(root.bytes.begin(), root.bytes.end(), p + (6 + g) * kWord);
  }
  store_word(p + 10 * kWord, program.constants.size());
  std::vector<Root> entries;
  for (const Constant& constant : program.constants) entries.push_back(hash_of(constant));
  const Root root = merkle::list_root(entries);
  std::copy(root.bytes.begin(), root.bytes.end(), p + 11 * kWord);
  return out;
}

Root root_of(const Program& program) { return crypto::sha256(encode_header(program)); }

Bytes encode(const Program& program) {
  Bytes out;
  const auto append = [&out](ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  append(encode_header(program));
  for (const Graph& graph : program.graphs) {
    for (const Node& node : graph.nodes) append(encode(node));
  }
  for (const Constant& constant : program.constants) append(encode(constant));
  for (const Root& root : literal_order(program)) {
    const Bytes& literal = program.literals.at(root);
    std::array<std::uint8_t, 8> length{};
    store_be<std::uint64_t>(length.data(), literal.size());
    append(length);
    append(literal);
  }
  return out;
}

Result<Program> decode_program(ByteView bytes) {
  Cursor cursor(bytes);
  const ByteView header = TRY(cursor.take(kHeaderBytes, "the header"));
  const std::uint8_t* p = header.data();
  if (as_text(header.first(kMagic.size())) != kMagic)
    return fail("program: does not begin with \"lydian\", this is not a program");
  Program program{.definitions = load_be<std::uint32_t>(p + kWord - 4)};
  TRY_STATUS(check_definitions(program));  // before anything whose meaning could depend on it
  program.steps = TRY(load_size(p + 1 * kWord, "the number of steps"));
  program.interval = TRY(load_size(p + 2 * kWord, "the interval"));
  program.state_bytes = TRY(load_size(p + 3 * kWord, "the state's length"));
  program.result_bytes = TRY(load_size(p + 4 * kWord, "the result's length"));
  for (std::size_t g = 0; g < 4; ++g) {
    program.graphs[g] =
        TRY(take_graph(cursor, load_be<std::uint64_t>(p + 5 * kWord + 8 * g), kGraphNames[g]));
  }
  const std::uint64_t constants = TRY(load_word(p + 10 * kWord, "the number of constants"));
  for (std::uint64_t i = 0; i < constants; ++i) {
    const ByteView entry = TRY(cursor.take(kConstantBytes, "the constants"));
    program.constants.push_back(
        {Root::from_bytes(entry.first(kWord)), TRY(load_size(entry.data() + kWord, "a constant's length"))});
  }
  for (const Root& root : literal_order(program)) {
    const ByteView length = TRY(cursor.take(8, "a literal's length"));
    const ByteView literal = TRY(cursor.take(load_be<std::uint64_t>(length.data()), "a literal"));
    if (merkle::blob_root(literal) != root)
      return fail("program: the bytes of literal {} do not have that root", root.hex());
    program.literals.emplace(root, Bytes(literal.begin(), literal.end()));
  }
  if (cursor.left() != 0) return fail("program: {} bytes follow its end", cursor.left());
  const auto canonical = encode_header(program);
  if (!std::equal(canonical.begin(), canonical.end(), header.begin()))
    return fail("program: the header does not match the graphs and constants that follow it");
  TRY_STATUS(validate(program));
  return program;
}

}  // namespace lydian::program
