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
    if (!is_busy) pause_ms(kIdleMs);
    return;
  }
  const int wait_ms = kPatienceMs << std::min(failures_, kPatienceDoublings);
  if (failures_ == 0) tell_({"error", fmt::format("{}; trying again", turn.error().message), {}});
  ++failures_;
  for (int waited = 0; waited < wait_ms && !is_interrupted(); waited += kIdleMs) pause_ms(kIdleMs);
}

node::EventSink event_printer(bool json) {
  return [json](const node::Event& event) {
    if (json) {
      nlohmann::json line = event.fields.is_object() ? event.fields : nlohmann::json::object();
      line["event"] = event.kind;
      line["text"] = event.sentence;
      fmt::print("{}\n", line.dump());
    } else if (!event.sentence.empty()) {
      fmt::print("{}\n", event.sentence);
    }
    std::fflush(stdout);
  };
}

}  // namespace lydian::cli
