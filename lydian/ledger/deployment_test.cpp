#include "lydian/ledger/deployment.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lydian/ledger/ledger_test_fixture.h"

namespace lydian::ledger {
namespace {

using Json = nlohmann::json;

Deployment example() {
  return {.chain_id = 901,
          .rpc_url = "http://127.0.0.1:8545",
          .token = Address::from_bytes(Bytes(20, 1)),
          .governor = Address::from_bytes(Bytes(20, 5)),
          .timelock = Address::from_bytes(Bytes(20, 6)),
          .treasury = Address::from_bytes(Bytes(20, 7)),
          .parameters = Address::from_bytes(Bytes(20, 8)),
          .registry = Address::from_bytes(Bytes(20, 2)),
          .games = Address::from_bytes(Bytes(20, 3)),
          .audits = Address::from_bytes(Bytes(20, 9)),
          .demands = Address::from_bytes(Bytes(20, 10)),
          .market = Address::from_bytes(Bytes(20, 4)),
          .first_block = 7};
}

TEST(DeploymentFile, reads_what_it_wrote) {
  const auto parsed = parse_deployment(to_json(example()));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, example());
}

TEST(DeploymentFile, refuses_what_names_no_network) {
  for (const char* text : {"", "[]", "7", "{", "{}"}) EXPECT_FALSE(parse_deployment(text)) << text;
  const std::pair<const char*, Json> cases[] = {
      {"chain_id", "901"}, {"chain_id", -1},
      {"chain_id", 1.5},   {"first_block", nullptr},
      {"rpc_url", 5},      {"token", nullptr},
      {"token", "0x12"},   {"registry", 7},
      {"games", "games"},  {"governor", "0x"},
      {"timelock", 1},     {"audits", 1},
      {"demands", "0"},    {"treasury", nullptr},
      {"parameters", 3},   {"market", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"}};
  for (const auto& [key, value] : cases) {
    Json json = Json::parse(to_json(example()));
    json[key] = value;
    const auto changed = parse_deployment(json.dump());
    ASSERT_FALSE(changed) << key << " " << value;
    EXPECT_NE(changed.error().message.find(key), std::string::npos) << changed.error().message;
    json.erase(key);
    EXPECT_FALSE(parse_deployment(json.dump())) << key;
  }
}

class LedgerCheck : public LedgerTest {};

TEST_F(LedgerCheck, takes_the_ledger_that_is_meant_and_no_other) {
  TransactionSender from = sender();
  Deployment meant = example();
  meant.chain_id = 31337;
  for (Address* contract :
       {&meant.token, &meant.governor, &meant.timelock, &meant.treasury, &meant.parameters, &meant.registry,
        &meant.games, &meant.audits, &meant.demands, &meant.market})
    *contract = deploy(from);
  EXPECT_TRUE(check_ledger(*rpc_, meant));
  const auto wrong = [&](const Deployment& deployment) {
    const LedgerStatus found = check_ledger(*rpc_, deployment);
    EXPECT_FALSE(found);
    if (found) return std::string();
    EXPECT_EQ(found.error().kind, LedgerError::Kind::kWrongLedger);
    return found.error().message;
  };
  Deployment changed = meant;
  changed.chain_id = 901;
  EXPECT_NE(wrong(changed).find("is chain 31337, the network file names chain 901"), std::string::npos);
  for (const auto& [name, contract] :
       {std::pair("token", &Deployment::token), std::pair("registry", &Deployment::registry),
        std::pair("games", &Deployment::games), std::pair("market", &Deployment::market)}) {
    changed = meant;
    changed.*contract = Address::from_bytes(Bytes(20, 9));
    EXPECT_NE(wrong(changed).find(name), std::string::npos) << name;
  }
  node_.reset();
  EXPECT_EQ(check_ledger(*rpc_, meant).error().kind, LedgerError::Kind::kTransport);
}

class DeploymentFolder : public LedgerTest {};

TEST_F(DeploymentFolder, says_which_contract_is_not_compiled) {
  TransactionSender from = sender();
  const auto deployment = ledger::deploy(from, "/nonexistent");
  ASSERT_FALSE(deployment);
  EXPECT_NE(deployment.error().message.find("/nonexistent/LydianToken.sol"), std::string::npos)
      << deployment.error().message;
  EXPECT_EQ(*from.next_nonce(), 0u);
}

}  // namespace
}  // namespace lydian::ledger
