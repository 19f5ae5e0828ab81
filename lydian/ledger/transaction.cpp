#include "lydian/ledger/transaction.h"

#include "lydian/crypto/keccak.h"
#include "lydian/ledger/rlp.h"

namespace lydian::ledger {
namespace {

constexpr std::uint8_t kType = 0x02;
constexpr std::size_t kUnsignedFields = 9;

RlpItem::List unsigned_fields(const Transaction& transaction) {
  return {RlpItem::integer(transaction.chain_id),
          RlpItem::integer(transaction.nonce),
          RlpItem::integer(transaction.max_priority_fee),
          RlpItem::integer(transaction.max_fee),
          RlpItem::integer(transaction.gas_limit),
          RlpItem::string(transaction.to ? ByteView(transaction.to->bytes) : ByteView{}),
          RlpItem::integer(transaction.value),
          RlpItem::string(transaction.data),
          RlpItem::list({})};  // no access list
}

Bytes typed(RlpItem::List fields) {
  Bytes bytes = rlp_encode(RlpItem::list(std::move(fields)));
  bytes.insert(bytes.begin(), kType);
  return bytes;
}

Result<std::uint64_t> small(const RlpItem& item) { return TRY(rlp_integer(item)).to_u64(); }

Result<std::optional<Address>> recipient(const RlpItem& item) {
  if (item.is_list() || (!item.bytes().empty() && item.bytes().size() != 20))
    return fail("transaction: the recipient is no address");
  if (item.bytes().empty()) return std::nullopt;
  return Address::from_bytes(item.bytes());
}

}  // namespace

SignedTransaction sign_transaction(const Transaction& transaction, const crypto::PrivateKey& key) {
  RlpItem::List fields = unsigned_fields(transaction);
  const crypto::RecoverableSignature signature = key.sign(crypto::keccak256(typed(fields)));
  fields.push_back(RlpItem::integer(signature.recovery_id));
  fields.push_back(RlpItem::integer(Uint256::from_word(signature.r)));
  fields.push_back(RlpItem::integer(Uint256::from_word(signature.s)));
  Bytes raw = typed(std::move(fields));
  const Root hash = crypto::keccak256(raw);
  return {transaction.nonce, std::move(raw), hash};
}

Result<RecoveredTransaction> read_signed_transaction(ByteView raw) {
  if (raw.empty() || raw[0] != kType) return fail("transaction: type 2 (EIP-1559) is needed");
  const RlpItem item = TRY(rlp_decode(raw.subspan(1)));
  if (!item.is_list() || item.items().size() != kUnsignedFields + 3)
    return fail("transaction: a list of {} fields is needed", kUnsignedFields + 3);
  const RlpItem::List& fields = item.items();
  if (fields[7].is_list()) return fail("transaction: the data is a list");
  if (fields[8] != RlpItem::list({})) return fail("transaction: access lists are not supported");
  const Transaction transaction{.chain_id = TRY(small(fields[0])),
                                .nonce = TRY(small(fields[1])),
                                .max_priority_fee = TRY(rlp_integer(fields[2])),
                                .max_fee = TRY(rlp_integer(fields[3])),
                                .gas_limit = TRY(small(fields[4])),
                                .to = TRY(recipient(fields[5])),
                                .value = TRY(rlp_integer(fields[6])),
                                .data = fields[7].bytes()};
  const std::uint64_t parity = TRY(small(fields[9]));
  if (parity > 1) return fail("transaction: signature parity {}, 0 or 1 is needed", parity);
  const crypto::RecoverableSignature signature{TRY(rlp_integer(fields[10])).word(),
                                               TRY(rlp_integer(fields[11])).word(),
                                               static_cast<std::uint8_t>(parity)};
  const Root digest = crypto::keccak256(typed(unsigned_fields(transaction)));
  return RecoveredTransaction{transaction, TRY(crypto::recover_address(digest, signature))};
}

Address deployed_address(const Address& sender, std::uint64_t nonce) {
  const RlpItem item = RlpItem::list({RlpItem::string(sender.bytes), RlpItem::integer(nonce)});
  return Address::from_bytes(crypto::keccak256(rlp_encode(item)).view().last(20));
}

}  // namespace lydian::ledger
