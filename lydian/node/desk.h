// Plays dispute games for one seat: looks at a game on the ledger, and when it is this side's move, computes
// it from its own execution and sends it. All it needs is on the ledger and in the job's blobs, so it goes on
// after a restart.
#pragma once

#include <map>

#include "lydian/dispute/player.h"
#include "lydian/node/context.h"

namespace lydian::node {

class Desk {
 public:
  Desk(const Context& context, dispute::Seat seat) : context_(&context), seat_(seat) {}

  /// A turn of one game. Whether it is over.
  [[nodiscard]] Result<bool> play(const ledger::Challenge& challenge, const ledger::Job& job,
                                  const std::shared_ptr<JobFiles>& files);

 private:
  struct Table {
    std::shared_ptr<JobFiles> files;
    std::unique_ptr<dispute::Machine> machine;
    std::unique_ptr<dispute::Execution> execution;
  };
  Result<Table*> table(const ledger::Challenge& challenge, const ledger::Job& job,
                       const std::shared_ptr<JobFiles>& files);
  Result<dispute::Move> next_move(const ledger::Challenge& challenge, const dispute::Game& game,
                                  Table& table);

  const Context* context_;
  dispute::Seat seat_;
  std::map<std::uint64_t, Table> tables_;  // by game
};

/// What a game is about at this moment, in words: "steps 40 to 80", "one multiply-add of …".
[[nodiscard]] std::string question_text(const dispute::Game& game, const program::Program& program);

}  // namespace lydian::node
