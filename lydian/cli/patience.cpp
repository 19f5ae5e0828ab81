#include "lydian/cli/patience.h"

#include <fmt/core.h>

#include "lydian/cli/interrupt.h"

namespace lydian::cli {
namespace {

constexpr int kIdleMs = 100;
constexpr int kPatienceMs = 500;
constexpr int kPatienceDoublings = 5;  // 16 seconds at most

}  // namespace

void Patience::after(const Status& turn, bool is_busy) {
  if (turn) {
    if (failures_ > 0) tell_({"recovered", "going on", {}});
    failures_ = 0;
    said_.clear();
    if (!is_busy) pause_ms(kIdleMs);
    return;
  }
  const int wait_ms = kPatienceMs << std::min(failures_, kPatienceDoublings);
  const std::string& why = turn.error().message;
  if (why != said_) tell_({"error", fmt::format("{}; trying again", why), {}});
  said_ = why;
  ++failures_;
  for (int waited = 0; waited < wait_ms && !is_interrupted(); waited += kIdleMs) pause_ms(kIdleMs);
}

Status turn_until_interrupted(node::Node& node, const node::EventSink& tell) {
  using Kind = ledger::LedgerError::Kind;
  Patience patience(tell);
  bool has_met = false;
  for (Status turn = fail("not met yet"); !is_interrupted(); patience.after(turn, node.is_busy())) {
    if (!turn) {
      // The first turn, or after one that failed: it may be another ledger that answers now.
      const ledger::LedgerStatus meeting = node.meet_ledger();
      const bool is_none = !has_met && !meeting && meeting.error().kind == Kind::kMalformed;
      if (is_none || (!meeting && meeting.error().kind == Kind::kWrongLedger))
        return std::unexpected(Error(meeting.error()));
      turn = meeting ? Status() : std::unexpected(Error(meeting.error()));
      has_met = has_met || meeting;
    }
    if (turn) turn = node.tick();
  }
  return {};
}

node::EventSink event_printer(bool json) {
  return [json](const node::Event& event) {
    if (json) {
      nlohmann::json line = event.fields.is_object() ? event.fields : nlohmann::json::object();
      line["event"] = event.kind;
      line["text"] = event.sentence;
      // What others wrote may be no UTF-8.
      fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else if (!event.sentence.empty()) {
      fmt::print("{}\n", event.sentence);
    }
    std::fflush(stdout);
  };
}

}  // namespace lydian::cli
