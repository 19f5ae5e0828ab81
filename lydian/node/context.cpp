#include "lydian/node/context.h"

#include <chrono>

#include "lydian/tensor/safetensors.h"

namespace lydian::node {
namespace {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t now_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

const Clock& steady_clock() {
  static const SteadyClock clock;
  return clock;
}

dispute::Interval boundaries_of(const ledger::Job& job, std::uint64_t checkpoint) {
  return dispute::checkpoint(checkpoint, job.steps, job.interval);
}

Result<std::optional<Bytes>> start_of(const Context& context, const ledger::Job& job,
                                      const program::Program& program, std::uint64_t checkpoint) {
  if (checkpoint == 0) return Bytes{};
  const auto before = TRY(context.market.checkpoint(job.id, checkpoint - 1));
  return context.library.blob({before.root, static_cast<std::uint64_t>(program.state_bytes)});
}

nlohmann::json metrics_of(ByteView state) {
  nlohmann::json metrics = nlohmann::json::object();
  const auto file = tensor::parse_safetensors(state);
  if (!file) return metrics;
  for (const auto& entry : file->entries) {
    if (entry.dtype == tensor::DType::f32 && entry.shape == tensor::Shape{1})
      metrics[entry.name] = load_le<float>(state.data() + entry.begin);
  }
  return metrics;
}

void run_turn(const Context& context, dispute::Machine& machine, std::uint64_t target,
              std::uint64_t& boundary, Bytes& state) {
  const std::int64_t end = context.clock.now_ms() + context.config.turn_ms;
  while (boundary < target) {
    state = machine.run(boundary, std::move(state));
    ++boundary;
    if (context.clock.now_ms() >= end) return;
  }
}

}  // namespace lydian::node
