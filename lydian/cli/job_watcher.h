// One job as it happens on the ledger: a sentence (or a JSON line) for each change, and a progress bar of its
// steps.
#pragma once

#include <map>

#include "lydian/cli/progress.h"
#include "lydian/ledger/games.h"
#include "lydian/node/events.h"

namespace lydian::cli {

class JobWatcher {
 public:
  /// The market outlives it.
  JobWatcher(const ledger::Market& market, const ledger::Job& job, bool json);

  /// Asks the ledger, if it is time to, and tells what is new. Whether the job is at its end.
  [[nodiscard]] Result<bool> look();
  [[nodiscard]] const ledger::Job& job() const { return job_; }
  void finish() { progress_.finish(); }

 private:
  void say(const std::string& kind, const std::string& sentence, nlohmann::json fields = {});
  void compare(const ledger::Job& now);
  Status look_at_games();
  [[nodiscard]] std::int64_t steps_of(std::uint64_t checkpoints) const;

  const ledger::Market& market_;
  ledger::Job job_;
  bool is_first_ = true;
  bool json_;
  Progress progress_;
  std::int64_t looked_at_ms_ = 0;
  std::map<std::uint64_t, bool> games_;  // by id: whether it is over
};

}  // namespace lydian::cli
