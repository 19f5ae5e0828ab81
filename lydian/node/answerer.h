// Answers demands for blocks of the checkpoints this node committed: who leaves one unanswered loses its
// bond. All it needs is on the ledger and in the blobs, so it goes on after a restart; a state that is lost
// is computed again.
#pragma once

#include <compare>
#include <optional>
#include <set>

#include "lydian/ledger/demands.h"
#include "lydian/ledger/log_cursor.h"
#include "lydian/node/context.h"

namespace lydian::node {

class Answerer {
 public:
  explicit Answerer(const Context& context)
      : context_(&context), demands_(context.market), cursor_(context.market.deployment().first_block) {}

  /// A turn: shows the blocks that are demanded of this node, and collects what that pays.
  [[nodiscard]] Status tick();
  /// It computes a lost state: the next turn should follow at once.
  [[nodiscard]] bool is_busy() const { return is_busy_; }

 private:
  struct Place {
    std::uint64_t job = 0;
    std::uint32_t attempt = 0;
    std::uint64_t checkpoint = 0;

    auto operator<=>(const Place&) const = default;
  };
  /// A checkpoint's bytes and tree, for as many demands as a turn answers.
  struct Opened {
    BlobId id;
    dispute::Tensor state;
  };
  /// A checkpoint that is computed again.
  struct Rerun {
    Place place;
    std::shared_ptr<JobFiles> files;
    std::unique_ptr<dispute::Machine> machine;
    std::uint64_t boundary = 0;
    Bytes state;
  };

  Status listen();
  Status answer(const ledger::Demanded& demanded);
  Status show(const ledger::Demanded& demanded, const dispute::Tensor& state);
  Result<const dispute::Tensor*> state_of(const ledger::Job& job, const ledger::Demand& demand);
  Status compute_again(const ledger::Job& job, const ledger::Demand& demand);
  Status begin(const ledger::Job& job, const Place& place);
  Status collect();

  const Context* context_;
  ledger::Demands demands_;
  ledger::LogCursor cursor_;
  std::vector<ledger::Demanded> heard_;  // all that ever named this node, in order
  std::optional<Opened> opened_;
  std::optional<Rerun> rerun_;
  std::set<Place> unlike_;  // what came out otherwise than it was committed
  bool is_busy_ = false;
};

}  // namespace lydian::node
