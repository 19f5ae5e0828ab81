// The local ledger of this folder's tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "lydian/ledger/anvil.h"
#include "lydian/ledger/rpc.h"
#include "lydian/ledger/sender.h"

namespace lydian::ledger {

inline std::filesystem::path anvil_path() {
  if (const char* path = std::getenv("LYDIAN_ANVIL")) return path;
  return std::filesystem::path(LYDIAN_SOURCE_DIR) /
         "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
}

/// The first accounts of the mnemonic "test test test test test test test test test test test junk".
inline crypto::PrivateKey funded_key(int index) {
  static constexpr const char* kKeys[] = {"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                                          "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"};
  return *crypto::PrivateKey::from_bytes(*from_hex(kKeys[index]));
}

/// A contract in raw bytecode, so that these tests need no compiler: set(uint256) stores its argument and
/// emits Stored(uint256 indexed, address); get() returns it; any other call reverts with Refused(7, sender).
inline constexpr const char* kContractCode =
    "6068600a5f3960685ff3"  // deploy: return the 104 bytes that follow
    "5f3560e01c"            // selector
    "806360fe47b114602f57"  // set: go to 2f
    "636d4ce63c14605f57"    // get: go to 5f
    "6318ff0ee460e01b5f526007600452"
    "3360245260445ffd"      // revert Refused(7, caller)
    "5b600435805f55335f52"  // 2f: store the argument, caller to memory
    "7f72e92eb0e425b8335cb1af47d9215ead98fea0db2508f1155d0d113279dd81a6"  // the event's topic
    "60205fa200"                                                          // log it with two topics, stop
    "5b5f545f5260205ff3";                                                 // 5f: return what is stored

/// A node of its own and a client for each test. Fails, rather than skips, where there is no node to start.
class LedgerTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(EvmNodeOptions options) {
    options.binary = anvil_path();
    auto started = EvmNode::start(options);
    ASSERT_TRUE(started) << started.error().message;
    node_.emplace(std::move(*started));
    rpc_.emplace(std::move(*RpcClient::open(node_->url())));
  }

  TransactionSender sender(int key = 0, ErrorTable errors = {}) {
    return *TransactionSender::open(*rpc_, funded_key(key), std::move(errors),
                                    {.poll_interval = std::chrono::milliseconds(5)});
  }

  Address deploy(TransactionSender& from) {
    const auto receipt = from.send({.data = *from_hex(kContractCode)});
    EXPECT_TRUE(receipt) << receipt.error().message;
    return receipt ? receipt->contract_address.value_or(Address{}) : Address{};
  }

  /// One of the node's own methods, for arranging what the ledger would do by itself.
  void control(const std::string& method, const std::string& params = "[]") {
    const auto result = rpc_->request(method, params);
    ASSERT_TRUE(result) << result.error().message;
  }

  static Call set(const Address& contract, std::uint64_t value) {
    return {.to = contract, .data = *encode_call("set(uint256)", {value})};
  }

  std::optional<EvmNode> node_;
  std::optional<RpcClient> rpc_;
};

}  // namespace lydian::ledger
