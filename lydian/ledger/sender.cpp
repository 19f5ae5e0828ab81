#include "lydian/ledger/sender.h"

#include <algorithm>
#include <thread>

namespace lydian::ledger {
namespace {

constexpr std::uint64_t kGasMax = 1 << 24;                // of one transaction, EIP-7825
constexpr std::size_t kTransactionBytesMax = 128 * 1024;  // what nodes accept into their pools

struct Fees {
  Uint256 priority;
  Uint256 max;
};

/// Twice the base fee, so that the offer holds for several full blocks, and the tip the node suggests.
LedgerResult<Fees> current_fees(RpcClient& rpc, int percent) {
  const auto head = TRY(rpc.block(BlockTag::latest()));
  if (!head) return std::unexpected(LedgerError(Error{"the ledger has no latest block"}));
  const std::uint64_t base = TRY(head->base_fee.to_u64());
  const Uint256 suggested = TRY(rpc.max_priority_fee());
  const std::uint64_t tip = TRY(suggested.to_u64());
  const auto scaled = [percent](const Uint256& fee) { return fee * Uint256(percent) / 100; };
  return Fees{scaled(tip), scaled(Uint256(base) * 2 + tip)};
}

std::unexpected<LedgerError> refused(std::string message) {
  return std::unexpected(LedgerError(LedgerError::Kind::kRefused, std::move(message)));
}

}  // namespace

TransactionSender::TransactionSender(RpcClient& rpc, crypto::PrivateKey key, ErrorTable errors,
                                     Options options, std::uint64_t chain_id)
    : rpc_(&rpc),
      key_(std::move(key)),
      address_(key_.address()),
      errors_(std::move(errors)),
      options_(options),
      chain_id_(chain_id) {}

LedgerResult<TransactionSender> TransactionSender::open(RpcClient& rpc, crypto::PrivateKey key,
                                                        ErrorTable errors, Options options) {
  const std::uint64_t chain_id = TRY(rpc.chain_id());
  return TransactionSender(rpc, std::move(key), std::move(errors), options, chain_id);
}

LedgerResult<TransactionSender> TransactionSender::open(RpcClient& rpc, crypto::PrivateKey key,
                                                        ErrorTable errors) {
  return open(rpc, std::move(key), std::move(errors), Options{});
}

TransactionSender TransactionSender::for_chain(std::uint64_t chain_id, RpcClient& rpc, crypto::PrivateKey key,
                                               ErrorTable errors) {
  return {rpc, std::move(key), std::move(errors), Options{}, chain_id};
}

LedgerResult<std::uint64_t> TransactionSender::next_nonce() {
  return rpc_->transaction_count(address_, BlockTag::pending());
}

LedgerResult<std::uint64_t> TransactionSender::gas_limit(const CallRequest& request) {
  const auto estimate = rpc_->estimate_gas(request);
  if (!estimate) return std::unexpected(explained(estimate.error()));
  if (*estimate > kGasMax)
    return refused(fmt::format("the call needs {} gas, at most {} are possible", *estimate, kGasMax));
  return std::min(kGasMax,
                  *estimate + *estimate * static_cast<std::uint64_t>(options_.gas_headroom_percent) / 100);
}

LedgerResult<SignedTransaction> TransactionSender::prepare(const Call& call, const PrepareOptions& options) {
  const CallRequest request{.from = address_, .to = call.to, .data = call.data, .value = call.value};
  const Fees fees = TRY(current_fees(*rpc_, options.fee_percent));
  const Transaction transaction{.chain_id = chain_id_,
                                .nonce = options.nonce ? *options.nonce : TRY(next_nonce()),
                                .max_priority_fee = fees.priority,
                                .max_fee = fees.max,
                                .gas_limit = options.gas_limit ? *options.gas_limit : TRY(gas_limit(request)),
                                .to = call.to,
                                .value = call.value,
                                .data = call.data};
  SignedTransaction signed_transaction = sign_transaction(transaction, key_);
  if (signed_transaction.raw.size() > kTransactionBytesMax)
    return refused(fmt::format("the transaction has {} bytes, at most {} are possible",
                               signed_transaction.raw.size(), kTransactionBytesMax));
  return signed_transaction;
}

LedgerStatus TransactionSender::broadcast(const SignedTransaction& transaction) {
  const auto sent = rpc_->send_raw_transaction(transaction.raw);
  if (sent) return {};
  // Nodes word it in many ways that they have it already; whether they do is a question they all answer.
  if (sent.error().kind != LedgerError::Kind::kTransport && TRY(rpc_->transaction(transaction.hash)))
    return {};
  return std::unexpected(explained(sent.error()));
}

LedgerResult<Receipt> TransactionSender::wait(const SignedTransaction& transaction) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + options_.receipt_timeout;
  while (true) {
    auto receipt = rpc_->receipt(transaction.hash);
    if (!receipt && receipt.error().kind != LedgerError::Kind::kTransport)
      return std::unexpected(receipt.error());
    if (receipt && *receipt) {
      if (!(*receipt)->succeeded) return std::unexpected(reason_of(transaction, **receipt));
      return std::move(**receipt);
    }
    if (Clock::now() >= deadline)
      return std::unexpected(
          LedgerError(LedgerError::Kind::kTransport,
                      fmt::format("transaction {} (nonce {}) is in no block after {} ms{}",
                                  transaction.hash.hex(), transaction.nonce, options_.receipt_timeout.count(),
                                  receipt ? "" : "; " + receipt.error().message)));
    std::this_thread::sleep_for(options_.poll_interval);
  }
}

LedgerResult<Receipt> TransactionSender::send(const Call& call, const PrepareOptions& options) {
  const SignedTransaction transaction = TRY(prepare(call, options));
  TRY_STATUS(broadcast(transaction));
  return wait(transaction);
}

LedgerResult<AbiValues> TransactionSender::read(const Address& contract, std::string_view signature,
                                                const AbiValues& arguments, std::string_view returns,
                                                const BlockTag& tag) {
  const CallRequest request{.from = address_, .to = contract, .data = TRY(encode_call(signature, arguments))};
  const auto data = rpc_->call(request, tag);
  if (!data) return std::unexpected(explained(data.error()));
  const auto values = abi_decode(returns, *data);
  if (!values)
    return std::unexpected(
        LedgerError(Error{fmt::format("{} at {}: {}{}", signature, contract.text(), values.error().message,
                                      data->empty() ? "; is there a contract at this address?" : "")}));
  return *values;
}

LedgerError TransactionSender::explained(LedgerError error) const {
  if (error.kind == LedgerError::Kind::kReverted && !error.revert_data.empty())
    error.message = "the contract refuses: " + errors_.describe(error.revert_data);
  return error;
}

/// The ledger keeps no reasons: the call is run again as it was, on the block that had it.
LedgerError TransactionSender::reason_of(const SignedTransaction& transaction, const Receipt& receipt) {
  LedgerError error{LedgerError::Kind::kReverted,
                    fmt::format("transaction {} reverted in block {}", receipt.transaction_hash.hex(),
                                receipt.block_number)};
  const auto sent = read_signed_transaction(transaction.raw);
  if (!sent) return error;
  const Transaction& what = sent->transaction;
  const auto again = rpc_->call({.from = sent->sender, .to = what.to, .data = what.data, .value = what.value},
                                BlockTag::number(receipt.block_number));
  if (!again && again.error().kind == LedgerError::Kind::kReverted) {
    error.revert_data = again.error().revert_data;
    error.message += ": " + explained(again.error()).message;
  } else {
    error.message += fmt::format("; it used {} of {} gas", receipt.gas_used, what.gas_limit);
  }
  return error;
}

}  // namespace lydian::ledger
