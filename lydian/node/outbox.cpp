#include "lydian/node/outbox.h"

#include <algorithm>

namespace lydian::node {

using store::TransactionRecord;
using store::TransactionState;

Result<Outbox> Outbox::open(ledger::TransactionSender& sender, store::Store& store) {
  Outbox outbox(sender, store);
  for (const TransactionRecord& record : TRY(store.pending_transactions())) {
    outbox.waiting_.insert_or_assign(record.purpose,
                                     ledger::SignedTransaction{record.nonce, record.raw, record.hash});
  }
  return outbox;
}

Status Outbox::submit(const std::string& purpose, const ledger::Call& call) {
  if (in_flight(purpose)) return {};
  // The first that is free: a gap would hold up all that comes after it.
  std::uint64_t nonce = TRY(sender_->next_nonce());
  while (is_taken(nonce)) ++nonce;
  const auto signed_transaction = sender_->prepare(call, {.nonce = nonce});
  if (!signed_transaction) return within(purpose, signed_transaction.error());
  TRY_STATUS(record(purpose, *signed_transaction));
  waiting_.insert_or_assign(purpose, *signed_transaction);
  if (const auto sent = sender_->broadcast(*signed_transaction); !sent) return within(purpose, sent.error());
  return store_->set_transaction_state(signed_transaction->hash, TransactionState::kSent);
}

bool Outbox::is_taken(std::uint64_t nonce) const {
  return std::ranges::any_of(waiting_, [nonce](const auto& entry) { return entry.second.nonce == nonce; });
}

Status Outbox::record(const std::string& purpose, const ledger::SignedTransaction& transaction) {
  return store_->record_transaction(
      {transaction.hash, transaction.nonce, transaction.raw, purpose, TransactionState::kPrepared});
}

/// False: what it was to do cannot be done any more.
Result<bool> Outbox::send_again(const std::string& purpose, ledger::SignedTransaction& transaction) {
  using Kind = ledger::LedgerError::Kind;
  const auto sent = sender_->broadcast(transaction);
  if (sent) return true;
  if (sent.error().kind != Kind::kRefused) return within(purpose, sent.error());
  const ledger::Transaction what = TRY(ledger::read_signed_transaction(transaction.raw)).transaction;
  const auto anew = sender_->prepare({what.to, what.data, what.value}, {.nonce = transaction.nonce});
  if (!anew && anew.error().kind == Kind::kReverted) return false;
  if (!anew) return within(purpose, anew.error());
  if (anew->hash == transaction.hash) return within(purpose, sent.error());
  TRY_STATUS(record(purpose, *anew));
  TRY_STATUS(store_->set_transaction_state(transaction.hash, TransactionState::kReplaced));
  transaction = *anew;
  if (const auto sent_anew = sender_->broadcast(transaction); !sent_anew)
    return within(purpose, sent_anew.error());
  return true;
}

/// How it ended, if it has; sends it again where the ledger does not have it.
Result<std::optional<TransactionState>> Outbox::look_at(const std::string& purpose,
                                                        ledger::SignedTransaction& transaction,
                                                        std::uint64_t mined,
                                                        std::optional<ledger::Receipt>& receipt) {
  receipt = TRY(sender_->rpc().receipt(transaction.hash));
  if (receipt) return receipt->succeeded ? TransactionState::kConfirmed : TransactionState::kReverted;
  if (transaction.nonce < mined) {
    // Its own receipt may come later than its block.
    if (TRY(sender_->rpc().transaction(transaction.hash))) return std::nullopt;
    return TransactionState::kReplaced;
  }
  if (TRY(send_again(purpose, transaction))) return std::nullopt;
  return TransactionState::kReplaced;
}

Result<std::vector<Outbox::Ended>> Outbox::tick() {
  std::vector<Ended> ended;
  if (waiting_.empty()) return ended;
  const std::uint64_t mined =
      TRY(sender_->rpc().transaction_count(sender_->address(), ledger::BlockTag::latest()));
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    auto& [purpose, transaction] = *it;
    std::optional<ledger::Receipt> receipt;
    const auto end = look_at(purpose, transaction, mined, receipt);
    if (!end && ended.empty()) return std::unexpected(end.error());
    if (!end) break;  // comes again; what has ended is told now
    if (!*end) {
      ++it;
      continue;
    }
    TRY_STATUS(store_->set_transaction_state(transaction.hash, **end));
    ended.push_back({purpose, std::move(receipt)});
    it = waiting_.erase(it);
  }
  return ended;
}

}  // namespace lydian::node
