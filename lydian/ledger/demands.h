// Demands for blocks of committed checkpoints as typed values and calls: docs/protocol.md section 8,
// IDemands.sol.
#pragma once

#include "lydian/ledger/market.h"
#include "lydian/merkle/tree.h"

namespace lydian::ledger {

/// A demand as it was made, from its event.
struct Demanded {
  std::uint64_t id = 0;
  std::uint64_t job = 0;
  Address solver;
  Address asker;
  std::uint64_t checkpoint = 0;
  std::uint64_t block_index = 0;  // of the checkpoint's blob
  std::uint64_t deadline = 0;     // seconds
  std::uint64_t made_in = 0;      // the ledger's block
};

/// A demand as it stands.
struct Demand {
  std::uint64_t job = 0;
  std::uint64_t checkpoint = 0;
  std::uint32_t attempt = 0;
  bool is_open = false;
  Address asker;
  Address solver;
  Root root;                 // the checkpoint's,
  std::uint64_t length = 0;  // and its bytes
  std::uint64_t block_index = 0;
  Uint256 bond;
  std::uint64_t deadline = 0;
};

class Demands {
 public:
  explicit Demands(const Market& market) : market_(&market) {}

  /// The logs of the demands that name a solver.
  [[nodiscard]] LogFilter naming(const Address& solver) const;
  [[nodiscard]] static Result<Demanded> read(const Log& log);
  [[nodiscard]] Result<Demand> demand(std::uint64_t id) const;
  [[nodiscard]] Result<Uint256> claimable(const Address& account) const;

  /// Lets the contract take the bonds of demands.
  [[nodiscard]] Call approve(const Uint256& amount) const;
  [[nodiscard]] Call ask(std::uint64_t job, std::uint64_t checkpoint, std::uint64_t block_index,
                         const program::Program& program) const;
  [[nodiscard]] Call answer(std::uint64_t id, ByteView block, const merkle::Proof& proof) const;
  [[nodiscard]] Call expire(std::uint64_t id) const;
  [[nodiscard]] Call claim(const Address& account) const;

 private:
  [[nodiscard]] const Address& contract() const { return market_->deployment().demands; }

  const Market* market_;
};

}  // namespace lydian::ledger
