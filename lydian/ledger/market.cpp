#include "lydian/ledger/market.h"

#include <map>

#include "lydian/core/ensure.h"
#include "lydian/crypto/keccak.h"
#include "lydian/dispute/position.h"

namespace lydian::ledger {
namespace {

constexpr std::string_view kTerms =
    "(uint128,uint128,uint128,uint128,uint32,uint32,uint32,uint32,uint32,uint32,uint16,uint32,uint128,"
    "uint128,uint64,(uint128,uint64,uint32,uint32),bytes32)";
constexpr std::string_view kRegistered =
    "NodeRegistered(address indexed,bytes32 indexed,bytes,string,uint64,uint32)";
constexpr std::string_view kChallenged =
    "CheckpointChallenged(uint256 indexed,uint256 indexed,address indexed,uint32,uint64)";

std::uint32_t as_u32(const AbiValue& value) { return static_cast<std::uint32_t>(value.as_u64()); }

Terms terms_of(const AbiValues& v) {
  Terms t{v[0].as_uint(), v[1].as_uint(), v[2].as_uint(), v[3].as_uint()};
  t.auction_seconds = as_u32(v[4]);
  t.expiry_seconds = as_u32(v[5]);
  t.challenge_window = as_u32(v[6]);
  t.checkpoint_seconds = as_u32(v[7]);
  t.move_budget = as_u32(v[8]);
  t.step_millis = as_u32(v[9]);
  t.audit_rate = static_cast<std::uint16_t>(v[10].as_u64());
  t.demand_seconds = as_u32(v[11]);
  t.audit_fee = v[12].as_uint();
  t.demand_bond = v[13].as_uint();
  t.work_gflop = v[14].as_u64();
  const AbiValues& q = v[15].as_list();
  t.qualification = {q[0].as_uint(), q[1].as_u64(), as_u32(q[2]), as_u32(q[3])};
  t.model = v[16].as_root();
  return t;
}

AbiValue value_of(const Terms& t) {
  const Qualification& q = t.qualification;
  return AbiValue::list({t.min_price, t.max_price, t.solver_bond, t.challenge_bond, t.auction_seconds,
                         t.expiry_seconds, t.challenge_window, t.checkpoint_seconds, t.move_budget,
                         t.step_millis, std::uint64_t{t.audit_rate}, t.demand_seconds, t.audit_fee,
                         t.demand_bond, t.work_gflop,
                         AbiValue::list({q.stake, q.memory_bytes, q.speed_class, q.reputation}), t.model});
}

/// "Name(address indexed,uint256)" without its "indexed".
std::string plain_signature(std::string_view event) {
  std::string text(event);
  for (std::size_t at = text.find(" indexed"); at != std::string::npos; at = text.find(" indexed"))
    text.erase(at, 8);
  return text;
}

}  // namespace

Uint256 escrow_of(const program::Program& program, const Terms& terms) {
  if (terms.audit_rate == 0) return terms.max_price;
  const std::uint64_t checkpoints = dispute::checkpoint_count(static_cast<std::uint64_t>(program.steps),
                                                              static_cast<std::uint64_t>(program.interval));
  const Uint256 audits =
      Uint256(1U) + Uint256(2U) * Uint256(checkpoints) * Uint256(terms.audit_rate) / Uint256(10'000U);
  return terms.max_price + terms.audit_fee * audits;
}

std::string_view name_of(JobStatus status) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "open", "running", "settled", "withdrawn"};
  return kNames[static_cast<std::size_t>(status)];
}

Root topic_of(std::string_view event_signature) {
  return crypto::keccak256(as_bytes(plain_signature(event_signature)));
}

Result<AbiValues> read_contract(RpcClient& rpc, const Address& contract, std::string_view signature,
                                const AbiValues& arguments, std::string_view returns) {
  const Bytes data = TRY(encode_call(signature, arguments));
  const auto answer = rpc.call({std::nullopt, contract, data, {}});
  if (!answer) {
    if (!answer.error().revert_data.empty())
      return fail("{}: {}", signature, contract_errors().describe(answer.error().revert_data));
    // Nobody answered: what was asked does not matter.
    if (answer.error().kind == LedgerError::Kind::kTransport) return std::unexpected(Error(answer.error()));
    return within(std::string(signature), answer.error());
  }
  auto values = abi_decode(returns, *answer);
  if (!values) return within(std::string(signature), values.error());
  return std::move(*values);
}

Call call_of(const Address& contract, std::string_view signature, const AbiValues& arguments) {
  auto data = encode_call(signature, arguments);
  ENSURE(data.has_value(), "{}: {}", signature, data.error().message);
  return {contract, std::move(*data), {}};
}

Result<AbiValues> Market::read(const Address& contract, std::string_view signature,
                               const AbiValues& arguments, std::string_view returns) const {
  return read_contract(*rpc_, contract, signature, arguments, returns);
}

Result<std::uint64_t> Market::now() const {
  const auto block = TRY(rpc_->block(BlockTag::latest()));
  if (!block) return fail("the ledger has no latest block");
  return block->timestamp;
}

Result<std::uint64_t> Market::job_count() const {
  const AbiValues values = TRY(read(deployment_.market, "jobCount()", {}, "(uint256)"));
  return values[0].as_uint().to_u64();
}

Result<Job> Market::job(std::uint64_t id) const {
  const std::string returns = fmt::format(
      "((bytes32,bytes32,uint64,uint64,uint64,address,uint8,uint32,address,uint64,uint64,uint64,uint128,"
      "uint128,uint128,uint16,uint16,{}))",
      kTerms);
  const AbiValues values = TRY(read(deployment_.market, "job(uint256)", {id}, returns));
  const AbiValues& v = values[0].as_list();
  if (v[6].as_u64() > 4) return fail("job {}: the ledger names the unknown status {}", id, v[6].as_u64());
  Job job{.id = id,
          .program_root = v[0].as_root(),
          .blob_root = v[1].as_root(),
          .blob_length = v[2].as_u64(),
          .steps = v[3].as_u64()};
  job.interval = v[4].as_u64();
  job.submitter = v[5].as_address();
  job.status = static_cast<JobStatus>(v[6].as_u64());
  job.attempt = as_u32(v[7]);
  job.solver = v[8].as_address();
  job.committed = v[9].as_u64();
  job.settled = v[10].as_u64();
  job.since = v[11].as_u64();
  job.price = v[12].as_uint();
  job.escrow = v[13].as_uint();
  job.audit_escrow = v[14].as_uint();
  job.fee_share = as_u32(v[15]);
  job.reward_share = as_u32(v[16]);
  job.terms = terms_of(v[17].as_list());
  return job;
}

Result<Checkpoint> Market::checkpoint(std::uint64_t job, std::uint64_t index) const {
  const AbiValues values = TRY(read(deployment_.market, "checkpoint(uint256,uint64)", {job, index},
                                    "((bytes32,uint64,uint32,uint64))"));
  const AbiValues& v = values[0].as_list();
  return Checkpoint{v[0].as_root(), v[1].as_u64(), as_u32(v[2])};
}

Result<Uint256> Market::offer(std::uint64_t job) const {
  return TRY(read(deployment_.market, "offer(uint256)", {job}, "(uint128)"))[0].as_uint();
}

Result<Uint256> Market::claimable(const Address& account) const {
  return TRY(read(deployment_.market, "claimable(address)", {account}, "(uint128)"))[0].as_uint();
}

Result<Uint256> Market::balance(const Address& account) const {
  return TRY(read(deployment_.token, "balanceOf(address)", {account}, "(uint256)"))[0].as_uint();
}

Result<Uint256> Market::allowance(const Address& account) const {
  return TRY(read(deployment_.token, "allowance(address,address)", {account, deployment_.market},
                  "(uint256)"))[0]
      .as_uint();
}

Result<Uint256> Market::registry_allowance(const Address& account) const {
  return TRY(read(deployment_.token, "allowance(address,address)", {account, deployment_.registry},
                  "(uint256)"))[0]
      .as_uint();
}

Result<Stake> Market::stake(const Address& operator_address) const {
  const AbiValues values = TRY(
      read(deployment_.registry, "stake(address)", {operator_address}, "((uint128,uint128,uint128,uint64))"));
  const AbiValues& v = values[0].as_list();
  return Stake{v[0].as_uint(), v[1].as_uint(), v[2].as_uint(), v[3].as_u64()};
}

Result<bool> Market::is_registered(const Address& operator_address) const {
  return TRY(read(deployment_.registry, "isRegistered(address)", {operator_address}, "(bool)"))[0].as_bool();
}

Result<Root> Market::possession_digest(const Address& operator_address) const {
  return TRY(read(deployment_.registry, "possessionDigest(address)", {operator_address}, "(bytes32)"))[0]
      .as_root();
}

Result<std::vector<Challenge>> Market::challenges(std::uint64_t job) const {
  const std::uint64_t latest = TRY(rpc_->block_number());
  const LogFilter filter{{deployment_.market}, {{topic_of(kChallenged)}, {Uint256(job).word()}}};
  std::vector<Challenge> list;
  const auto logs = TRY(rpc_->logs(filter, deployment_.first_block, latest));
  for (const Log& log : logs) {
    const AbiValues v = TRY(decode_event(kChallenged, log.topics, log.data));
    list.push_back({TRY(v[1].as_uint().to_u64()), job, v[2].as_address(), as_u32(v[3]), v[4].as_u64(),
                    log.block_number});
  }
  return list;
}

Result<std::vector<RegisteredNode>> Market::nodes() const {
  const std::uint64_t latest = TRY(rpc_->block_number());
  const auto logs =
      TRY(rpc_->logs({{deployment_.registry}, {{topic_of(kRegistered)}}}, deployment_.first_block, latest));
  std::map<Address, RegisteredNode> newest;
  for (const Log& log : logs) {
    const AbiValues v = TRY(decode_event(kRegistered, log.topics, log.data));
    RegisteredNode node{v[0].as_address(), v[1].as_root().bytes, v[3].as_string()};
    crypto::Ed25519Signature possession{};
    if (v[2].as_bytes().size() != possession.size()) continue;
    std::copy(v[2].as_bytes().begin(), v[2].as_bytes().end(), possession.begin());
    const Root digest = TRY(possession_digest(node.operator_address));
    if (crypto::ed25519_verify(node.peer_key, digest.view(), possession))
      newest[node.operator_address] = std::move(node);
  }
  std::vector<RegisteredNode> list;
  for (auto& [address, node] : newest) list.push_back(std::move(node));
  return list;
}

Call Market::approve_market(const Uint256& amount) const {
  return call_of(deployment_.token, "approve(address,uint256)", {deployment_.market, amount});
}
Call Market::approve_registry(const Uint256& amount) const {
  return call_of(deployment_.token, "approve(address,uint256)", {deployment_.registry, amount});
}
Call Market::transfer(const Address& to, const Uint256& amount) const {
  return call_of(deployment_.token, "transfer(address,uint256)", {to, amount});
}

Call Market::register_node(const crypto::Ed25519PublicKey& key, const crypto::Ed25519Signature& possession,
                           const std::string& endpoints, std::uint64_t memory_bytes,
                           std::uint32_t speed_class) const {
  return call_of(
      deployment_.registry, "register(bytes32,bytes,string,uint64,uint32)",
      {Root{key}, Bytes(possession.begin(), possession.end()), endpoints, memory_bytes, speed_class});
}

Call Market::deposit(const Uint256& amount) const {
  return call_of(deployment_.registry, "deposit(uint128)", {amount});
}

Call Market::post(const program::Program& program, const Root& blob_root, std::uint64_t blob_length,
                  const Terms& terms) const {
  return call_of(deployment_.market, fmt::format("post(bytes32[12],bytes32,uint64,{})", kTerms),
                 {AbiValue::words(program::encode_header(program)), blob_root, blob_length, value_of(terms)});
}

Call Market::accept(std::uint64_t job, const Uint256& min_price) const {
  return call_of(deployment_.market, "accept(uint256,uint128)", {job, min_price});
}
Call Market::commit_checkpoint(std::uint64_t job, std::uint64_t index, const Root& root) const {
  return call_of(deployment_.market, "commitCheckpoint(uint256,uint64,bytes32)", {job, index, root});
}
Call Market::settle(std::uint64_t job, std::uint64_t index) const {
  return call_of(deployment_.market, "settle(uint256,uint64)", {job, index});
}
Call Market::reopen(std::uint64_t job) const { return call_of(deployment_.market, "reopen(uint256)", {job}); }
Call Market::withdraw(std::uint64_t job) const {
  return call_of(deployment_.market, "withdraw(uint256)", {job});
}
Call Market::challenge(std::uint64_t job, std::uint64_t index) const {
  return call_of(deployment_.market, "challenge(uint256,uint64)", {job, index});
}
Call Market::release_moot(std::uint64_t game) const {
  return call_of(deployment_.market, "releaseMoot(uint256)", {game});
}
Call Market::claim(const Address& account) const {
  return call_of(deployment_.market, "claim(address)", {account});
}

Result<std::uint64_t> Market::posted_job(const Receipt& receipt) const {
  const std::string posted =
      fmt::format("JobPosted(uint256,address,bytes32,bytes32,uint64,uint64,uint64,{})", kTerms);
  for (const Log& log : receipt.logs) {
    if (log.address == deployment_.market && log.topics.size() > 1 && log.topics[0] == topic_of(posted))
      return Uint256::from_word(log.topics[1]).to_u64();
  }
  return fail("the transaction {} posted no job", receipt.transaction_hash.hex());
}

}  // namespace lydian::ledger
