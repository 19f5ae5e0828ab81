#include "lydian/node/desk.h"

#include "lydian/kernels/reduce.h"
#include "lydian/kernels/scalar.h"

namespace lydian::node {
namespace {

using dispute::Game;
using dispute::Phase;
using dispute::Seat;

const program::Graph& graph_in_question(const Game& game, const program::Program& program) {
  return program.graph(dispute::graph_of(game.claim.boundaries.lo, game.claim.steps));
}

/// The contract keeps a node's hash; the program has the node.
void fill_node(Game& game, const program::Program& program) {
  const auto& nodes = graph_in_question(game, program).nodes;
  if (game.in_output && game.node_index < nodes.size()) game.node = nodes[game.node_index];
}

std::string name_of_node(const program::Node& node) {
  std::string name(program::name_of(node.form));
  if (node.form == program::Form::map)
    name = fmt::format("{} {}", name, kernels::info_of(static_cast<kernels::ScalarFn>(node.fn)).name);
  return fmt::format("{} {}", name, node.shape.text());
}

std::string transition_text(const Game& game) {
  const std::uint64_t transition = game.claim.boundaries.lo;
  if (transition == 0) return "init";
  if (transition > game.claim.steps) return "output";
  return fmt::format("step {}", transition);
}

}  // namespace

std::string question_text(const Game& game, const program::Program& program) {
  const dispute::Interval& boundaries = game.claim.boundaries;
  if (boundaries.length() > 1)
    return fmt::format("{} steps, {} to {}", boundaries.length(), boundaries.lo, boundaries.hi - 1);
  const std::string step = transition_text(game);
  const auto& nodes = graph_in_question(game, program).nodes;
  if (!game.in_output) {
    if (game.phase == Phase::trace) return fmt::format("{}, its {} operators", step, nodes.size());
    const std::uint64_t first = game.cursor.index << game.cursor.height;
    const std::uint64_t last =
        std::min<std::uint64_t>(((game.cursor.index + 1) << game.cursor.height) - 1, nodes.size() - 1);
    if (first == last) return fmt::format("{}, operator {}: {}", step, first, name_of_node(nodes[first]));
    return fmt::format("{}, operators {} to {}", step, first, last);
  }
  if (game.node_index >= nodes.size()) return step;
  const std::string node =
      fmt::format("{}, operator {} ({})", step, game.node_index, name_of_node(nodes[game.node_index]));
  switch (game.phase) {
    case Phase::tree:
    case Phase::tree_pick:
    case Phase::publish:
      return fmt::format("{}, {} blocks of its output", node, std::uint64_t{1} << game.cursor.height);
    case Phase::element:
      return fmt::format("{}, one block of its output", node);
    case Phase::lanes:
    case Phase::lanes_pick:
      return fmt::format("{}, element {}, its 32 lanes", node, game.element);
    case Phase::chain:
    case Phase::chain_pick:
      return fmt::format("{}, element {}, {} operations of its sum", node, game.element, game.chain.length());
    default:
      return fmt::format("{}, element {}, one operation", node, game.element);
  }
}

Result<bool> Desk::play(const ledger::Challenge& challenge, const ledger::Job& job,
                        const std::shared_ptr<JobFiles>& files) {
  const std::string purpose = fmt::format("game:{}", challenge.game);
  if (context_->outbox.in_flight(purpose)) return false;
  ledger::GameOnLedger found = TRY(context_->games.game(challenge.game));
  Game& game = found.game;
  if (game.is_over()) {
    tables_.erase(challenge.game);
    return true;
  }
  fill_node(game, files->program);
  const bool is_ours = game.mover() == seat_;
  if (TRY(context_->market.now()) > game.deadline()) {
    // A move that comes too late is refused; the other side ends the game.
    if (!is_ours) TRY_STATUS(context_->outbox.submit(purpose, context_->games.timeout(challenge.game)));
    return false;
  }
  if (!is_ours) return false;
  Table* table = TRY(this->table(challenge, job, files));
  if (table == nullptr) return false;
  const dispute::Move move = TRY(next_move(challenge, game, *table));
  const std::string question = question_text(game, files->program);
  TRY_STATUS(context_->outbox.submit(purpose, context_->games.move(challenge.game, move)));
  const std::string_view seat = seat_ == Seat::responder ? "solver" : "challenger";
  context_->tell({"move",
                  fmt::format("game {}: {} plays {}; in question: {}", challenge.game, seat,
                              dispute::info_of(game.phase).move, question),
                  {{"game", challenge.game},
                   {"job", job.id},
                   {"seat", seat},
                   {"move", dispute::info_of(game.phase).move},
                   {"question", question}}});
  return false;
}

Result<Desk::Table*> Desk::table(const ledger::Challenge& challenge, const ledger::Job& job,
                                 const std::shared_ptr<JobFiles>& files) {
  const auto known = tables_.find(challenge.game);
  if (known != tables_.end()) return &known->second;
  auto start = TRY(start_of(*context_, job, files->program, challenge.checkpoint));
  if (!start) return nullptr;
  Table table{files, context_->make_machine(*files, context_->pool), nullptr};
  dispute::Execution::Options options{.pool = &context_->pool};
  options.snapshot_bytes_max = static_cast<std::size_t>(context_->config.memory_bytes / 4);
  const std::uint64_t boundary = boundaries_of(job, challenge.checkpoint).lo;
  table.execution =
      std::make_unique<dispute::Execution>(*table.machine, boundary, std::move(*start), options);
  return &tables_.insert_or_assign(challenge.game, std::move(table)).first->second;
}

Result<dispute::Move> Desk::next_move(const ledger::Challenge& challenge, const Game& game, Table& table) {
  if (seat_ == Seat::responder) return dispute::responder_move(game, *table.execution);
  const auto posts = TRY(context_->games.posts(challenge.game, challenge.block));
  return dispute::challenger_move(game, posts, *table.execution);
}

}  // namespace lydian::node
