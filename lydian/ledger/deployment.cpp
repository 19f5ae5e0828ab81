#include "lydian/ledger/deployment.h"

#include <array>
#include <nlohmann/json.hpp>

#include "lydian/core/file.h"

namespace lydian::ledger {
namespace {

using Json = nlohmann::json;

Result<Bytes> bytecode_of(const std::filesystem::path& artifacts, const std::string& name) {
  const std::filesystem::path path = artifacts / (name + ".sol") / (name + ".json");
  const std::string text = TRY(read_text_file(path));
  const Json artifact = Json::parse(text, nullptr, false);
  const auto pointer = Json::json_pointer("/bytecode/object");
  if (artifact.is_discarded() || !artifact.contains(pointer) || !artifact.at(pointer).is_string()) {
    return fail("{}: not a compiled contract; build the contracts anew", path.string());
  }
  return from_hex(artifact.at(pointer).get<std::string>());
}

Result<Address> deploy_one(TransactionSender& sender, const std::filesystem::path& artifacts,
                           const std::string& name, std::string_view types, const AbiValues& arguments) {
  Bytes code = TRY(bytecode_of(artifacts, name));
  if (!arguments.empty()) {
    const Bytes encoded = TRY(abi_encode(types, arguments));
    code.insert(code.end(), encoded.begin(), encoded.end());
  }
  const auto receipt = sender.send({std::nullopt, code, {}});
  if (!receipt) return within("deploying " + name, receipt.error());
  if (!receipt->contract_address) return fail("deploying {}: the receipt names no contract", name);
  return *receipt->contract_address;
}

Result<Address> address_in(const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_string()) return fail("\"{}\" is missing or no text", key);
  auto address = Address::parse(json[key].get<std::string>());
  if (!address) return within(fmt::format("\"{}\"", key), address.error());
  return *address;
}

Result<std::uint64_t> number_in(const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_number_unsigned())
    return fail("\"{}\" is missing or no number", key);
  return json[key].get<std::uint64_t>();
}

}  // namespace

std::string to_json(const Deployment& d) {
  return Json{{"chain_id", d.chain_id},        {"rpc_url", d.rpc_url},    {"token", d.token.text()},
              {"registry", d.registry.text()}, {"games", d.games.text()}, {"market", d.market.text()},
              {"first_block", d.first_block}}
             .dump(2) +
         "\n";
}

Result<Deployment> parse_deployment(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail("not a JSON object");
  if (!json.contains("rpc_url") || !json["rpc_url"].is_string())
    return fail("\"rpc_url\" is missing or no text");
  Deployment d;
  d.chain_id = TRY(number_in(json, "chain_id"));
  d.rpc_url = json["rpc_url"].get<std::string>();
  d.token = TRY(address_in(json, "token"));
  d.registry = TRY(address_in(json, "registry"));
  d.games = TRY(address_in(json, "games"));
  d.market = TRY(address_in(json, "market"));
  d.first_block = TRY(number_in(json, "first_block"));
  return d;
}

Result<Deployment> deploy(TransactionSender& sender, const std::filesystem::path& artifacts,
                          const Address& treasury) {
  constexpr std::uint64_t kMarketOrder = 5;  // the sixth contract
  const std::uint64_t nonce = TRY(sender.next_nonce());
  const Address market = deployed_address(sender.address(), nonce + kMarketOrder);
  Deployment d{.chain_id = sender.chain_id(), .rpc_url = sender.rpc().url()};
  d.first_block = TRY(sender.rpc().block_number());
  d.token = TRY(deploy_one(sender, artifacts, "LydianToken", "(address)", {sender.address()}));
  d.registry = TRY(deploy_one(sender, artifacts, "NodeRegistry", "(address,address)", {d.token, market}));
  const Address scalars = TRY(deploy_one(sender, artifacts, "Scalars", "()", {}));
  const Address referee = TRY(deploy_one(sender, artifacts, "Referee", "(address)", {scalars}));
  d.games = TRY(
      deploy_one(sender, artifacts, "DisputeGame", "(address,address,address)", {market, referee, scalars}));
  d.market = TRY(deploy_one(sender, artifacts, "JobMarket", "(address,address,address,address)",
                            {d.token, d.registry, d.games, treasury}));
  if (d.market != market)
    return fail("the market stands at {}, expected {}: another transaction came between", d.market.text(),
                market.text());
  return d;
}

LedgerStatus check_ledger(RpcClient& rpc, const Deployment& deployment) {
  const auto wrong = [](std::string what) {
    return std::unexpected(LedgerError(LedgerError::Kind::kWrongLedger, std::move(what)));
  };
  const std::uint64_t chain_id = TRY(rpc.chain_id());
  if (chain_id != deployment.chain_id)
    return wrong(fmt::format("the ledger at {} is chain {}, the network file names chain {}", rpc.url(),
                             chain_id, deployment.chain_id));
  const std::array contracts = {std::pair("token", deployment.token),
                                std::pair("registry", deployment.registry),
                                std::pair("games", deployment.games), std::pair("market", deployment.market)};
  for (const auto& [name, address] : contracts) {
    if (TRY(rpc.code(address)).empty())
      return wrong(
          fmt::format("the ledger at {} has no {} contract at {}; the network file is of another ledger",
                      rpc.url(), name, address.text()));
  }
  return {};
}

const ErrorTable& contract_errors() {
  static const ErrorTable table = {
      // JobMarket
      "DeployedForAnotherMarket(address,address)", "BadTerms(string)", "BadHeader(string)",
      "NoSuchJob(uint256)", "WrongStatus(uint256,uint8,uint8)", "OfferNotExpired(uint256,uint64)",
      "OfferExpired(uint256,uint64)", "OfferTooLow(uint256,uint128,uint128)", "NotRegistered(address)",
      "NotTheSolver(uint256,address)", "WrongCheckpoint(uint256,uint64,uint64)", "AllCommitted(uint256)",
      "DeadlinePassed(uint256,uint64)", "DeadlineNotPassed(uint256,uint64)",
      "CommitmentsPending(uint256,uint64,uint64)", "NotCommitted(uint256,uint64)",
      "AlreadySettled(uint256,uint64)", "ChallengeWindowOpen(uint256,uint64,uint64)",
      "ChallengeWindowClosed(uint256,uint64,uint64)", "GameOpen(uint256,uint64,uint32)",
      "NotTheGame(address)", "NoSuchChallenge(uint256)", "NotMoot(uint256)", "NothingToClaim(address)",
      "NotThatMuchArrived(uint256,uint256)", "ZeroTreasury()",
      // NodeRegistry
      "ZeroPeerKey()", "BadPossessionLength(uint256)", "EndpointsTooLong(uint256,uint256)", "ZeroAmount()",
      "InsufficientFreeStake(uint128,uint128)", "InsufficientLockedStake(uint128,uint128)",
      "NothingToWithdraw(address)", "WithdrawalNotYetAvailable(uint64)", "NotTheMarket(address)",
      // DisputeGame
      "GameExists(uint256)", "NoSuchGame(uint256)", "GameIsOver(uint256,uint8)",
      "WrongPhase(uint256,uint8,uint8)", "NotYourMove(uint256,address,address)", "TimeIsUp(uint256,uint64)",
      "TimeIsNotUp(uint256,uint64)", "EmptyInterval(uint64,uint64)", "WrongCount(uint256,uint256)",
      "PieceOutOfRange(uint256,uint256)", "NotAsPosted(bytes32,bytes32)", "NotTheProgram(bytes32,bytes32)",
      "NotInTree(bytes32,bytes32)", "WrongBlockLength(uint256,uint256)", "ElementOutOfRange(uint64,uint64)",
      "NotTheChunk(bytes32,bytes32)", "DoesNotFinish(uint32,uint32)",
      // Referee
      "MalformedMap(uint8)", "BadOpening(uint256,string)", "WrongOpeningCount(uint256,uint256)",
      "PositionOutOfRange(uint256,uint256)", "MalformedNode(string)", "PositionOutOfAxis(uint64,uint64)",
      // LydianToken
      "ERC20InsufficientBalance(address,uint256,uint256)",
      "ERC20InsufficientAllowance(address,uint256,uint256)"};
  return table;
}

}  // namespace lydian::ledger
