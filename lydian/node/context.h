// What every role of a node works with. Time is the ledger's, in seconds of its latest block; how long a turn
// of work may take is the caller's, in milliseconds of a Clock that sim replaces.
#pragma once

#include "lydian/ledger/games.h"
#include "lydian/node/events.h"
#include "lydian/node/job_files.h"
#include "lydian/node/machine.h"
#include "lydian/node/outbox.h"

namespace lydian::node {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since some moment; never goes back.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;
};
[[nodiscard]] const Clock& steady_clock();

struct NodeConfig {
  ledger::Address self;
  std::int64_t memory_bytes = std::int64_t{2} << 30;  // that a program may use
  ledger::Uint256 ask_per_tflop;                      // token units; jobs that pay less are left to others
  std::int64_t turn_ms = 200;                         // computing between two looks at the ledger
};

struct Context {
  NodeConfig config;
  const ledger::Market& market;
  const ledger::Games& games;
  Outbox& outbox;
  store::Store& store;
  Library& library;
  store::BlobStore& snapshots;  // states between two checkpoints, for this node alone
  ThreadPool& pool;
  const Clock& clock;
  MachineFactory make_machine;
  EventSink tell;
};

/// The boundaries of a job's checkpoint.
[[nodiscard]] dispute::Interval boundaries_of(const ledger::Job& job, std::uint64_t checkpoint);
/// Where a checkpoint starts: its state's bytes; empty at boundary 0. Nothing while they are being fetched.
[[nodiscard]] Result<std::optional<Bytes>> start_of(const Context& context, const ledger::Job& job,
                                                    const program::Program& program,
                                                    std::uint64_t checkpoint);
/// The f32 [1] tensors of a state that is a safetensors file, as {"loss": 1.9}; empty for other bytes.
[[nodiscard]] nlohmann::json metrics_of(ByteView state);

/// A turn for each of several things. An error at one keeps none of the others from theirs, unless the ledger
/// is away; the first is returned.
template <typename Items, typename Turn>
[[nodiscard]] Status for_each_of(const Context& context, const Items& items, Turn turn) {
  Status first;
  for (const auto& item : items) {
    const Status status = turn(item);
    if (status) continue;
    if (first) first = status;
    if (!context.market.now()) break;
  }
  return first;
}

/// Runs transitions until a boundary or the end of the turn, whichever comes first.
void run_turn(const Context& context, dispute::Machine& machine, std::uint64_t target,
              std::uint64_t& boundary, Bytes& state);

}  // namespace lydian::node
