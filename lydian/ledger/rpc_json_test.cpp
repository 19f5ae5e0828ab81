#include "lydian/ledger/rpc_json.h"

#include <gtest/gtest.h>

namespace lydian::ledger {
namespace {

const std::string kHash = "0x" + std::string(64, 'a');
const std::string kAddress = "0x" + std::string(40, 'b');

Json log() {
  return {{"address", kAddress}, {"topics", {kHash}},        {"data", "0x01"},    {"blockNumber", "0x10"},
          {"blockHash", kHash},  {"transactionHash", kHash}, {"logIndex", "0x0"}, {"removed", false}};
}

Json receipt() {
  return {{"transactionHash", kHash},   {"blockNumber", "0x10"},
          {"blockHash", kHash},         {"status", "0x1"},
          {"gasUsed", "0x5208"},        {"effectiveGasPrice", "0x3b9aca00"},
          {"contractAddress", nullptr}, {"logs", Json::array({log()})}};
}

Json block() {
  return {{"number", "0x10"},
          {"hash", kHash},
          {"parentHash", kHash},
          {"timestamp", "0x65"},
          {"baseFeePerGas", "0x7"}};
}

Json transaction() {
  return {{"hash", kHash},  {"from", kAddress},  {"to", nullptr},         {"nonce", "0x3"},
          {"value", "0x0"}, {"input", "0x6000"}, {"blockNumber", nullptr}};
}

Json with(Json json, const char* key, Json value) {
  json[key] = std::move(value);
  return json;
}

TEST(Excerpt, is_one_line_of_whole_characters) {
  EXPECT_EQ(excerpt("plain", 10), "plain");
  EXPECT_EQ(excerpt("two\nlines\x1b[31m\x7f", 20), "two lines [31m ");
  EXPECT_EQ(excerpt("\u00e9\u00e9", 4), "\u00e9\u00e9");
  EXPECT_EQ(excerpt("\u00e9\u00e9", 3), "\u00e9");
  EXPECT_EQ(excerpt("\xbf\xbf\xbf", 2), "");
}

TEST(RpcJson, reads_receipts) {
  const auto read = read_receipt(with(receipt(), "l1Fee", "0x64"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->succeeded);
  EXPECT_EQ(read->gas_used, 21000u);
  EXPECT_EQ(read->l1_fee, Uint256(100));
  EXPECT_FALSE(read->contract_address);
  ASSERT_EQ(read->logs.size(), 1u);
  EXPECT_EQ(read->logs[0].block_number, 16u);
  EXPECT_EQ(read->logs[0].data, Bytes{1});
  EXPECT_FALSE(read_receipt(with(receipt(), "status", "0x0"))->succeeded);
  EXPECT_TRUE(read_receipt(with(receipt(), "contractAddress", kAddress))->contract_address);
}

TEST(RpcJson, refuses_receipts) {
  const std::pair<const char*, Json> cases[] = {
      {"status", "0x2"},           {"status", 1},
      {"status", nullptr},         {"gasUsed", "21000"},
      {"gasUsed", "0x"},           {"gasUsed", "0x10000000000000000"},
      {"blockHash", "0xaa"},       {"blockNumber", nullptr},
      {"contractAddress", "0x11"}, {"logs", nullptr},
      {"logs", Json::array({1})}};
  for (const auto& [key, value] : cases)
    EXPECT_FALSE(read_receipt(with(receipt(), key, value))) << key << " " << value;
  EXPECT_FALSE(read_receipt(nullptr));
  EXPECT_FALSE(read_receipt(Json::array()));
}

TEST(RpcJson, refuses_logs) {
  const std::pair<const char*, Json> cases[] = {
      {"topics", nullptr},  {"topics", Json::array({kHash, kHash, kHash, kHash, kHash})},
      {"topics", {"0x01"}}, {"data", "01"},
      {"data", "0x1"},      {"data", "0xzz"},
      {"address", kHash},   {"logIndex", nullptr}};
  EXPECT_TRUE(read_logs(Json::array({log()})));
  EXPECT_TRUE(read_logs(Json::array()));
  EXPECT_FALSE(read_logs(Json::object()));
  for (const auto& [key, value] : cases)
    EXPECT_FALSE(read_logs(Json::array({with(log(), key, value)}))) << key << " " << value;
}

TEST(RpcJson, reads_blocks_and_transactions) {
  EXPECT_EQ(read_block(block())->timestamp, 0x65u);
  EXPECT_FALSE(read_block(with(block(), "hash", nullptr)));
  EXPECT_FALSE(read_block(with(block(), "number", "16")));
  EXPECT_EQ(read_transaction(transaction())->input, (Bytes{0x60, 0}));
  EXPECT_FALSE(read_transaction(transaction())->block_number);
  EXPECT_EQ(read_transaction(with(transaction(), "blockNumber", "0x2"))->block_number, 2u);
  EXPECT_FALSE(read_transaction(with(transaction(), "from", nullptr)));
}

TEST(RpcJson, writes_filters) {
  const LogFilter filter{.addresses = {Address{}}, .topics = {{}, {Root{}}}};
  const Json json = to_json(filter, 5, 255);
  EXPECT_EQ(json["fromBlock"], "0x5");
  EXPECT_EQ(json["toBlock"], "0xff");
  EXPECT_EQ(json["address"], Json::array({"0x" + std::string(40, '0')}));
  EXPECT_EQ(json["topics"], Json::array({nullptr, Json::array({"0x" + std::string(64, '0')})}));
  EXPECT_EQ(to_json(LogFilter{}, 0, 0).size(), 2u);
}

TEST(RpcAnswer, is_taken_only_if_it_belongs_to_the_request) {
  EXPECT_EQ(*read_answer(R"({"jsonrpc":"2.0","id":7,"result":"0x1"})", 7), "0x1");
  EXPECT_TRUE(read_answer(R"({"id":7,"result":null})", 7)->is_null());
  const char* const refused[] = {"",
                                 "<html>",
                                 "[]",
                                 "{}",
                                 R"({"id":7})",
                                 R"({"id":8,"result":1})",
                                 R"({"id":"7","result":1})",
                                 R"({"result":1})",
                                 R"({"id":7,"result":1)",
                                 "{\"id\":7,\"result\":\"\xff\"}",
                                 R"({"id":7,"error":{"code":1}})",
                                 R"({"id":7,"error":"text"})"};
  for (const char* body : refused) {
    const auto answer = read_answer(body, 7);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().kind, LedgerError::Kind::kMalformed) << body;
  }
}

TEST(RpcAnswer, tells_a_revert_from_a_refusal) {
  using Kind = LedgerError::Kind;
  const auto reverted =
      read_answer(R"({"id":1,"error":{"code":3,"message":"execution reverted: x","data":"0x08c379a0"}})", 1)
          .error();
  EXPECT_EQ(reverted.kind, Kind::kReverted);
  EXPECT_EQ(reverted.revert_data, (Bytes{0x08, 0xc3, 0x79, 0xa0}));
  EXPECT_EQ(reverted.code, 3);
  const auto without_data =
      read_answer(R"({"id":1,"error":{"code":-32000,"message":"execution reverted"}})", 1).error();
  EXPECT_EQ(without_data.kind, Kind::kReverted);
  EXPECT_TRUE(without_data.revert_data.empty());
  const auto refused =
      read_answer(R"({"id":1,"error":{"code":-32003,"message":"nonce too low"}})", 1).error();
  EXPECT_EQ(refused.kind, Kind::kRefused);
  EXPECT_NE(refused.message.find("nonce too low"), std::string::npos);
}

}  // namespace
}  // namespace lydian::ledger
