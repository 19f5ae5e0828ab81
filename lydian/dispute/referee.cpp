#include "lydian/dispute/referee.h"

#include <optional>

#include "lydian/kernels/scalar.h"
#include "lydian/merkle/proof.h"
#include "lydian/merkle/tree.h"

namespace lydian::dispute {
namespace {

using program::Operand;
using program::RefKind;

constexpr std::size_t kWord = 32;

/// Serves each read from the next opening, once that shows what it must. The first that does not ends it:
/// what is read from then on is 0 and counts for nothing.
class OpeningReader final : public runtime::ElementReader {
 public:
  OpeningReader(const Sources& sources, const Question& question, std::span<const Opening> openings)
      : sources_(sources), question_(question), openings_(openings) {}

  std::uint32_t read(std::size_t operand, tensor::DType dtype, std::int64_t index) override {
    if (!status_) return 0;
    auto element = open(operand, dtype, static_cast<std::uint64_t>(index));
    if (element) return *element;
    status_ = within(fmt::format("opening of operand {}", operand), element.error());
    return 0;
  }

  [[nodiscard]] Status finish() const {
    if (!status_) return status_;
    if (next_ != openings_.size())
      return fail("openings: {} given, the operation reads {}", openings_.size(), next_);
    return {};
  }

 private:
  Result<std::uint32_t> open(std::size_t operand_index, tensor::DType dtype, std::uint64_t index) {
    const Operand& operand = question_.node.operands[operand_index];
    const auto size = static_cast<std::uint64_t>(tensor::size_of(dtype));
    if (next_ == openings_.size()) return fail("it is missing: {} given", openings_.size());
    const Opening& opening = openings_[next_++];
    const auto length = static_cast<std::uint64_t>(operand.bytes);
    if (index >= length / size) return fail("element {} of {}", index, length / size);
    if (opening.length != length) return fail("length {}, the node says {}", opening.length, length);
    TRY_STATUS(check_root(operand, opening));
    const std::uint64_t block = index * size / merkle::kBlockBytes;
    TRY_STATUS(merkle::verify_block(opening.root, length, opening.block, block, opening.block_path));
    return runtime::load_element(opening.block, dtype,
                                 static_cast<std::int64_t>(index - block * (merkle::kBlockBytes / size)));
  }

  /// The opening's root is the one that the operand's reference names.
  Status check_root(const Operand& operand, const Opening& opening) const {
    const std::uint64_t index = operand.ref.index;
    switch (operand.ref.kind) {
      case RefKind::node:
        if (index >= question_.node_index) return fail("refers to node {}, which is not earlier", index);
        return merkle::verify_leaf(sources_.trace_root, sources_.trace_count, opening.root, index,
                                   opening.link_path);
      case RefKind::state:
        if (!sources_.has_state) return fail("refers to a state that init does not have");
        if (!opening.link_path.empty() || opening.root != sources_.state)
          return fail("root {} is not the state's, {}", opening.root.hex(), sources_.state.hex());
        return {};
      case RefKind::constant:
        return merkle::verify_leaf(sources_.header.constants_root, sources_.header.constant_count,
                                   hash_of(program::Constant{opening.root, operand.bytes}), index,
                                   opening.link_path);
    }
    return fail("refers to a source of unknown kind");
  }

  const Sources& sources_;
  const Question& question_;
  std::span<const Opening> openings_;
  std::size_t next_ = 0;
  Status status_;
};

bool is_argmax(const program::Node& node) {
  return node.form == program::Form::reduce &&
         node.fn == static_cast<std::uint8_t>(kernels::ReduceFn::argmax);
}

/// Where the claimed position alone decides, without an opening.
std::optional<bool> argmax_verdict_of_claim(const Question& question) {
  const std::int64_t extent = question.node.extent;
  if (extent == 0) return question.claimed == 0;
  if (question.claimed >= extent || question.claimed > 0x7fffffff) return false;
  return std::nullopt;
}

/// The claimed position stands unless the challenger's beats it.
Result<bool> argmax_holds(const Question& question, runtime::ElementReader& reader) {
  const program::Node& node = question.node;
  if (const auto verdict = argmax_verdict_of_claim(question)) return *verdict;
  if (question.extra >= static_cast<std::uint64_t>(node.extent))
    return fail("position {} on an axis of {}", question.extra, node.extent);
  const tensor::DType dtype = node.operands[0].dtype;
  const auto element = static_cast<std::int64_t>(question.element);
  const auto other = static_cast<std::int64_t>(question.extra);
  const std::uint32_t x = reader.read(0, dtype, runtime::reduced_index(node, element, question.claimed));
  const std::uint32_t y = reader.read(0, dtype, runtime::reduced_index(node, element, other));
  return other == question.claimed || !runtime::beats(dtype, y, other, x, question.claimed);
}

}  // namespace

Header Header::read(const HeaderBytes& bytes) {
  const auto number = [&](std::size_t word) {
    return load_be<std::uint64_t>(bytes.data() + word * kWord + kWord - 8);
  };
  const auto root = [&](std::size_t word) {
    return Root::from_bytes(ByteView(bytes).subspan(word * kWord, kWord));
  };
  Header header;
  header.state_bytes = number(3);
  for (std::size_t g = 0; g < 4; ++g) {
    header.node_counts[g] = load_be<std::uint64_t>(bytes.data() + 5 * kWord + 8 * g);
    header.graph_roots[g] = root(6 + g);
  }
  header.constant_count = number(10);
  header.constants_root = root(11);
  return header;
}

Result<bool> holds(const Question& question, runtime::ElementReader& reader) {
  const program::Node& node = question.node;
  if (is_argmax(node)) return argmax_holds(question, reader);
  const auto element = static_cast<std::int64_t>(question.element);
  if (!runtime::has_chain(node)) return runtime::element(node, reader, element) == question.claimed;
  return runtime::advance(node, reader, element, static_cast<int>(question.lane),
                          static_cast<std::int64_t>(question.position), question.before) == question.claimed;
}

Result<bool> judge(const Sources& sources, const Question& question, std::span<const Opening> openings) {
  if (is_argmax(question.node))
    if (const auto verdict = argmax_verdict_of_claim(question)) return *verdict;
  OpeningReader reader(sources, question, openings);
  const bool verdict = TRY(holds(question, reader));
  TRY_STATUS(reader.finish());
  return verdict;
}

}  // namespace lydian::dispute
