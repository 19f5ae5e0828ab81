#include "lydian/cli/devnet.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "lydian/cli/place.h"
#include "lydian/core/file.h"
#include "lydian/crypto/random.h"
#include "lydian/ledger/market.h"

namespace lydian::cli {
namespace {

namespace fs = std::filesystem;

#if defined(__aarch64__)
constexpr const char* kAnvil = "contracts/node_modules/@foundry-rs/anvil-linux-arm64/bin/anvil";
#else
constexpr const char* kAnvil = "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
#endif
constexpr const char* kContracts = "contracts/out";
constexpr const char* kGasMoney = "0x3635c9adc5dea00000";  // 1000 ether, in wei
constexpr crypto::ScryptCost kLightCost{.n = 4096, .r = 8, .p = 1};

/// The option, or the environment's value; empty if neither is set.
fs::path asked_for(const fs::path& option, const char* variable) {
  if (!option.empty()) return option;
  const char* value = std::getenv(variable);
  return value == nullptr ? fs::path() : fs::path(value);
}

/// In the source tree: above this program, or where it was built.
fs::path find_in_tree(const fs::path& relative) {
  std::error_code error;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::exists(folder / relative, error)) return folder / relative;
  }
  const fs::path built = fs::path(LYDIAN_SOURCE_DIR) / relative;
  return fs::exists(built, error) ? built : fs::path();
}

fs::path find_on_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(rest.substr(0, end)) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

Status make_password(const fs::path& folder) {
  if (fs::exists(Devnet::password_file(folder))) return {};
  const auto random = crypto::random_array<16>();
  return write_new_private_file(Devnet::password_file(folder), to_hex(random) + "\n");
}

Result<crypto::PrivateKey> key_of(const fs::path& folder, const std::string& name) {
  const fs::path file = Devnet::key_file(folder, name);
  const std::string password = TRY(read_password(Devnet::password_file(folder).string(), "", false));
  if (!fs::exists(file)) {
    const crypto::PrivateKey key = crypto::PrivateKey::generate();
    TRY_STATUS(write_new_private_file(file, crypto::Keystore::create(key, password, kLightCost).to_json()));
    return key;
  }
  auto key = TRY(read_keystore(file)).unlock(password);
  if (!key) return within(file.string(), key.error());
  return std::move(*key);
}

}  // namespace

Result<fs::path> find_anvil(const fs::path& option) {
  const fs::path asked = asked_for(option, "LYDIAN_ANVIL");
  if (!asked.empty()) return asked;
  if (const fs::path found = find_in_tree(kAnvil); !found.empty()) return found;
  if (const fs::path found = find_on_path("anvil"); !found.empty()) return found;
  return fail(
      "anvil, the local ledger, is not there: run ./dev setup, or pass --anvil FILE or set LYDIAN_ANVIL");
}

Result<fs::path> find_contracts(const fs::path& option) {
  const fs::path asked = asked_for(option, "LYDIAN_CONTRACTS");
  const fs::path folder = asked.empty() ? find_in_tree(kContracts) : asked;
  if (folder.empty())
    return fail(
        "there are no compiled contracts: run ./dev build, or pass --contracts DIR or set LYDIAN_CONTRACTS");
  if (fs::exists(folder / "release" / "JobMarket.sol")) return folder / "release";
  if (!fs::exists(folder / "JobMarket.sol"))
    return fail("{}: holds no JobMarket.sol/JobMarket.json; expected the folder of compiled contracts",
                folder.string());
  return folder;
}

Result<Devnet> Devnet::start(const DevnetOptions& options) {
  const fs::path anvil = TRY(find_anvil(options.anvil));
  std::error_code error;
  fs::create_directories(options.folder / "keys", error);
  if (error) return fail("{}: cannot make the folder: {}", options.folder.string(), error.message());
  TRY_STATUS(make_password(options.folder));

  const fs::path state = options.folder / "ledger.json";
  const bool goes_on = options.keeps_state && fs::exists(state) && fs::exists(network_file(options.folder));
  ledger::EvmNodeOptions node_options{.binary = anvil, .port = options.port, .rollup = true, .accounts = 1};
  if (options.keeps_state) node_options.state = state;
  node_options.log_file = options.folder / "ledger.log";
  auto node = TRY(ledger::EvmNode::start(node_options));
  auto rpc = TRY(ledger::RpcClient::open(node.url()));
  Devnet devnet(std::move(node), std::move(rpc));

  const crypto::PrivateKey deployer = TRY(key_of(options.folder, "deployer"));
  for (int i = 1; i <= options.accounts; ++i)
    devnet.accounts_.push_back(TRY(key_of(options.folder, fmt::format("account{}", i))).address());
  if (goes_on) {
    const std::string network = TRY(read_text_file(network_file(options.folder)));
    devnet.deployment_ = TRY(ledger::parse_deployment(network));
    devnet.deployment_.rpc_url = devnet.node_.url();
    if (TRY(devnet.rpc_.code(devnet.deployment_.market)).empty()) {
      return fail("{}: does not hold the contracts of {}; remove both to start anew", state.string(),
                  network_file(options.folder).string());
    }
  } else {
    TRY_STATUS(devnet.build(options, deployer));
  }
  TRY_STATUS(devnet.share_out(options, deployer));
  TRY_STATUS(write_file_atomic(network_file(options.folder), as_bytes(ledger::to_json(devnet.deployment_))));
  return devnet;
}

/// Gas money, from nowhere.
Status Devnet::fund(const ledger::Address& account) {
  static_cast<void>(
      TRY(rpc_.request("anvil_setBalance", fmt::format(R"(["{}","{}"])", account.text(), kGasMoney))));
  return {};
}

Status Devnet::build(const DevnetOptions& options, const crypto::PrivateKey& deployer) {
  const fs::path contracts = TRY(find_contracts(options.contracts));
  TRY_STATUS(fund(deployer.address()));
  auto sender = TRY(ledger::TransactionSender::open(rpc_, deployer, ledger::contract_errors()));
  deployment_ = TRY(ledger::deploy(sender, contracts));
  return {};
}

/// Gives tokens to the accounts that have none yet.
Status Devnet::share_out(const DevnetOptions& options, const crypto::PrivateKey& deployer) {
  const ledger::Uint256 amount = TRY(ledger::parse_units(options.tokens, 18));
  const ledger::Market market(rpc_, deployment_);
  auto sender = TRY(ledger::TransactionSender::open(rpc_, deployer, ledger::contract_errors()));
  TRY_STATUS(fund(deployer.address()));
  for (const ledger::Address& account : accounts_) {
    TRY_STATUS(fund(account));
    if (!TRY(market.balance(account)).is_zero()) continue;
    const auto sent = sender.send(market.transfer(account, amount));
    if (!sent) return within("giving tokens to " + account.text(), sent.error());
  }
  return {};
}

Status Devnet::keep_time() {
  const std::uint64_t block = TRY(rpc_.block_number());
  if (block == seen_block_) TRY(rpc_.request("evm_mine", "[]"));
  seen_block_ = TRY(rpc_.block_number());
  return {};
}

}  // namespace lydian::cli
