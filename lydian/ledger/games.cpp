#include "lydian/ledger/games.h"

#include "lydian/core/ensure.h"

namespace lydian::ledger {
namespace {

using dispute::Move;
using dispute::Opening;

constexpr std::string_view kState =
    "((uint8,uint8,bytes32,bytes32,uint64,uint64,bytes32,bytes32,uint8,uint64,uint64,bool,uint64,bytes32,"
    "uint64,uint32,uint32,uint64,uint64,uint32,uint32,"
    "bool,bytes32,uint32,uint32,uint64))";
constexpr std::string_view kClaim =
    "((address,address,bytes32,bytes32,bytes32,uint64,uint64,uint64,uint32,uint32))";
constexpr std::string_view kPublish = "publish(uint256,bytes)";

std::uint32_t as_u32(const AbiValue& value) { return static_cast<std::uint32_t>(value.as_u64()); }

std::vector<Root> roots_of(const AbiValue& value) {
  std::vector<Root> roots;
  for (const AbiValue& member : value.as_list()) roots.push_back(member.as_root());
  return roots;
}

template <typename Words>
Words words_of(const AbiValue& value) {
  Words words{};
  if constexpr (requires { words.resize(1); }) words.resize(value.as_list().size());
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = as_u32(value.as_list()[i]);
  return words;
}

template <typename Words>
AbiValue list_of(const Words& words) {
  AbiValue::List list;
  for (const std::uint32_t word : words) list.emplace_back(word);
  return AbiValue::list(std::move(list));
}

AbiValue value_of(const Opening& opening) {
  return AbiValue::list({opening.root, opening.length, AbiValue::roots(opening.link_path), opening.block,
                         AbiValue::roots(opening.block_path)});
}

/// The arguments of each move after the game's number, in the contract's order.
struct Encoder {
  const Address& games;
  std::uint64_t id;

  Call operator()(const dispute::PostSteps& m) const {
    return call_of(games, "postSteps(uint256,bytes32[])", {id, AbiValue::roots(m.roots)});
  }
  Call operator()(const dispute::PickStep& m) const {
    return call_of(games, "pickStep(uint256,uint64,bytes32[])", {id, m.piece, AbiValue::roots(m.roots)});
  }
  Call operator()(const dispute::PostTrace& m) const {
    return call_of(games, "postTrace(uint256,bytes32,bytes32[12],bytes32[])",
                   {id, m.trace_root, AbiValue::words(m.header), AbiValue::roots(m.path)});
  }
  Call operator()(const dispute::Descend& m) const {
    return call_of(games, "descend(uint256,bytes32[])", {id, AbiValue::roots(m.children)});
  }
  Call operator()(const dispute::PickChild& m) const {
    return call_of(games, "pickChild(uint256,uint64,bytes32[])", {id, m.child, AbiValue::roots(m.children)});
  }
  Call operator()(const dispute::OpenNode& m) const {
    return call_of(games, "openNode(uint256,bytes32[12],bytes32[8],bytes32[])",
                   {id, AbiValue::words(m.header), AbiValue::words(m.node), AbiValue::roots(m.path)});
  }
  Call operator()(const dispute::Publish& m) const { return call_of(games, kPublish, {id, m.block}); }
  Call operator()(const dispute::PickElement& m) const {
    return call_of(games, "pickElement(uint256,uint64,bytes32[],bytes)",
                   {id, m.element_in_block, AbiValue::roots(m.chunk_hashes), m.chunk});
  }
  Call operator()(const dispute::PostLanes& m) const {
    return call_of(games, "postLanes(uint256,uint32[32])", {id, list_of(m.lanes)});
  }
  Call operator()(const dispute::PickLane& m) const {
    return call_of(games, "pickLane(uint256,uint32,uint32[32])", {id, m.lane, list_of(m.lanes)});
  }
  Call operator()(const dispute::PostPartials& m) const {
    return call_of(games, "postPartials(uint256,uint32[])", {id, list_of(m.values)});
  }
  Call operator()(const dispute::PickPartial& m) const {
    return call_of(games, "pickPartial(uint256,uint64,uint32[])", {id, m.piece, list_of(m.values)});
  }
  Call operator()(const dispute::Judge& m) const {
    AbiValue::List openings;
    for (const Opening& opening : m.openings) openings.push_back(value_of(opening));
    return call_of(
        games, "judge(uint256,bytes32[12],bytes32[8],uint64,(bytes32,uint64,bytes32[],bytes,bytes32[])[])",
        {id, AbiValue::words(m.header), AbiValue::words(m.node), m.extra,
         AbiValue::list(std::move(openings))});
  }
};

}  // namespace

Result<GameOnLedger> Games::game(std::uint64_t id) const {
  const Address& games = market_->deployment().games;
  const AbiValues state = TRY(read_contract(market_->rpc(), games, "gameState(uint256)", {id}, kState));
  const AbiValues claim = TRY(read_contract(market_->rpc(), games, "claimOf(uint256)", {id}, kClaim));
  const AbiValues& s = state[0].as_list();
  const AbiValues& c = claim[0].as_list();
  if (s[0].as_u64() > static_cast<std::uint64_t>(dispute::Phase::over))
    return fail("game {}: the ledger names the unknown phase {}", id, s[0].as_u64());
  if (s[1].as_u64() > static_cast<std::uint64_t>(dispute::Outcome::cancelled))
    return fail("game {}: the ledger names the unknown outcome {}", id, s[1].as_u64());
  GameOnLedger found{.responder = c[0].as_address(), .challenger = c[1].as_address()};
  dispute::Game& game = found.game;
  game.claim.program_root = c[2].as_root();
  game.claim.steps = c[7].as_u64();
  game.claim.step_millis = as_u32(c[8]);
  game.claim.move_budget = as_u32(c[9]);
  game.phase = static_cast<dispute::Phase>(s[0].as_u64());
  game.outcome = static_cast<dispute::Outcome>(s[1].as_u64());
  game.claim.root_lo = s[2].as_root();
  game.claim.root_hi = s[3].as_root();
  game.claim.boundaries = {s[4].as_u64(), s[5].as_u64()};
  game.trace_root = s[6].as_root();
  game.cursor = {s[7].as_root(), static_cast<int>(s[8].as_u64()), s[9].as_u64(), s[10].as_u64()};
  game.in_output = s[11].as_bool();
  game.node_index = s[12].as_u64();
  game.node_hash = s[13].as_root();
  game.element = s[14].as_u64();
  game.claimed = as_u32(s[15]);
  game.lane = as_u32(s[16]);
  game.chain = {s[17].as_u64(), s[18].as_u64()};
  game.acc_lo = as_u32(s[19]);
  game.acc_hi = as_u32(s[20]);
  game.acc_hi_fixed = s[21].as_bool();
  game.pending = s[22].as_root();
  game.clock.responder_budget = as_u32(s[23]);
  game.clock.challenger_budget = as_u32(s[24]);
  if (!game.is_over()) {
    const std::uint64_t allowed = game.grace_seconds() + game.clock.budget(game.mover());
    game.clock.start = s[25].as_u64() - std::min(s[25].as_u64(), allowed);
  }
  return found;
}

Result<std::vector<Move>> Games::posts(std::uint64_t id, std::uint64_t from_block) const {
  static const Root kSteps = topic_of("StepsPosted(uint256,bytes32[])");
  static const Root kTrace = topic_of("TracePosted(uint256,bytes32)");
  static const Root kDescended = topic_of("Descended(uint256,bytes32[])");
  static const Root kPublished = topic_of("BlockPublished(uint256,bytes32)");
  static const Root kLanes = topic_of("LanesPosted(uint256,uint32[32])");
  static const Root kPartials = topic_of("PartialsPosted(uint256,uint32[])");
  const std::uint64_t latest = TRY(market_->rpc().block_number());
  const LogFilter filter{{market_->deployment().games},
                         {{kSteps, kTrace, kDescended, kPublished, kLanes, kPartials}, {Uint256(id).word()}}};
  const auto logs = TRY(market_->rpc().logs(filter, from_block, latest));
  std::vector<Move> moves;
  for (const Log& log : logs) {
    const Root& topic = log.topics[0];
    if (topic == kSteps) {
      moves.emplace_back(dispute::PostSteps{roots_of(TRY(abi_decode("(bytes32[])", log.data))[0])});
    } else if (topic == kTrace) {
      moves.emplace_back(
          dispute::PostTrace{.trace_root = TRY(abi_decode("(bytes32)", log.data))[0].as_root()});
    } else if (topic == kDescended) {
      moves.emplace_back(dispute::Descend{roots_of(TRY(abi_decode("(bytes32[])", log.data))[0])});
    } else if (topic == kLanes) {
      moves.emplace_back(
          dispute::PostLanes{words_of<dispute::Lanes>(TRY(abi_decode("(uint32[32])", log.data))[0])});
    } else if (topic == kPartials) {
      moves.emplace_back(dispute::PostPartials{
          words_of<std::vector<std::uint32_t>>(TRY(abi_decode("(uint32[])", log.data))[0])});
    } else {
      const auto transaction = TRY(market_->rpc().transaction(log.transaction_hash));
      if (!transaction)
        return fail("game {}: the transaction {} that published a block is not on the ledger", id,
                    log.transaction_hash.hex());
      moves.emplace_back(dispute::Publish{TRY(decode_call(kPublish, transaction->input))[1].as_bytes()});
    }
  }
  return moves;
}

Call Games::move(std::uint64_t id, const Move& move) const {
  return std::visit(Encoder{market_->deployment().games, id}, move);
}

Call Games::timeout(std::uint64_t id) const {
  return call_of(market_->deployment().games, "timeout(uint256)", {id});
}

}  // namespace lydian::ledger
