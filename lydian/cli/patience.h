// What a long-running command does between two turns: rests when idle, and waits longer each time when the
// ledger is away, saying so once.
#pragma once

#include "lydian/cli/command.h"
#include "lydian/node/events.h"

namespace lydian::cli {

class Patience {
 public:
  explicit Patience(node::EventSink tell) : tell_(std::move(tell)) {}
  void after(const Status& turn, bool is_busy);

 private:
  node::EventSink tell_;
  int failures_ = 0;
};

/// Sentences for people, or a JSON line for each event, on standard output.
[[nodiscard]] node::EventSink event_printer(bool json);

}  // namespace lydian::cli
