#include "lydian/ledger/sender.h"

#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::ledger {
namespace {

using Kind = LedgerError::Kind;
const Address kReceiver = Address::from_bytes(Bytes(20, 0x77));

class Sender : public LedgerTest {};

TEST_F(Sender, transfers_and_pays_what_the_receipt_says) {
  TransactionSender from = sender();
  const Uint256 before = *rpc_->balance(from.address());
  const auto receipt = from.send({.to = kReceiver, .value = 12345});
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(*rpc_->balance(kReceiver), Uint256(12345));
  const Uint256 cost = Uint256(receipt->gas_used) * receipt->effective_gas_price + receipt->l1_fee;
  EXPECT_EQ(*rpc_->balance(from.address()), before - cost - 12345u);
  EXPECT_EQ(receipt->gas_used, 21000u);
  EXPECT_EQ(*from.next_nonce(), 1u);
}

TEST_F(Sender, deploys_calls_and_reads_events) {
  TransactionSender from = sender();
  const Address contract = deploy(from);
  EXPECT_EQ(contract, deployed_address(from.address(), 0));
  EXPECT_FALSE(rpc_->code(contract)->empty());

  const auto receipt = from.send(set(contract, 4321));
  ASSERT_TRUE(receipt) << receipt.error().message;
  ASSERT_EQ(receipt->logs.size(), 1u);
  const Log& log = receipt->logs[0];
  EXPECT_EQ(log.address, contract);
  const auto event = decode_event("Stored(uint256 indexed,address)", log.topics, log.data);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(*event, (AbiValues{4321, from.address()}));

  const auto stored = from.read(contract, "get()", {}, "(uint256)");
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->front().as_u64(), 4321u);

  const auto info = *rpc_->transaction(receipt->transaction_hash);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->input, set(contract, 4321).data);
  EXPECT_EQ(info->from, from.address());
  EXPECT_EQ(info->to, contract);
  EXPECT_EQ(info->nonce, 1u);
}

TEST_F(Sender, tells_the_reason_of_a_revert_before_anything_is_sent) {
  TransactionSender from = sender(0, {"Refused(uint256,address)"});
  const Address contract = deploy(from);
  const auto refused = from.send({.to = contract, .data = {1, 2, 3, 4}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kReverted);
  EXPECT_EQ(refused.error().message, "the contract refuses: Refused(7, " + from.address().text() + ")");
  EXPECT_EQ(from.errors().name(refused.error().revert_data), "Refused");
  EXPECT_EQ(*from.next_nonce(), 1u);
  const auto read = from.read(contract, "nothing()", {}, "(uint256)");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("Refused(7"), std::string::npos);
}

TEST_F(Sender, tells_the_reason_of_a_revert_on_the_ledger) {
  TransactionSender from = sender(0, {"Refused(uint256,address)"});
  const Address contract = deploy(from);
  const auto refused = from.send({.to = contract, .data = {1, 2, 3, 4}}, {.gas_limit = 100'000});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::kReverted);
  EXPECT_NE(refused.error().message.find("reverted in block 2: the contract refuses: Refused(7"),
            std::string::npos)
      << refused.error().message;
  EXPECT_EQ(*from.next_nonce(), 2u);
}

TEST_F(Sender, says_when_there_is_no_contract) {
  const auto nothing = sender().read(kReceiver, "get()", {}, "(uint256)");
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().message.find("is there a contract at this address?"), std::string::npos);
}

TEST_F(Sender, goes_on_after_a_crash_between_signing_and_sending) {
  control("evm_setAutomine", "[false]");
  const SignedTransaction kept = *sender().prepare({.to = kReceiver, .value = 5});
  // The program dies here, comes back with what it had written down, and sends.
  TransactionSender back = sender();
  EXPECT_EQ(*back.next_nonce(), kept.nonce);
  ASSERT_TRUE(back.broadcast(kept));
  EXPECT_EQ(*back.next_nonce(), kept.nonce + 1);
  EXPECT_FALSE(rpc_->receipt(kept.hash)->has_value());
  // It dies again, not knowing whether that went out: sending once more changes nothing.
  ASSERT_TRUE(sender().broadcast(kept));
  control("evm_mine");
  ASSERT_TRUE(sender().broadcast(kept));
  const auto receipt = sender().wait(kept);
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(*rpc_->balance(kReceiver), Uint256(5));
  EXPECT_EQ(*sender().next_nonce(), kept.nonce + 1);
}

TEST_F(Sender, cannot_use_a_nonce_for_two_transactions) {
  TransactionSender from = sender();
  const SignedTransaction first = *from.prepare({.to = kReceiver, .value = 5});
  const SignedTransaction second = *from.prepare({.to = kReceiver, .value = 6});
  EXPECT_EQ(first.nonce, second.nonce);
  ASSERT_TRUE(from.broadcast(first));
  ASSERT_TRUE(from.wait(first));
  const auto late = from.broadcast(second);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, Kind::kRefused);
  EXPECT_EQ(*rpc_->balance(kReceiver), Uint256(5));
}

TEST_F(Sender, replaces_a_transaction_that_hangs_by_a_higher_fee) {
  control("evm_setAutomine", "[false]");
  TransactionSender from = sender();
  const SignedTransaction hanging = *from.prepare({.to = kReceiver, .value = 5});
  ASSERT_TRUE(from.broadcast(hanging));
  const SignedTransaction dearer =
      *from.prepare({.to = kReceiver, .value = 6}, {.nonce = hanging.nonce, .fee_percent = 150});
  ASSERT_TRUE(from.broadcast(dearer));
  control("evm_mine");
  ASSERT_TRUE(from.wait(dearer));
  EXPECT_EQ(*rpc_->balance(kReceiver), Uint256(6));
}

TEST_F(Sender, gives_up_waiting_for_what_is_never_mined) {
  control("evm_setAutomine", "[false]");
  auto from =
      *TransactionSender::open(*rpc_, funded_key(0), {}, {.receipt_timeout = std::chrono::milliseconds(0)});
  const auto receipt = from.send({.to = kReceiver, .value = 5});
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().kind, Kind::kTransport);
  EXPECT_NE(receipt.error().message.find("is in no block"), std::string::npos);
}

TEST_F(Sender, refuses_what_no_block_can_hold) {
  TransactionSender from = sender();
  const auto huge = from.prepare({.to = kReceiver, .data = Bytes(200'000, 0)}, {.gas_limit = 10'000'000});
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("at most 131072"), std::string::npos) << huge.error().message;
}

TEST_F(Sender, cannot_spend_more_than_there_is) {
  const auto broke = *TransactionSender::open(*rpc_, crypto::PrivateKey::generate());
  TransactionSender from = broke;
  const auto receipt = from.send({.to = kReceiver, .value = 1});
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().kind, Kind::kRefused);
}

}  // namespace
}  // namespace lydian::ledger
