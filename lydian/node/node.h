// A node: one account on the ledger, one peer in the swarm, one store, and the roles it plays. Driven by
// tick().
#pragma once

#include <filesystem>

#include "lydian/node/challenger.h"
#include "lydian/node/solver.h"

namespace lydian::node {

struct NodeOptions {
  std::filesystem::path home;  // node.db, blobs/, snapshots/ and swarm/ lie here; must exist
  ledger::Deployment deployment;
  bool solves = false;
  bool challenges = false;
  std::int64_t memory_bytes = std::int64_t{2} << 30;
  ledger::Uint256 stake;          // deposited up to this at the start
  ledger::Uint256 ask_per_tflop;  // least pay, token units
  std::int64_t turn_ms = 200;
  int threads = 1;
  std::vector<swarm::Endpoint> listen = {{"0.0.0.0", 0}};
  std::vector<swarm::Endpoint> announce;  // where others reach it; empty: the listening address and port
  bool loopback = false;                  // all nodes are on this machine
};

class Node {
 public:
  /// Opens the store and joins the swarm; asks the ledger nothing yet.
  static Result<std::unique_ptr<Node>> open(const NodeOptions& options, const crypto::PrivateKey& key,
                                            EventSink tell, MachineFactory make_machine = make_fast_machine);
  ~Node();

  /// Whether the ledger is there, and the one this node belongs to: before the first turn, and after a turn
  /// that failed. An error of the kind kWrongLedger stays, others may pass.
  [[nodiscard]] ledger::LedgerStatus meet_ledger();
  /// A turn of everything: receipts, swarm, registration and stake, then the roles. An error is of this turn:
  /// the ledger may be down; the next turn tries again.
  [[nodiscard]] Status tick();
  /// It computes: the next turn should follow at once.
  [[nodiscard]] bool is_busy() const;

  [[nodiscard]] const ledger::Address& address() const;
  [[nodiscard]] std::uint16_t swarm_port() const;
  /// Whether others can find it: its peer key is on the ledger.
  [[nodiscard]] bool is_registered() const;
  /// What a further role works with, driven beside the node's own.
  [[nodiscard]] const Context& context() const;

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The node's ed25519 key, made and stored on the first call.
[[nodiscard]] Result<crypto::Ed25519Key> peer_key_of(store::Store& store);
/// The peers that registered nodes name.
[[nodiscard]] Result<std::vector<swarm::Endpoint>> peers_of(const ledger::Market& market,
                                                            const ledger::Address& self);

}  // namespace lydian::node
