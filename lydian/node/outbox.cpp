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
  std::uint64_t nonce = TRY(sender_->next_nonce());
  for (const auto& [other, transaction] : waiting_) nonce = std::max(nonce, transaction.nonce + 1);
  const auto signed_transaction = sender_->prepare(call, {.nonce = nonce});
  if (!signed_transaction) return within(purpose, signed_transaction.error());
  TRY_STATUS(store_->record_transaction(
      {signed_transaction->hash, nonce, signed_transaction->raw, purpose, TransactionState::kPrepared}));
  waiting_.insert_or_assign(purpose, *signed_transaction);
  if (const auto sent = sender_->broadcast(*signed_transaction); !sent) return within(purpose, sent.error());
  return store_->set_transaction_state(signed_transaction->hash, TransactionState::kSent);
}

Result<std::vector<Outbox::Ended>> Outbox::tick() {
  std::vector<Ended> ended;
  if (waiting_.empty()) return ended;
  const std::uint64_t mined =
      TRY(sender_->rpc().transaction_count(sender_->address(), ledger::BlockTag::latest()));
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto& [purpose, transaction] = *it;
    const auto receipt = TRY(sender_->rpc().receipt(transaction.hash));
    if (receipt) {
      TRY_STATUS(store_->set_transaction_state(
          transaction.hash, receipt->succeeded ? TransactionState::kConfirmed : TransactionState::kReverted));
      ended.push_back({purpose, receipt});
      it = waiting_.erase(it);
    } else if (transaction.nonce < mined) {
      TRY_STATUS(store_->set_transaction_state(transaction.hash, TransactionState::kReplaced));
      ended.push_back({purpose, std::nullopt});
      it = waiting_.erase(it);
    } else {
      if (const auto sent = sender_->broadcast(transaction); !sent) return within(purpose, sent.error());
      ++it;
    }
  }
  return ended;
}

}  // namespace lydian::node
