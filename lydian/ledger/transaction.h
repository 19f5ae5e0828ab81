// EIP-1559 transactions: signing, reading back, and the address of a contract they deploy.
#pragma once

#include <cstdint>
#include <optional>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/address.h"
#include "lydian/crypto/secp256k1.h"
#include "lydian/ledger/uint256.h"

namespace lydian::ledger {

using crypto::Address;

struct Transaction {
  std::uint64_t chain_id = 0;
  std::uint64_t nonce = 0;
  Uint256 max_priority_fee;  // wei per gas
  Uint256 max_fee;           // wei per gas
  std::uint64_t gas_limit = 0;
  std::optional<Address> to;  // none: deploys a contract
  Uint256 value;              // wei
  Bytes data;

  bool operator==(const Transaction&) const = default;
};

/// Ready to be sent. Keep it before sending: sent again, it is still the same transaction.
struct SignedTransaction {
  std::uint64_t nonce = 0;
  Bytes raw;
  Root hash;  // its name on the ledger
};

/// What a raw transaction says, and who signed it.
struct RecoveredTransaction {
  Transaction transaction;
  Address sender;
};

[[nodiscard]] SignedTransaction sign_transaction(const Transaction& transaction,
                                                 const crypto::PrivateKey& key);
/// Transactions of type 2 without an access list, as sign_transaction makes them.
[[nodiscard]] Result<RecoveredTransaction> read_signed_transaction(ByteView raw);
/// Where the contract will stand that the sender's transaction with this nonce deploys.
[[nodiscard]] Address deployed_address(const Address& sender, std::uint64_t nonce);

}  // namespace lydian::ledger
