// Transactions that survive kill -9: each is signed and written down before it is sent, and sent again after
// a restart until the ledger has it or another of its nonce. A purpose is in flight at most once. One that
// the ledger will not take as it is, because fees have risen, is signed again under its nonce.
#pragma once

#include <map>
#include <set>

#include "lydian/ledger/sender.h"
#include "lydian/node/events.h"
#include "lydian/store/store.h"

namespace lydian::node {

class Outbox {
 public:
  /// Reads what was in flight. The sender and the store outlive it.
  static Result<Outbox> open(ledger::TransactionSender& sender, store::Store& store);

  /// Whether a transaction of this purpose waits for its receipt.
  [[nodiscard]] bool in_flight(const std::string& purpose) const { return waiting_.contains(purpose); }

  /// Signs, writes down and sends; nothing if the purpose is in flight. A call that the contracts would
  /// refuse is an error, and nothing is sent.
  [[nodiscard]] Status submit(const std::string& purpose, const ledger::Call& call);

  /// Looks for receipts and sends again what the ledger has lost. What ended since the last call, with its
  /// purpose: a receipt, or why it failed.
  struct Ended {
    std::string purpose;
    std::optional<ledger::Receipt> receipt;  // none: it never will be in a block
  };
  [[nodiscard]] Result<std::vector<Ended>> tick();

 private:
  Outbox(ledger::TransactionSender& sender, store::Store& store) : sender_(&sender), store_(&store) {}
  [[nodiscard]] bool is_taken(std::uint64_t nonce) const;
  Status record(const std::string& purpose, const ledger::SignedTransaction& transaction);
  Result<std::optional<store::TransactionState>> look_at(const std::string& purpose,
                                                         ledger::SignedTransaction& transaction,
                                                         std::uint64_t mined,
                                                         std::optional<ledger::Receipt>& receipt);
  Result<bool> send_again(const std::string& purpose, ledger::SignedTransaction& transaction);

  ledger::TransactionSender* sender_;
  store::Store* store_;
  std::map<std::string, ledger::SignedTransaction> waiting_;
};

}  // namespace lydian::node
