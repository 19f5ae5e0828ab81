// The challenger: re-executes the jobs of others beside them, and disputes the first checkpoint that comes
// out differently.
#pragma once

#include <set>

#include "lydian/node/desk.h"

namespace lydian::node {

class Challenger {
 public:
  explicit Challenger(const Context& context)
      : context_(&context), desk_(context, dispute::Seat::challenger) {}

  [[nodiscard]] Status tick();
  [[nodiscard]] bool is_busy() const { return is_busy_; }

 private:
  /// A job it follows, run by itself.
  struct Follow {
    std::uint32_t attempt = 0;
    std::shared_ptr<JobFiles> files;
    std::unique_ptr<dispute::Machine> machine;
    std::uint64_t boundary = 0;
    Bytes state;
    std::uint64_t verified = 0;  // checkpoints found right
    std::uint64_t checked = 0;   // checkpoints compared in this attempt, right or wrong
  };

  /// Nothing while they are on their way, and for a job that cannot be run here.
  Result<std::shared_ptr<JobFiles>> files_of(const ledger::Job& job);
  Status play_all(const ledger::Job& job);
  Status play(const ledger::Job& job, const ledger::Challenge& challenge);
  Status follow(const ledger::Job& job);
  Result<Follow*> follow_of(const ledger::Job& job);
  Status compare(const ledger::Job& job, Follow& follow);

  const Context* context_;
  Desk desk_;
  std::map<std::uint64_t, Follow> follows_;  // by job
  std::map<std::uint64_t, bool> told_;       // games whose end was told
  std::set<std::uint64_t> unfit_;            // jobs that cannot be run here
  bool is_busy_ = false;
};

}  // namespace lydian::node
