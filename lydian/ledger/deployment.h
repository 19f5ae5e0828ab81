// The contracts of one network: their addresses in a file that a node reads, and how they are deployed
// (contracts/README.md has the order).
#pragma once

#include <filesystem>

#include "lydian/ledger/sender.h"

namespace lydian::ledger {

struct Deployment {
  std::uint64_t chain_id = 0;
  std::string rpc_url;
  Address token;
  Address governor;
  Address timelock;
  Address treasury;
  Address parameters;
  Address registry;
  Address games;
  Address audits;
  Address demands;
  Address market;
  std::uint64_t first_block = 0;  // logs begin here

  bool operator==(const Deployment&) const = default;
};

/// JSON, canonical.
[[nodiscard]] std::string to_json(const Deployment& deployment);
[[nodiscard]] Result<Deployment> parse_deployment(std::string_view json);

/// Deploys all contracts from the compiler's artifacts (folder/Name.sol/Name.json), the whole supply to the
/// sender.
[[nodiscard]] Result<Deployment> deploy(TransactionSender& sender, const std::filesystem::path& artifacts);

/// Whether the ledger that answers is the one that the deployment names: its chain, and code where each
/// contract should be. One that is another is an error of the kind kWrongLedger.
[[nodiscard]] LedgerStatus check_ledger(RpcClient& rpc, const Deployment& deployment);

/// The custom errors of all our contracts.
[[nodiscard]] const ErrorTable& contract_errors();

}  // namespace lydian::ledger
