#include "lydian/ledger/transaction.h"

#include <gtest/gtest.h>

#include "lydian/ledger/rlp.h"

namespace lydian::ledger {
namespace {

crypto::PrivateKey key() { return *crypto::PrivateKey::from_bytes(Bytes(32, 0x46)); }

Transaction example() {
  return {.chain_id = 31337,
          .nonce = 9,
          .max_priority_fee = 2'000'000'000u,
          .max_fee = 20'000'000'000u,
          .gas_limit = 21000,
          .to = Address::from_bytes(Bytes(20, 0x35)),
          .value = *Uint256::from_decimal("1000000000000000000"),
          .data = {1, 2, 3}};
}

TEST(Transaction, reads_back_what_was_signed_and_by_whom) {
  Transaction deployment = example();
  deployment.to.reset();
  for (const Transaction& transaction : {example(), deployment}) {
    const SignedTransaction signed_transaction = sign_transaction(transaction, key());
    EXPECT_EQ(signed_transaction.nonce, 9u);
    const auto read = read_signed_transaction(signed_transaction.raw);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->transaction, transaction);
    EXPECT_EQ(read->sender, key().address());
  }
}

TEST(Transaction, is_what_another_implementation_signs) {
  // cast mktx --chain 31337 --nonce 9 --gas-limit 21000 --gas-price 20000000000 --priority-gas-price 2
  // --value 5
  const Transaction transfer{.chain_id = 31337,
                             .nonce = 9,
                             .max_priority_fee = 2,
                             .max_fee = 20'000'000'000u,
                             .gas_limit = 21000,
                             .to = Address::from_bytes(Bytes(20, 0x35)),
                             .value = 5};
  EXPECT_EQ(to_hex(sign_transaction(transfer, key()).raw),
            "02f869827a6909028504a817c8008252089435353535353535353535353535353535353535350580c080a02c296163ff"
            "e7424f7ef3f4a08ba55fb3cda2ac7775462254058f14614846ef3ba034d682ed84394af4a3845df0ffa03dfec8beb15c"
            "cada77a19e7f15fb2d376495");
}

TEST(Transaction, is_the_same_each_time_it_is_signed) {
  EXPECT_EQ(sign_transaction(example(), key()).raw, sign_transaction(example(), key()).raw);
}

TEST(Transaction, refuses_what_it_would_not_have_signed) {
  const Bytes good = sign_transaction(example(), key()).raw;
  Bytes other_type = good;
  other_type[0] = 1;
  Bytes longer = good;
  longer.push_back(0);
  const RlpItem fields = *rlp_decode(ByteView(good).subspan(1));
  const auto with = [&](std::size_t index, RlpItem field) {
    RlpItem::List changed = fields.items();
    changed[index] = std::move(field);
    Bytes raw = rlp_encode(RlpItem::list(changed));
    raw.insert(raw.begin(), 2);
    return raw;
  };
  const std::pair<Bytes, const char*> cases[] = {
      {{}, "type 2"},
      {other_type, "type 2"},
      {longer, "after the end"},
      {Bytes{2, 0xc0}, "list of 12 fields"},
      {with(1, RlpItem::string(Bytes{0})), "leading zeros"},
      {with(5, RlpItem::string(Bytes(19, 1))), "no address"},
      {with(7, RlpItem::list({})), "data is a list"},
      {with(8, RlpItem::list({RlpItem::list({})})), "access lists"},
      {with(9, RlpItem::integer(2)), "parity 2"},
      {with(10, RlpItem::integer(0)), "signature"},
  };
  for (const auto& [raw, expected] : cases) {
    const auto read = read_signed_transaction(raw);
    ASSERT_FALSE(read) << expected;
    EXPECT_NE(read.error().message.find(expected), std::string::npos) << read.error().message;
  }
  // A changed amount makes another signer, never an accepted forgery.
  const auto forged = read_signed_transaction(with(6, RlpItem::integer(7)));
  EXPECT_TRUE(!forged || forged->sender != key().address());
}

TEST(Transaction, knows_where_a_deployment_will_stand) {
  // The example that Ethereum's documentation of CREATE uses.
  const Address sender = *Address::parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
  EXPECT_EQ(deployed_address(sender, 0), *Address::parse("0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"));
  EXPECT_EQ(deployed_address(sender, 1), *Address::parse("0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"));
}

}  // namespace
}  // namespace lydian::ledger
