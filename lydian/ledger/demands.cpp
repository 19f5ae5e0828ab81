#include "lydian/ledger/demands.h"

namespace lydian::ledger {
namespace {

constexpr std::string_view kDemanded =
    "Demanded(uint256 indexed,uint256 indexed,address indexed,address,uint64,uint64,uint64)";
constexpr std::string_view kDemand =
    "((uint256,uint64,uint32,bool,address,address,bytes32,uint64,uint64,uint128,uint64))";

}  // namespace

LogFilter Demands::naming(const Address& solver) const {
  return {{contract()}, {{topic_of(kDemanded)}, {}, {}, {Uint256::from_bytes(solver.bytes).word()}}};
}

Result<Demanded> Demands::read(const Log& log) {
  const AbiValues v = TRY(decode_event(kDemanded, log.topics, log.data));
  return Demanded{.id = TRY(v[0].as_uint().to_u64()),
                  .job = TRY(v[1].as_uint().to_u64()),
                  .solver = v[2].as_address(),
                  .asker = v[3].as_address(),
                  .checkpoint = v[4].as_u64(),
                  .block_index = v[5].as_u64(),
                  .deadline = v[6].as_u64(),
                  .made_in = log.block_number};
}

Result<Demand> Demands::demand(std::uint64_t id) const {
  const AbiValues values = TRY(read_contract(market_->rpc(), contract(), "demandOf(uint256)", {id}, kDemand));
  const AbiValues& v = values[0].as_list();
  Demand demand{.job = TRY(v[0].as_uint().to_u64()),
                .checkpoint = v[1].as_u64(),
                .attempt = static_cast<std::uint32_t>(v[2].as_u64()),
                .is_open = v[3].as_bool(),
                .asker = v[4].as_address(),
                .solver = v[5].as_address(),
                .root = v[6].as_root(),
                .length = v[7].as_u64(),
                .block_index = v[8].as_u64(),
                .bond = v[9].as_uint(),
                .deadline = v[10].as_u64()};
  if (demand.block_index >= merkle::block_count_of(demand.length))
    return fail("demand {}: the ledger names block {} of {} bytes", id, demand.block_index, demand.length);
  return demand;
}

Result<Uint256> Demands::claimable(const Address& account) const {
  return TRY(read_contract(market_->rpc(), contract(), "claimable(address)", {account}, "(uint128)"))[0]
      .as_uint();
}

Call Demands::approve(const Uint256& amount) const {
  return call_of(market_->deployment().token, "approve(address,uint256)", {contract(), amount});
}

Call Demands::ask(std::uint64_t job, std::uint64_t checkpoint, std::uint64_t block_index,
                  const program::Program& program) const {
  return call_of(contract(), "demand(uint256,uint64,uint64,bytes32[12])",
                 {job, checkpoint, block_index, AbiValue::words(program::encode_header(program))});
}

Call Demands::answer(std::uint64_t id, ByteView block, const merkle::Proof& proof) const {
  return call_of(contract(), "answer(uint256,bytes,bytes32[])",
                 {id, Bytes(block.begin(), block.end()), AbiValue::roots(proof.siblings)});
}

Call Demands::expire(std::uint64_t id) const { return call_of(contract(), "expire(uint256)", {id}); }

Call Demands::claim(const Address& account) const { return call_of(contract(), "claim(address)", {account}); }

}  // namespace lydian::ledger
