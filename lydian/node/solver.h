// The solver: takes jobs that pay enough, runs them, commits each checkpoint as it is reached, defends it and
// shows what is demanded of it, settles it and collects the pay. What it must not forget is in the store;
// everything else is read from the ledger each time.
#pragma once

#include <set>

#include "lydian/node/answerer.h"
#include "lydian/node/desk.h"

namespace lydian::node {

class Solver {
 public:
  explicit Solver(const Context& context)
      : context_(&context), desk_(context, dispute::Seat::responder), answerer_(context) {}

  /// A turn: demands and games first, then money, then work.
  [[nodiscard]] Status tick();
  /// Whether it computes at the moment: the next turn should follow at once.
  [[nodiscard]] bool is_busy() const { return answerer_.is_busy() || (work_ != nullptr && !is_waiting_); }

 private:
  struct Work {
    std::uint64_t job = 0;
    std::uint32_t attempt = 0;
    std::shared_ptr<JobFiles> files;
    std::unique_ptr<dispute::Machine> machine;
    std::uint64_t boundary = 0;
    Bytes state;
    std::uint64_t next_checkpoint = 0;
    std::int64_t remembered_ms = 0;
  };

  Status tend(const ledger::Job& job);
  Status work(const std::vector<ledger::Job>& jobs);
  Status defend(const ledger::Job& job);
  Status collect(const ledger::Job& job);
  Status look_for_work(const std::vector<ledger::Job>& jobs);
  Status consider(const ledger::Job& job);
  Result<bool> begin(const ledger::Job& job);
  Status go_on(const ledger::Job& job);
  Status commit(const ledger::Job& job);
  Status remember(const BlobId& state);
  Result<std::optional<Bytes>> recall(const ledger::Job& job, const store::JobRecord& record);
  Result<bool> is_late(const ledger::Job& job);
  Status give_up(const ledger::Job& job, const std::string& reason);
  Result<std::shared_ptr<JobFiles>> files_of(const ledger::Job& job);
  /// Whether this node lost a dispute over the job, or found that it cannot run it.
  Result<bool> is_barred(std::uint64_t job);
  Status bar(std::uint64_t job, const std::string& reason);

  const Context* context_;
  Desk desk_;
  Answerer answerer_;
  std::unique_ptr<Work> work_;
  std::map<std::uint64_t, std::shared_ptr<JobFiles>> files_;
  std::set<std::pair<std::uint64_t, std::uint32_t>>
      passed_;  // jobs and attempts whose bond is too high for us
  bool is_waiting_ = false;
};

}  // namespace lydian::node
