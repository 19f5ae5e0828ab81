#include "lydian/dispute/player.h"

#include <map>

#include "lydian/crypto/sha256.h"

namespace lydian::dispute {
namespace {

using program::Node;
using program::RefKind;

std::vector<std::int64_t> as_counts(const std::vector<std::uint64_t>& ends) {
  return {ends.begin(), ends.end()};
}

template <typename A, typename B>
std::optional<std::size_t> first_difference(const A& ours, const B& theirs) {
  for (std::size_t i = 0; i < std::size(ours); ++i)
    if (ours[i] != theirs[i]) return i;
  return std::nullopt;
}

/// A player at work on one game: what both seats compute.
class Player {
 public:
  Player(const Game& game, Execution& execution)
      : game_(game), execution_(execution), program_(execution.machine().program()) {
    execution_.focus(game.claim.boundaries);
    if (game_.in_output) game_.node = graph().nodes[game_.node_index];
  }

 protected:
  [[nodiscard]] std::uint64_t transition() const { return game_.claim.boundaries.lo; }
  [[nodiscard]] const program::Graph& graph() const { return execution_.machine().graph(transition()); }
  [[nodiscard]] HeaderBytes header() const { return encode_header(program_); }

  const Execution::NodeTensors& tensors() {
    return execution_.node(transition(), static_cast<std::uint32_t>(game_.node_index));
  }
  /// Our tree of what the cursor walks.
  const merkle::ListTree& tree() {
    if (game_.in_output) return tensors().output.tree();
    return execution_.trace(transition());
  }
  std::vector<Root> roots_of_pieces() { return execution_.roots(game_.claim.boundaries.ends()); }

  std::vector<Root> children() {
    const Cursor& cursor = game_.cursor;
    std::vector<Root> children;
    for (std::uint64_t i = 0; i < cursor.children(); ++i) {
      const Cursor child = cursor.at_child(i, {});
      children.push_back(tree().node(child.height, child.index));
    }
    return children;
  }

  Lanes lanes() {
    return evaluator().lanes(static_cast<std::uint32_t>(game_.node_index), game_.node,
                             tensors().operand_views(), static_cast<std::int64_t>(game_.element));
  }

  std::vector<std::uint32_t> partials() {
    return evaluator().accumulators(static_cast<std::uint32_t>(game_.node_index), game_.node,
                                    tensors().operand_views(), static_cast<std::int64_t>(game_.element),
                                    static_cast<int>(game_.lane), as_counts(game_.chain.ends()));
  }

  runtime::NodeEvaluator& evaluator() { return execution_.machine().evaluator(transition()); }

  Game game_;  // with its node, which a game that was read from the ledger has not
  Execution& execution_;
  const program::Program& program_;
};

class Responder : Player {
 public:
  using Player::Player;

  Result<Move> move() {
    switch (game_.phase) {
      case Phase::steps:
        return post_steps();
      case Phase::trace:
        return post_trace();
      case Phase::tree:
        return Descend{children()};
      case Phase::publish:
        return publish();
      case Phase::lanes:
        return PostLanes{lanes()};
      case Phase::chain:
        return PostPartials{partials()};
      default:
        return fail("it is not the responder's move but {}", info_of(game_.phase).move);
    }
  }

 private:
  Result<Move> post_steps() {
    std::vector<Root> roots = roots_of_pieces();
    if (roots.back() != game_.claim.root_hi) return not_ours(roots.back());
    roots.pop_back();
    return PostSteps{std::move(roots)};
  }

  Result<Move> post_trace() {
    const merkle::ListTree& trace = execution_.trace(transition());
    const std::uint64_t last = trace.leaf_count() - 1;
    if (trace.node(0, last) != game_.claim.root_hi) return not_ours(trace.node(0, last));
    return PostTrace{trace.root(), header(), trace.proof(last).siblings};
  }

  Result<Move> publish() {
    const ByteView block = tensors().output.block(game_.cursor.index);
    return Publish{Bytes(block.begin(), block.end())};
  }

  [[nodiscard]] std::unexpected<Error> not_ours(const Root& ours) const {
    return fail("boundary {} is claimed to be {}, our execution gives {}", game_.claim.boundaries.hi,
                game_.claim.root_hi.hex(), ours.hex());
  }
};

/// What the responder has shown of its trace's tree.
class ShownTree {
 public:
  ShownTree(std::span<const Move> posts, std::uint64_t leaf_count, std::uint64_t leaf) {
    Cursor cursor = Cursor::at_root({}, leaf_count);
    for (const Move& post : posts) {
      if (const auto* descend = std::get_if<Descend>(&post); descend != nullptr && cursor.height > 0) {
        add(cursor, descend->children);
        cursor = {{}, cursor.height - cursor.levels(), leaf >> (cursor.height - cursor.levels()), leaf_count};
      }
    }
    complete_ = cursor.height == 0;
  }

  /// Whether it was shown down to the leaf.
  [[nodiscard]] bool complete() const { return complete_; }

  /// Leads from an earlier leaf to the responder's root: the responder's node where it was shown one, else
  /// ours, which lies left of the disputed leaf and is agreed.
  [[nodiscard]] std::vector<Root> path(const merkle::ListTree& ours, std::uint64_t leaf) const {
    std::vector<Root> path;
    for (int level = 0; level < ours.depth(); ++level) {
      const std::uint64_t sibling = (leaf >> level) ^ 1;
      const auto shown = nodes_.find({level, sibling});
      path.push_back(shown != nodes_.end() ? shown->second : ours.node(level, sibling));
    }
    return path;
  }

 private:
  void add(const Cursor& cursor, std::vector<Root> nodes) {
    for (int level = cursor.height - cursor.levels(); level < cursor.height; ++level) {
      const std::uint64_t first = cursor.index << (cursor.height - level);
      for (std::size_t i = 0; i < nodes.size(); ++i) nodes_[{level, first + i}] = nodes[i];
      for (std::size_t i = 0; i + 1 < nodes.size(); i += 2)
        nodes[i / 2] = crypto::sha256_pair(nodes[i], nodes[i + 1]);
      nodes.resize(nodes.size() / 2);
    }
  }

  std::map<std::pair<int, std::uint64_t>, Root> nodes_;  // by level and index
  bool complete_ = false;
};

/// Reads from bytes and remembers what was read.
class RecordingReader final : public runtime::ElementReader {
 public:
  struct Read {
    std::size_t operand;
    std::uint64_t byte;
  };

  explicit RecordingReader(runtime::Operands operands) : bytes_(operands) {}
  std::uint32_t read(std::size_t operand, tensor::DType dtype, std::int64_t index) override {
    reads_.push_back({operand, static_cast<std::uint64_t>(index * tensor::size_of(dtype))});
    return bytes_.read(operand, dtype, index);
  }
  [[nodiscard]] const std::vector<Read>& reads() const { return reads_; }

 private:
  runtime::BytesReader bytes_;
  std::vector<Read> reads_;
};

class Challenger : Player {
 public:
  Challenger(const Game& game, std::span<const Move> posts, Execution& execution)
      : Player(game, execution), posts_(posts) {}

  Result<Move> move() {
    switch (game_.phase) {
      case Phase::steps_pick:
        return pick_step();
      case Phase::tree_pick:
        return pick_child();
      case Phase::node:
        return open_node();
      case Phase::element:
        return pick_element();
      case Phase::lanes_pick:
        return pick_lane();
      case Phase::chain_pick:
        return pick_partial();
      case Phase::judge:
        return TRY(judge(our_extra()));
      default:
        return fail("it is not the challenger's move but {}", info_of(game_.phase).move);
    }
  }

  Result<Judge> judge(std::uint64_t extra) {
    const std::vector<ByteView> operands = tensors().operand_views();
    RecordingReader reader(operands);
    // What is read does not depend on the verdict; an error lies in `extra`, and the game says so.
    (void)holds(question_of(game_, extra), reader);
    Judge judge{header(), encode(game_.node), extra, {}};
    for (const RecordingReader::Read& read : reader.reads()) judge.openings.push_back(TRY(open(read)));
    return judge;
  }

 private:
  /// The responder's last post, which must answer to this phase.
  template <typename Post>
  Result<const Post*> last_post() const {
    const Post* post = posts_.empty() ? nullptr : std::get_if<Post>(&posts_.back());
    if (post == nullptr)
      return fail("the responder's last move must be {}, it is missing", info_of(Post::kPhase).move);
    return post;
  }

  Result<std::size_t> disagreement(std::optional<std::size_t> difference) const {
    if (!difference)
      return fail("{}: all that was posted is right, there is nothing to dispute", info_of(game_.phase).move);
    return *difference;
  }

  Result<Move> pick_step() {
    const auto* post = TRY(last_post<PostSteps>());
    std::vector<Root> theirs = post->roots;
    theirs.push_back(game_.claim.root_hi);
    if (theirs.size() != game_.claim.boundaries.pieces()) return fail("postSteps of another round");
    return PickStep{TRY(disagreement(first_difference(roots_of_pieces(), theirs))), post->roots};
  }

  Result<Move> pick_child() {
    const auto* post = TRY(last_post<Descend>());
    if (post->children.size() != game_.cursor.children()) return fail("descend of another round");
    return PickChild{TRY(disagreement(first_difference(children(), post->children))), post->children};
  }

  Result<Move> open_node() {
    const std::uint64_t index = game_.cursor.index;
    const merkle::ListTree hashes(node_hashes(graph()));
    return OpenNode{header(), encode(graph().nodes[index]), hashes.proof(index).siblings};
  }

  Result<Move> pick_element() {
    const auto* post = TRY(last_post<Publish>());
    const ByteView ours = tensors().output.block(game_.cursor.index);
    if (post->block.size() != ours.size()) return fail("publish of another block");
    const std::size_t byte = TRY(disagreement(first_difference(ours, post->block)));
    const std::size_t chunk = byte / kChunkBytes * kChunkBytes;
    const ByteView bytes =
        ByteView(post->block).subspan(chunk, std::min(kChunkBytes, post->block.size() - chunk));
    return PickElement{byte / static_cast<std::size_t>(tensor::size_of(game_.node.dtype)),
                       chunk_hashes(post->block), Bytes(bytes.begin(), bytes.end())};
  }

  Result<Move> pick_lane() {
    const auto* post = TRY(last_post<PostLanes>());
    const std::size_t lane = TRY(disagreement(first_difference(lanes(), post->lanes)));
    return PickLane{static_cast<std::uint32_t>(lane), post->lanes};
  }

  Result<Move> pick_partial() {
    const auto* post = TRY(last_post<PostPartials>());
    if (post->values.size() != game_.chain.pieces()) return fail("postPartials of another round");
    return PickPartial{TRY(disagreement(first_difference(partials(), post->values))), post->values};
  }

  /// Of an argmax: the position that we hold right.
  std::uint64_t our_extra() {
    const Node& node = game_.node;
    if (node.form != program::Form::reduce || runtime::has_chain(node)) return 0;
    return runtime::load_element(tensors().output.bytes(), node.dtype,
                                 static_cast<std::int64_t>(game_.element));
  }

  Result<Opening> open(const RecordingReader::Read& read) {
    const Tensor& tensor = tensors().operands[read.operand];
    const std::uint64_t block = read.byte / merkle::kBlockBytes;
    const ByteView bytes = tensor.block(block);
    Opening opening{.root = tensor.tree().root(),
                    .length = tensor.bytes().size(),
                    .link_path = {},
                    .block = Bytes(bytes.begin(), bytes.end()),
                    .block_path = tensor.tree().proof(block).siblings};
    opening.link_path = TRY(link_path(game_.node.operands[read.operand].ref));
    return opening;
  }

  Result<std::vector<Root>> link_path(program::Ref ref) {
    if (ref.kind == RefKind::state) return std::vector<Root>{};
    if (ref.kind == RefKind::constant) {
      std::vector<Root> entries;
      for (const program::Constant& constant : program_.constants) entries.push_back(hash_of(constant));
      return merkle::ListTree(std::move(entries)).proof(ref.index).siblings;
    }
    const merkle::ListTree& ours = execution_.trace(transition());
    const ShownTree theirs(posts_, ours.leaf_count(), game_.node_index);
    if (!theirs.complete()) return fail("the responder's moves from postTrace to openNode are not all given");
    return theirs.path(ours, ref.index);
  }

  std::span<const Move> posts_;
};

}  // namespace

Result<Move> responder_move(const Game& game, Execution& execution) {
  return Responder(game, execution).move();
}

Result<Move> challenger_move(const Game& game, std::span<const Move> posts, Execution& execution) {
  return Challenger(game, posts, execution).move();
}

Result<Judge> make_judge(const Game& game, std::span<const Move> posts, std::uint64_t extra,
                         Execution& execution) {
  return Challenger(game, posts, execution).judge(extra);
}

}  // namespace lydian::dispute
