// The whole market in one process on a real EVM node: nodes, swarm, store and contracts.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "lydian/ledger/anvil.h"
#include "lydian/merkle/tree.h"
#include "lydian/models/training.h"
#include "lydian/node/node.h"
#include "lydian/program/cost.h"
#include "lydian/swarm/torrent_swarm.h"

namespace lydian::sim {

using ledger::Uint256;

inline Uint256 tokens(std::uint64_t whole) { return *ledger::parse_units(std::to_string(whole), 18); }

template <typename T>
T must(std::expected<T, Error> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    std::abort();
  }
  return std::move(*result);
}
template <typename T>
T must(ledger::LedgerResult<T> result) {
  return must<T>(result ? std::expected<T, Error>(std::move(*result))
                        : std::unexpected<Error>(result.error()));
}

/// A small training job on made-up tokens.
struct SmallJob {
  Bytes tokens;
  program::Program program;
};

inline SmallJob small_job(std::int64_t steps, std::int64_t interval) {
  SmallJob job;
  for (int i = 0; i < 600; ++i) job.tokens.push_back(static_cast<std::uint8_t>(i * i % 11));
  models::TrainingConfig config;
  config.model = {.layers = 1, .heads = 2, .width = 16, .context = 8, .vocabulary = 11};
  config.optimizer.warmup_steps = 2;
  config.optimizer.decay_steps = steps + 2;
  config.batch = 4;
  config.steps = steps;
  config.interval = interval;
  config.data = {{merkle::blob_root(job.tokens), static_cast<std::int64_t>(job.tokens.size())},
                 1,
                 0,
                 static_cast<std::int64_t>(job.tokens.size())};
  job.program = models::training_program(config);
  return job;
}

class MarketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("lydian_market_test.{}", ::getpid());
    std::filesystem::create_directories(folder_);
    const std::filesystem::path contracts = std::filesystem::path(LYDIAN_SOURCE_DIR) / "contracts";
    evm_.emplace(must(ledger::EvmNode::start(
        {.binary = contracts / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", .rollup = true})));
    rpc_.emplace(must(ledger::RpcClient::open(evm_->url())));
    deployer_.emplace(must(ledger::TransactionSender::open(*rpc_, account(0), ledger::contract_errors())));
    deployment_ = must(ledger::deploy(*deployer_, contracts / "out"));
    market_.emplace(*rpc_, deployment_);
    for (int i = 1; i < 6; ++i) must(deployer_->send(market_->transfer(account(i).address(), tokens(1000))));
  }
  void TearDown() override {
    nodes_.clear();
    evm_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// The well-known accounts of development nodes.
  static crypto::PrivateKey account(int i) {
    static const std::array keys = {"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                                    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
                                    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
                                    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
                                    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
                                    "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"};
    return must(crypto::PrivateKey::from_bytes(*from_hex(keys[static_cast<std::size_t>(i)])));
  }

  node::Node& add_node(int i, bool solves, bool challenges, const Uint256& ask,
                       const node::MachineFactory& machine = node::make_fast_machine) {
    const auto home = folder_ / std::to_string(i);
    std::filesystem::create_directories(home);
    node::NodeOptions options{
        .home = home, .deployment = deployment_, .solves = solves, .challenges = challenges};
    options.stake = solves ? tokens(200) : Uint256();
    options.ask_per_tflop = ask;
    options.listen = {{"127.0.0.1", 0}};
    options.loopback = true;
    nodes_.push_back(must(node::Node::open(
        options, account(i), [this, i](const node::Event& event) { events_.push_back({i, event}); },
        machine)));
    const ledger::LedgerStatus met = nodes_.back()->meet_ledger();
    EXPECT_TRUE(met) << met.error().message;
    return *nodes_.back();
  }

  [[nodiscard]] ledger::Terms terms_of(const SmallJob& job) const {
    ledger::Terms terms{tokens(10), tokens(100), tokens(150), tokens(20)};
    terms.auction_seconds = 60;
    terms.expiry_seconds = 3600;
    terms.challenge_window = challenge_window_;
    terms.checkpoint_seconds = 600;
    terms.move_budget = 600;
    terms.step_millis = program::cost_of(job.program).step_millis;
    terms.demand_bond = tokens(5);
    terms.demand_seconds = 600;
    terms.work_gflop = 1;
    return terms;
  }

  /// Posts a job as one of the accounts, which serves its blobs.
  std::uint64_t post(const SmallJob& job, int serving) {
    return post(job, serving, program::encode(job.program));
  }
  /// The same with something else in the place of the program's bytes.
  std::uint64_t post(const SmallJob& job, int serving, const Bytes& blob) {
    auto blobs = must(store::BlobStore::open(folder_ / "submitter"));
    swarm_ = must(swarm::TorrentSwarm::open(
        {.folder = folder_ / "submitter.swarm", .listen = {{"127.0.0.1", 0}}, .loopback = true}));
    node::Library library(blobs, *swarm_);
    const auto program = must(library.put(blob));
    must(library.put(job.tokens));
    auto sender = must(ledger::TransactionSender::open(*rpc_, account(serving), ledger::contract_errors()));
    const auto key = crypto::Ed25519Key::generate();
    const Root digest = must(market_->possession_digest(sender.address()));
    must(sender.send(market_->register_node(key.public_key(), key.sign(digest.view()),
                                            fmt::format("127.0.0.1:{}", swarm_->listen_port()), 1, 1)));
    must(sender.send(market_->approve_market(tokens(100))));
    return must(market_->posted_job(
        must(sender.send(market_->post(job.program, program.root, program.size_bytes, terms_of(job))))));
  }

  /// Takes a job as an account that will never work on it.
  void accept_idly(std::uint64_t id, int who) {
    auto sender = must(ledger::TransactionSender::open(*rpc_, account(who), ledger::contract_errors()));
    const auto key = crypto::Ed25519Key::generate();
    const Root digest = must(market_->possession_digest(sender.address()));
    must(sender.send(market_->register_node(key.public_key(), key.sign(digest.view()), "127.0.0.1:1", 1, 1)));
    must(sender.send(market_->approve_registry(tokens(150))));
    must(sender.send(market_->deposit(tokens(150))));
    must(sender.send(market_->accept(id, tokens(0))));
  }

  /// Turns all nodes, and a block after each turn, until something holds. False: it did not in time.
  template <typename Condition>
  bool run_until(const Condition& holds, int seconds_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds_max);
    std::string last_error;
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      if (swarm_) swarm_->tick();
      for (const auto& node : nodes_) {
        if (const auto turn = node->tick(); !turn && turn.error().message != last_error) {
          last_error = turn.error().message;
          fmt::print("turn: {}\n", last_error);
        }
      }
      must(rpc_->request("evm_mine", "[]"));
    }
    return true;
  }
  ledger::Job run_until_settled(std::uint64_t id, int seconds_max) {
    run_until([&] { return must(market_->job(id)).status == ledger::JobStatus::settled; }, seconds_max);
    return must(market_->job(id));
  }

  [[nodiscard]] bool happened(int node, const std::string& kind) const {
    return std::ranges::any_of(
        events_, [&](const auto& entry) { return entry.first == node && entry.second.kind == kind; });
  }

  void print_events() const {
    for (const auto& [node, event] : events_) {
      if (!event.sentence.empty()) fmt::print("  node {}: {}\n", node, event.sentence);
    }
  }

  std::uint32_t challenge_window_ = 8;  // seconds; a block takes one at least
  std::filesystem::path folder_;
  std::optional<ledger::EvmNode> evm_;
  std::optional<ledger::RpcClient> rpc_;
  std::optional<ledger::TransactionSender> deployer_;
  ledger::Deployment deployment_;
  std::optional<ledger::Market> market_;
  std::unique_ptr<swarm::Swarm> swarm_;
  std::vector<std::unique_ptr<node::Node>> nodes_;
  std::vector<std::pair<int, node::Event>> events_;
};

}  // namespace lydian::sim
