// Sends transactions from one account, in steps a program can survive being killed between: prepare signs and
// sends nothing, so the caller can write the transaction down; broadcast can be repeated; receipt tells what
// became of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "lydian/crypto/secp256k1.h"
#include "lydian/ledger/revert.h"
#include "lydian/ledger/rpc.h"
#include "lydian/ledger/transaction.h"

namespace lydian::ledger {

/// What a transaction is to do.
struct Call {
  std::optional<Address> to;  // none: deploys a contract
  Bytes data;
  Uint256 value;  // wei
};

struct PrepareOptions {
  std::optional<std::uint64_t> nonce;      // none: what the ledger expects next
  std::optional<std::uint64_t> gas_limit;  // none: the ledger's estimate and some headroom
  int fee_percent =
      100;  // of the usual offer; a transaction that hangs is replaced by one with 10 % more or above
};

/// The rpc client must outlive it. One thread at a time.
class TransactionSender {
 public:
  struct Options {
    int gas_headroom_percent = 25;
    std::chrono::milliseconds poll_interval{100};
    std::chrono::milliseconds receipt_timeout{120'000};
  };

  /// Asks the ledger for its chain id.
  static LedgerResult<TransactionSender> open(RpcClient& rpc, crypto::PrivateKey key, ErrorTable errors,
                                              Options options);
  static LedgerResult<TransactionSender> open(RpcClient& rpc, crypto::PrivateKey key, ErrorTable errors = {});
  /// For a chain whose id is known: asks nothing.
  static TransactionSender for_chain(std::uint64_t chain_id, RpcClient& rpc, crypto::PrivateKey key,
                                     ErrorTable errors);

  [[nodiscard]] const Address& address() const { return address_; }
  [[nodiscard]] std::uint64_t chain_id() const { return chain_id_; }
  [[nodiscard]] const ErrorTable& errors() const { return errors_; }
  [[nodiscard]] RpcClient& rpc() const { return *rpc_; }

  /// The nonce of the account's next transaction, those counted that wait to be mined.
  LedgerResult<std::uint64_t> next_nonce();
  /// Signs, after a simulation: a call that would revert is an error here, and costs nothing.
  LedgerResult<SignedTransaction> prepare(const Call& call, const PrepareOptions& options = {});
  /// Succeeds too if the ledger knows the transaction already.
  LedgerStatus broadcast(const SignedTransaction& transaction);
  /// Waits for the receipt. A transaction that reverted on the ledger is an error with its reason.
  LedgerResult<Receipt> wait(const SignedTransaction& transaction);
  /// All of it at once.
  LedgerResult<Receipt> send(const Call& call, const PrepareOptions& options = {});

  /// Calls without a transaction, as this account, and decodes what comes back: returns is a tuple,
  /// "(uint256,bool)".
  LedgerResult<AbiValues> read(const Address& contract, std::string_view signature,
                               const AbiValues& arguments, std::string_view returns,
                               const BlockTag& tag = BlockTag::latest());

 private:
  TransactionSender(RpcClient& rpc, crypto::PrivateKey key, ErrorTable errors, Options options,
                    std::uint64_t chain_id);

  LedgerResult<std::uint64_t> gas_limit(const CallRequest& request);
  LedgerError explained(LedgerError error) const;
  LedgerError reason_of(const SignedTransaction& transaction, const Receipt& receipt);

  RpcClient* rpc_;
  crypto::PrivateKey key_;
  Address address_;
  ErrorTable errors_;
  Options options_;
  std::uint64_t chain_id_;
};

}  // namespace lydian::ledger
