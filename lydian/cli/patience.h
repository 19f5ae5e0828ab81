// The pace of something that is driven by turns: rests when there is nothing to do, and waits longer each
// time when the ledger is away, saying why once.
#pragma once

#include "lydian/cli/command.h"
#include "lydian/node/node.h"

namespace lydian::cli {

class Patience {
 public:
  explicit Patience(node::EventSink tell) : tell_(std::move(tell)) {}
  void after(const Status& turn, bool is_busy);

 private:
  node::EventSink tell_;
  int failures_ = 0;
  std::string said_;
};

/// Turns a node until an interrupt, through any absence of its ledger. An error: the ledger that answers is
/// not the node's, or no ledger.
[[nodiscard]] Status turn_until_interrupted(node::Node& node, const node::EventSink& tell);

/// Sentences for people, or a JSON line for each event, on standard output.
[[nodiscard]] node::EventSink event_printer(bool json);

}  // namespace lydian::cli
