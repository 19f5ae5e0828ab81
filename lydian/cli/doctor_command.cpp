// lydian doctor: what could keep a node from working, and what to do about it.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/session.h"
#include "lydian/kernels/isa.h"
#include "lydian/swarm/torrent_swarm.h"

namespace lydian::cli {
namespace {

constexpr double kGiB = 1 << 30;
constexpr double kFreeDiskGiBMin = 5;
constexpr std::int64_t kClockSkewSecondsMax = 60;

class Examination {
 public:
  explicit Examination(bool json) : json_(json) {}

  void note(const std::string& what, const Result<std::string>& finding) {
    if (!finding) ++troubles_;
    const std::string& text = finding ? *finding : finding.error().message;
    if (json_)
      fmt::print("{}\n", nlohmann::json{{"check", what}, {"ok", finding.has_value()}, {"text", text}}.dump());
    else
      fmt::print("{:<8} {:<12} {}\n", finding ? "ok" : "TROUBLE", what, text);
  }
  [[nodiscard]] Status result() const {
    if (troubles_ == 0) return {};
    return fail("{} {} attention", troubles_, troubles_ == 1 ? "thing needs" : "things need");
  }

 private:
  bool json_;
  int troubles_ = 0;
};

Result<std::string> check_keys(const node::HomeFolder& home) {
  const auto files = TRY(home.keys());
  if (files.empty())
    return fail("there are none in {}; make one with lydian keys new", home.keystore().string());
  for (const auto& file : files) TRY(read_keystore(file));
  return fmt::format("{} in {}", files.size(), home.keystore().string());
}

Result<std::string> check_network(ledger::RpcClient& rpc, const ledger::Deployment& deployment) {
  TRY_STATUS(ledger::check_ledger(rpc, deployment));
  return fmt::format("{}, chain {}, block {}, the market at {}", deployment.rpc_url, deployment.chain_id,
                     TRY(rpc.block_number()), deployment.market.text());
}

Result<std::string> check_clock(ledger::RpcClient& rpc) {
  const auto block = TRY(rpc.block(ledger::BlockTag::latest()));
  if (!block) return fail("the ledger has no block yet");
  const std::int64_t skew =
      static_cast<std::int64_t>(std::time(nullptr)) - static_cast<std::int64_t>(block->timestamp);
  if (std::abs(skew) > kClockSkewSecondsMax)
    return fail("the latest block is {} s {} this machine's clock; set the clock, or ask another ledger node",
                std::abs(skew), skew > 0 ? "behind" : "ahead of");
  return fmt::format("{} s from the latest block", std::abs(skew));
}

Result<std::string> check_disk(const node::HomeFolder& home) {
  std::error_code error;
  const auto space = std::filesystem::space(home.path(), error);
  if (error) return fail("{}: {}", home.path().string(), error.message());
  const double free = static_cast<double>(space.available) / kGiB;
  if (free < kFreeDiskGiBMin)
    return fail("{:.1f} GiB are free at {}; checkpoints need room, {} GiB or more", free,
                home.path().string(), kFreeDiskGiBMin);
  return fmt::format("{:.1f} GiB free", free);
}

Result<std::string> check_isa() {
  const auto isa = TRY(kernels::isa_from_environment());
  return std::string(kernels::name_of(isa));
}

Result<std::string> check_swarm(const PlaceOptions& options, const node::HomeFolder& home) {
  const node::NodeOptions where = TRY(node_options(options, home, 1));
  const auto swarm = TRY(swarm::TorrentSwarm::open(
      {.folder = home.swarm(), .listen = where.listen, .loopback = where.loopback}));
  return fmt::format("can listen, here on port {}", swarm->listen_port());
}

Status examine(const PlaceOptions& options, const CommonOptions& common) {
  Examination examination(common.json);
  const auto home = open_home(options);
  if (!home) return std::unexpected(home.error());
  const auto lock = node::HomeLock::take(*home);
  examination.note("home", lock ? Result<std::string>(home->path().string()) : std::unexpected(lock.error()));
  examination.note("keys", check_keys(*home));
  const auto deployment = network_of(options, *home);
  if (!deployment) {
    examination.note("network", std::unexpected(deployment.error()));
  } else if (auto rpc = ledger::RpcClient::open(deployment->rpc_url); !rpc) {
    examination.note("ledger", std::unexpected(rpc.error()));
  } else {
    const auto network = check_network(*rpc, *deployment);
    examination.note("ledger", network);
    if (network) examination.note("clock", check_clock(*rpc));
    if (lock) examination.note("swarm", check_swarm(options, *home));
  }
  examination.note("disk", check_disk(*home));
  examination.note("memory", fmt::format("{:.1f} GiB", static_cast<double>(machine_memory()) / kGiB));
  examination.note("kernels", check_isa());
  examination.note("threads", fmt::format("{}", thread_count(common)));
  return examination.result();
}

}  // namespace

void add_doctor(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<PlaceOptions>();
  CLI::App* verb = app.add_subcommand("doctor", "check this machine, its home and the ledger");
  add_network_options(*verb, *options);
  add_swarm_options(*verb, *options);
  on_run(*verb, result, [options, &common] { return examine(*options, common); });
}

}  // namespace lydian::cli
