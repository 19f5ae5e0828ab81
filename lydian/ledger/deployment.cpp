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

/// The contracts that the network file names.
constexpr std::array kContracts = {
    std::pair("token", &Deployment::token),           std::pair("governor", &Deployment::governor),
    std::pair("timelock", &Deployment::timelock),     std::pair("treasury", &Deployment::treasury),
    std::pair("parameters", &Deployment::parameters), std::pair("registry", &Deployment::registry),
    std::pair("games", &Deployment::games),           std::pair("audits", &Deployment::audits),
    std::pair("demands", &Deployment::demands),       std::pair("market", &Deployment::market)};

/// Deploys one contract after another; the addresses of those to come are known by their place in the order.
class Deployer {
 public:
  Deployer(TransactionSender& sender, const std::filesystem::path& artifacts, std::uint64_t nonce)
      : sender_(&sender), artifacts_(&artifacts), nonce_(nonce) {}

  /// The one that will be deployed as number `place` of the order.
  [[nodiscard]] Address expected(std::uint64_t place) const {
    return deployed_address(sender_->address(), nonce_ + place);
  }
  Result<Address> next(const std::string& name, std::string_view types, const AbiValues& arguments) {
    const Address address = TRY(deploy_one(*sender_, *artifacts_, name, types, arguments));
    if (const Address place = expected(count_++); address != place)
      return fail("{} stands at {}, expected {}: another transaction came between", name, address.text(),
                  place.text());
    return address;
  }

 private:
  TransactionSender* sender_;
  const std::filesystem::path* artifacts_;
  std::uint64_t nonce_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::string to_json(const Deployment& d) {
  Json json = {{"chain_id", d.chain_id}, {"rpc_url", d.rpc_url}, {"first_block", d.first_block}};
  for (const auto& [name, address] : kContracts) json[name] = (d.*address).text();
  return json.dump(2) + "\n";
}

Result<Deployment> parse_deployment(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail("not a JSON object");
  if (!json.contains("rpc_url") || !json["rpc_url"].is_string())
    return fail("\"rpc_url\" is missing or no text");
  Deployment d;
  d.chain_id = TRY(number_in(json, "chain_id"));
  d.rpc_url = json["rpc_url"].get<std::string>();
  for (const auto& [name, address] : kContracts) d.*address = TRY(address_in(json, name));
  d.first_block = TRY(number_in(json, "first_block"));
  return d;
}

Result<Deployment> deploy(TransactionSender& sender, const std::filesystem::path& artifacts) {
  // Places in the order of contracts/README.md of those that others name before they exist.
  constexpr std::uint64_t kGovernor = 2;
  constexpr std::uint64_t kAudits = 10;
  constexpr std::uint64_t kMarket = 12;
  Deployer order(sender, artifacts, TRY(sender.next_nonce()));
  const Address market = order.expected(kMarket);
  Deployment d{.chain_id = sender.chain_id(), .rpc_url = sender.rpc().url()};
  d.first_block = TRY(sender.rpc().block_number());
  d.token = TRY(order.next("LydianToken", "(address)", {sender.address()}));
  d.timelock = TRY(order.next("LydianTimelock", "(address)", {order.expected(kGovernor)}));
  d.governor = TRY(order.next("LydianGovernor", "(address,address)", {d.token, d.timelock}));
  d.treasury = TRY(order.next("Treasury", "(address)", {d.timelock}));
  d.parameters = TRY(order.next("Parameters", "(address)", {d.timelock}));
  d.registry = TRY(order.next("NodeRegistry", "(address,address,address,address)",
                              {d.token, d.parameters, market, order.expected(kAudits)}));
  const Address rules = TRY(order.next("JobRules", "()", {}));
  const Address scalars = TRY(order.next("Scalars", "()", {}));
  const Address referee = TRY(order.next("Referee", "(address)", {scalars}));
  d.games = TRY(order.next("DisputeGame", "(address,address,address)", {market, referee, scalars}));
  d.audits = TRY(
      order.next("Audits", "(address,address,address,address)", {d.token, d.registry, market, d.treasury}));
  d.demands = TRY(order.next("Demands", "(address,address)", {d.token, market}));
  d.market =
      TRY(order.next("JobMarket", "((address,address,address,address,address,address,address,address))",
                     {AbiValue::list({d.token, d.registry, rules, d.games, d.parameters, d.treasury, d.audits,
                                      d.demands})}));
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
  for (const auto& [name, member] : kContracts) {
    const Address& address = deployment.*member;
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
      "BondTooSmall(string,uint128,uint128)", "NotQualified(uint256,string,uint256,uint256)",
      "NotACourt(address)", "NoSuchJob(uint256)", "WrongStatus(uint256,uint8,uint8)",
      "OfferNotExpired(uint256,uint64)", "OfferExpired(uint256,uint64)",
      "OfferTooLow(uint256,uint128,uint128)", "NotRegistered(address)", "NotTheSolver(uint256,address)",
      "WrongCheckpoint(uint256,uint64,uint64)", "AllCommitted(uint256)", "DeadlinePassed(uint256,uint64)",
      "DeadlineNotPassed(uint256,uint64)", "CommitmentsPending(uint256,uint64,uint64)",
      "NotCommitted(uint256,uint64)", "AlreadySettled(uint256,uint64)",
      "ChallengeWindowOpen(uint256,uint64,uint64)", "ChallengeWindowClosed(uint256,uint64,uint64)",
      "GameOpen(uint256,uint64,uint32)", "NotTheGame(address)", "NoSuchChallenge(uint256)",
      "NotMoot(uint256)", "NothingToClaim(address)", "NotThatMuchArrived(uint256,uint256)", "ZeroTreasury()",
      // NodeRegistry
      "ZeroPeerKey()", "BadPossessionLength(uint256)", "EndpointsTooLong(uint256,uint256)", "ZeroAmount()",
      "InsufficientFreeStake(uint128,uint128)", "InsufficientLockedStake(uint128,uint128)",
      "NothingToWithdraw(address)", "WithdrawalNotYetAvailable(uint64)", "NotTheMarket(address)",
      "NotAKeeper(address)",
      // DisputeGame
      "GameExists(uint256)", "NoSuchGame(uint256)", "GameIsOver(uint256,uint8)",
      "WrongPhase(uint256,uint8,uint8)", "NotYourMove(uint256,address,address)", "TimeIsUp(uint256,uint64)",
      "TimeIsNotUp(uint256,uint64)", "EmptyInterval(uint64,uint64)", "WrongCount(uint256,uint256)",
      "PieceOutOfRange(uint256,uint256)", "NotAsPosted(bytes32,bytes32)", "NotTheProgram(bytes32,bytes32)",
      "NotTheAnswer(bytes32,bytes32)", "NotInTree(bytes32,bytes32)", "WrongBlockLength(uint256,uint256)",
      "ElementOutOfRange(uint64,uint64)", "NotTheChunk(bytes32,bytes32)", "DoesNotFinish(uint32,uint32)",
      // Referee
      "MalformedMap(uint8)", "BadOpening(uint256,string)", "WrongOpeningCount(uint256,uint256)",
      "PositionOutOfRange(uint256,uint256)", "MalformedNode(string)", "PositionOutOfAxis(uint64,uint64)",
      // Audits and Demands
      "InsufficientFree(uint128,uint128)", "WindowClosed(uint256,uint64,uint64)", "BeaconNotYet(uint64)",
      "BeaconGone(uint64)", "DrawnBefore(uint256,uint64,address)", "IsTheSolver(uint256,address)",
      "EnlistedTooLate(address,uint64,uint64)", "NotDrawn(uint256,uint64,address)", "NoSuchAudit(uint256)",
      "WrongStage(uint256,uint8,uint8)", "NotYours(uint256,address,address)",
      "NotAsCommitted(bytes32,bytes32)", "NotTheSeal(bytes32,bytes32)", "BlockOutOfRange(uint64,uint64)",
      "NoSuchDemand(uint256)", "WrongPathLength(uint256,uint256)",
      // Parameters and Treasury
      "NotTheTimelock(address)", "OutOfBounds(uint8,uint96,uint96,uint96)",
      // LydianToken
      "ERC20InsufficientBalance(address,uint256,uint256)",
      "ERC20InsufficientAllowance(address,uint256,uint256)"};
  return table;
}

}  // namespace lydian::ledger
