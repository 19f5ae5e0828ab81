// A network of one machine: a local ledger with the contracts, and accounts that own tokens. For development
// and tests.
#pragma once

#include <filesystem>

#include "lydian/crypto/secp256k1.h"
#include "lydian/ledger/anvil.h"
#include "lydian/ledger/deployment.h"

namespace lydian::cli {

struct DevnetOptions {
  std::filesystem::path folder;
  std::uint16_t port = 0;  // of the ledger; 0: any free one
  int accounts = 8;
  std::string tokens = "10000";     // of each account
  bool keeps_state = false;         // over restarts, in the folder
  std::filesystem::path anvil;      // empty: found
  std::filesystem::path contracts;  // compiled artifacts; empty: found
};

/// The folder holds network.json, password, and keys/{deployer,account1,…}.json; keys that are there
/// are used again.
class Devnet {
 public:
  static Result<Devnet> start(const DevnetOptions& options);

  [[nodiscard]] const ledger::Deployment& deployment() const { return deployment_; }
  [[nodiscard]] const std::vector<ledger::Address>& accounts() const { return accounts_; }
  [[nodiscard]] const ledger::Address& treasury() const { return deployment_.treasury; }
  [[nodiscard]] bool is_running() { return node_.is_running(); }
  [[nodiscard]] pid_t pid() const { return node_.pid(); }
  /// Transactions make a block each, at once. Where there are none this makes an empty one, so that the
  /// ledger's time goes on. Call once a second.
  [[nodiscard]] Status keep_time();
  void stop() { node_.stop(); }

  [[nodiscard]] static std::filesystem::path network_file(const std::filesystem::path& folder) {
    return folder / "network.json";
  }
  [[nodiscard]] static std::filesystem::path password_file(const std::filesystem::path& folder) {
    return folder / "password";
  }
  [[nodiscard]] static std::filesystem::path key_file(const std::filesystem::path& folder,
                                                      const std::string& name) {
    return folder / "keys" / (name + ".json");
  }

 private:
  Devnet(ledger::EvmNode node, ledger::RpcClient rpc) : node_(std::move(node)), rpc_(std::move(rpc)) {}
  Status fund(const ledger::Address& account);
  Status build(const DevnetOptions& options, const crypto::PrivateKey& deployer);
  Status share_out(const DevnetOptions& options, const crypto::PrivateKey& deployer);

  ledger::EvmNode node_;
  ledger::RpcClient rpc_;
  ledger::Deployment deployment_;
  std::vector<ledger::Address> accounts_;
  std::uint64_t seen_block_ = 0;
};

/// The ledger's program: the option, LYDIAN_ANVIL, beside the source tree, PATH.
[[nodiscard]] Result<std::filesystem::path> find_anvil(const std::filesystem::path& option);
/// The folder of compiled contracts: the option, LYDIAN_CONTRACTS, beside the source tree.
[[nodiscard]] Result<std::filesystem::path> find_contracts(const std::filesystem::path& option);

}  // namespace lydian::cli
