// The job market and the registry as typed values and calls: docs/protocol.md sections 3 and 4,
// IJobMarket.sol, INodeRegistry.sol. Reading asks the ledger's latest block each time; a caller keeps nothing
// that a reorganisation could make false.
#pragma once

#include "lydian/crypto/ed25519.h"
#include "lydian/ledger/deployment.h"
#include "lydian/program/program.h"

namespace lydian::ledger {

enum class JobStatus : std::uint8_t { none = 0, open = 1, running = 2, settled = 3, withdrawn = 4 };
[[nodiscard]] std::string_view name_of(JobStatus status);

/// Who may accept a job.
struct Qualification {
  Uint256 stake;
  std::uint64_t memory_bytes = 0;
  std::uint32_t speed_class = 0;
  std::uint32_t reputation = 0;  // whole tokens
};

/// Amounts in the token's smallest unit, times in seconds.
struct Terms {
  Uint256 min_price, max_price, solver_bond, challenge_bond;
  std::uint32_t auction_seconds = 0, expiry_seconds = 0, challenge_window = 0, checkpoint_seconds = 0,
                move_budget = 0, step_millis = 0;
  std::uint16_t audit_rate = 0;  // basis points of the checkpoints
  std::uint32_t demand_seconds = 0;
  Uint256 audit_fee, demand_bond;
  std::uint64_t work_gflop = 0;  // the whole job's
  Qualification qualification;
  Root model;
};

/// What posting takes from the submitter: max_price, and audit_fee for all audits there may be
/// (docs/protocol.md, section 4).
[[nodiscard]] Uint256 escrow_of(const program::Program& program, const Terms& terms);

struct Job {
  std::uint64_t id = 0;
  Root program_root;
  Root blob_root;
  std::uint64_t blob_length = 0;
  std::uint64_t steps = 0;
  std::uint64_t interval = 0;
  Address submitter;
  JobStatus status = JobStatus::none;
  std::uint32_t attempt = 0;
  Address solver;
  std::uint64_t committed = 0;
  std::uint64_t settled = 0;
  std::uint64_t since = 0;
  Uint256 price;
  Uint256 escrow;
  Uint256 audit_escrow;
  std::uint32_t fee_share = 0, reward_share = 0;  // basis points
  Terms terms;
};

struct Checkpoint {
  Root root;
  std::uint64_t committed_at = 0;
  std::uint32_t open_games = 0;
};

struct Stake {
  Uint256 free, locked, leaving;
  std::uint64_t available_at = 0;
};

/// A node that registered, with a valid proof that it holds its peer key.
struct RegisteredNode {
  Address operator_address;
  crypto::Ed25519PublicKey peer_key{};
  std::string endpoints;  // separated by spaces
};

/// A game on a checkpoint, from the event that opened it.
struct Challenge {
  std::uint64_t game = 0;
  std::uint64_t job = 0;
  Address challenger;
  std::uint32_t attempt = 0;
  std::uint64_t checkpoint = 0;
  std::uint64_t block = 0;
};

class Market {
 public:
  /// The rpc client outlives it.
  Market(RpcClient& rpc, Deployment deployment) : rpc_(&rpc), deployment_(std::move(deployment)) {}

  [[nodiscard]] const Deployment& deployment() const { return deployment_; }
  [[nodiscard]] RpcClient& rpc() const { return *rpc_; }

  /// The latest block's time, in seconds.
  [[nodiscard]] Result<std::uint64_t> now() const;
  [[nodiscard]] Result<std::uint64_t> job_count() const;
  [[nodiscard]] Result<Job> job(std::uint64_t id) const;
  [[nodiscard]] Result<Checkpoint> checkpoint(std::uint64_t job, std::uint64_t index) const;
  [[nodiscard]] Result<Uint256> offer(std::uint64_t job) const;
  [[nodiscard]] Result<Uint256> claimable(const Address& account) const;
  [[nodiscard]] Result<Uint256> balance(const Address& account) const;
  /// What the market may take from an account.
  [[nodiscard]] Result<Uint256> allowance(const Address& account) const;
  [[nodiscard]] Result<Uint256> registry_allowance(const Address& account) const;
  [[nodiscard]] Result<Stake> stake(const Address& operator_address) const;
  [[nodiscard]] Result<bool> is_registered(const Address& operator_address) const;
  [[nodiscard]] Result<Root> possession_digest(const Address& operator_address) const;
  /// All games ever opened on a job, in order.
  [[nodiscard]] Result<std::vector<Challenge>> challenges(std::uint64_t job) const;
  /// The latest record of each operator; those whose proof of possession is false are left out.
  [[nodiscard]] Result<std::vector<RegisteredNode>> nodes() const;

  [[nodiscard]] Call approve_market(const Uint256& amount) const;
  [[nodiscard]] Call approve_registry(const Uint256& amount) const;
  [[nodiscard]] Call transfer(const Address& to, const Uint256& amount) const;
  [[nodiscard]] Call register_node(const crypto::Ed25519PublicKey& key,
                                   const crypto::Ed25519Signature& possession, const std::string& endpoints,
                                   std::uint64_t memory_bytes, std::uint32_t speed_class) const;
  [[nodiscard]] Call deposit(const Uint256& amount) const;
  [[nodiscard]] Call post(const program::Program& program, const Root& blob_root, std::uint64_t blob_length,
                          const Terms& terms) const;
  [[nodiscard]] Call accept(std::uint64_t job, const Uint256& min_price) const;
  [[nodiscard]] Call commit_checkpoint(std::uint64_t job, std::uint64_t index, const Root& root) const;
  [[nodiscard]] Call settle(std::uint64_t job, std::uint64_t index) const;
  [[nodiscard]] Call reopen(std::uint64_t job) const;
  [[nodiscard]] Call withdraw(std::uint64_t job) const;
  [[nodiscard]] Call challenge(std::uint64_t job, std::uint64_t index) const;
  [[nodiscard]] Call release_moot(std::uint64_t game) const;
  [[nodiscard]] Call claim(const Address& account) const;

  /// The job that a posting transaction made, from its receipt.
  [[nodiscard]] Result<std::uint64_t> posted_job(const Receipt& receipt) const;

 private:
  [[nodiscard]] Result<AbiValues> read(const Address& contract, std::string_view signature,
                                       const AbiValues& arguments, std::string_view returns) const;

  RpcClient* rpc_;
  Deployment deployment_;
};

/// Calls a view of a contract at the latest block; `returns` is a tuple, "(uint256,bool)".
[[nodiscard]] Result<AbiValues> read_contract(RpcClient& rpc, const Address& contract,
                                              std::string_view signature, const AbiValues& arguments,
                                              std::string_view returns);
/// A transaction's call with arguments that fit the signature.
[[nodiscard]] Call call_of(const Address& contract, std::string_view signature, const AbiValues& arguments);
/// The topic of an event.
[[nodiscard]] Root topic_of(std::string_view event_signature);

}  // namespace lydian::ledger
