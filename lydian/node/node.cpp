#include "lydian/node/node.h"

#include "lydian/core/ensure.h"
#include "lydian/swarm/torrent_swarm.h"

namespace lydian::node {
namespace {

constexpr std::int64_t kPeersEveryMs = 3'000;
constexpr const char* kPeerSeed = "peer seed";
constexpr const char* kLedgerBlock = "ledger block";  // the hash of the deployment's first

std::vector<swarm::Endpoint> reachable(const NodeOptions& options, std::uint16_t port) {
  if (!options.announce.empty()) return options.announce;
  std::vector<swarm::Endpoint> endpoints;
  for (const swarm::Endpoint& listen : options.listen) {
    const bool any = listen.address == "0.0.0.0" || listen.address == "::";
    endpoints.push_back({any ? "127.0.0.1" : listen.address, port});
  }
  return endpoints;
}

}  // namespace

Result<crypto::Ed25519Key> peer_key_of(store::Store& store) {
  if (const auto seed = TRY(store.meta(kPeerSeed)); seed) {
    if (seed->size() != 32) return fail("the store's peer seed has {} bytes, expected 32", seed->size());
    return crypto::Ed25519Key::from_seed(Root::from_bytes(*seed).bytes);
  }
  const crypto::Ed25519Key key = crypto::Ed25519Key::generate();
  TRY_STATUS(store.set_meta(kPeerSeed, key.seed()));
  return key;
}

Result<std::vector<swarm::Endpoint>> peers_of(const ledger::Market& market, const ledger::Address& self) {
  std::vector<swarm::Endpoint> peers;
  for (const ledger::RegisteredNode& node : TRY(market.nodes())) {
    if (node.operator_address == self) continue;
    std::string_view rest = node.endpoints;
    while (!rest.empty()) {
      const std::size_t space = std::min(rest.find(' '), rest.size());
      // What somebody else registered may be nonsense: then there is no such peer.
      if (const auto endpoint = swarm::parse_endpoint(rest.substr(0, space)); endpoint)
        peers.push_back(*endpoint);
      rest.remove_prefix(std::min(space + 1, rest.size()));
    }
  }
  return peers;
}

struct Node::Parts {
  Parts(const NodeOptions& o, EventSink t, store::Store s, store::BlobStore b, store::BlobStore n,
        std::unique_ptr<swarm::Swarm> w, ledger::RpcClient r)
      : options(o),
        tell(std::move(t)),
        store(std::move(s)),
        blobs(std::move(b)),
        snapshots(std::move(n)),
        swarm(std::move(w)),
        rpc(std::move(r)),
        market(rpc, o.deployment),
        games(market),
        library(blobs, *swarm),
        pool(o.threads) {}

  NodeOptions options;
  EventSink tell;
  store::Store store;
  store::BlobStore blobs;
  store::BlobStore snapshots;
  std::unique_ptr<swarm::Swarm> swarm;
  ledger::RpcClient rpc;
  ledger::Market market;
  ledger::Games games;
  Library library;
  ThreadPool pool;
  std::optional<ledger::TransactionSender> sender;
  std::optional<Outbox> outbox;
  std::optional<Context> context;
  std::optional<Solver> solver;
  std::optional<Challenger> challenger;
  std::int64_t peers_at_ms = -kPeersEveryMs;
  bool has_met_ledger = false;
  bool is_registered = false;
  bool is_staked = false;

  ledger::LedgerStatus meet_ledger();
  Status tick();
  Status finish_transactions();
  Status refresh_peers();
  Status enroll();
};

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(const NodeOptions& options, const crypto::PrivateKey& key,
                                         EventSink tell, MachineFactory make_machine) {
  auto store = TRY(store::Store::open(options.home / "node.db"));
  auto blobs = TRY(store::BlobStore::open(options.home / "blobs"));
  auto snapshots = TRY(store::BlobStore::open(options.home / "snapshots"));
  std::unique_ptr<swarm::Swarm> swarm = TRY(swarm::TorrentSwarm::open(
      {.folder = options.home / "swarm", .listen = options.listen, .loopback = options.loopback}));
  auto rpc = TRY(ledger::RpcClient::open(options.deployment.rpc_url));
  auto parts = std::make_unique<Parts>(options, std::move(tell), std::move(store), std::move(blobs),
                                       std::move(snapshots), std::move(swarm), std::move(rpc));
  parts->sender = ledger::TransactionSender::for_chain(options.deployment.chain_id, parts->rpc, key,
                                                       ledger::contract_errors());
  parts->outbox = TRY(Outbox::open(*parts->sender, parts->store));
  const NodeConfig config{parts->sender->address(), options.memory_bytes, options.ask_per_tflop,
                          options.turn_ms};
  parts->context.emplace(Context{config, parts->market, parts->games, *parts->outbox, parts->store,
                                 parts->library, parts->snapshots, parts->pool, steady_clock(),
                                 std::move(make_machine), parts->tell});
  TRY_STATUS(parts->library.serve_all());
  if (options.solves) parts->solver.emplace(*parts->context);
  if (options.challenges) parts->challenger.emplace(*parts->context);
  return std::unique_ptr<Node>(new Node(std::move(parts)));
}

ledger::LedgerStatus Node::meet_ledger() { return parts_->meet_ledger(); }
Status Node::tick() { return parts_->tick(); }

/// A ledger that was started anew has the same chain and contracts at the same addresses, but other jobs
/// under their numbers. Its blocks tell it apart.
ledger::LedgerStatus Node::Parts::meet_ledger() {
  TRY_STATUS(ledger::check_ledger(rpc, options.deployment));
  const std::uint64_t number = options.deployment.first_block;
  const auto block = TRY(rpc.block(ledger::BlockTag::number(number)));
  const auto wrong = [&](const std::string& what) {
    return std::unexpected(ledger::LedgerError(
        ledger::LedgerError::Kind::kWrongLedger,
        fmt::format("the ledger at {} {}; what this home remembers means nothing there: use another home",
                    rpc.url(), what)));
  };
  if (!block) return wrong(fmt::format("has no block {}", number));
  const auto known = TRY(store.meta(kLedgerBlock));
  if (!known) {
    TRY_STATUS(store.set_meta(kLedgerBlock, block->hash.view()));
  } else if (*known != Bytes(block->hash.bytes.begin(), block->hash.bytes.end())) {
    return wrong(fmt::format("is not the one that this home knows: its block {} is {}, it was {}", number,
                             block->hash.hex().substr(0, 16), to_hex(*known).substr(0, 16)));
  }
  has_met_ledger = true;
  return {};
}

Status Node::Parts::tick() {
  ENSURE(has_met_ledger);
  swarm->tick();
  TRY_STATUS(finish_transactions());
  TRY_STATUS(refresh_peers());
  TRY_STATUS(enroll());
  if (!is_registered) return {};
  if (solver && is_staked) TRY_STATUS(solver->tick());
  if (challenger) TRY_STATUS(challenger->tick());
  return {};
}

Status Node::Parts::finish_transactions() {
  for (const Outbox::Ended& ended : TRY(outbox->tick())) {
    if (!ended.receipt) continue;  // replaced: what it was for is decided anew
    const bool succeeded = ended.receipt->succeeded;
    tell({succeeded ? "confirmed" : "reverted",
          "",
          {{"purpose", ended.purpose},
           {"gas", ended.receipt->gas_used},
           {"transaction", ended.receipt->transaction_hash.hex()}}});
  }
  return {};
}

Status Node::Parts::refresh_peers() {
  const std::int64_t now = steady_clock().now_ms();
  if (now - peers_at_ms < kPeersEveryMs) return {};
  library.set_peers(TRY(peers_of(market, context->config.self)));
  peers_at_ms = now;
  return {};
}

/// Registers the peer key and where it is reached, and puts up the stake.
Status Node::Parts::enroll() {
  const ledger::Address& self = context->config.self;
  if (!is_registered) {
    const crypto::Ed25519Key key = TRY(peer_key_of(store));
    std::string text;
    for (const swarm::Endpoint& endpoint : reachable(options, swarm->listen_port()))
      text += (text.empty() ? "" : " ") + to_text(endpoint);
    bool is_current = false;
    for (const ledger::RegisteredNode& node : TRY(market.nodes())) {
      is_current = is_current || (node.operator_address == self && node.endpoints == text &&
                                  node.peer_key == key.public_key());
    }
    if (!is_current) {
      const Root digest = TRY(market.possession_digest(self));
      const auto call = market.register_node(key.public_key(), key.sign(digest.view()), text,
                                             static_cast<std::uint64_t>(options.memory_bytes), 1);
      return outbox->submit("register", call);
    }
    is_registered = true;
    tell({"registered",
          fmt::format("registered as {} at {}", self.text(), text),
          {{"address", self.text()}, {"endpoints", text}}});
  }
  if (!solver || is_staked) return {};
  const ledger::Stake stake = TRY(market.stake(self));
  const ledger::Uint256 have = stake.free + stake.locked;
  if (outbox->in_flight("deposit")) return {};
  if (have >= options.stake || TRY(store.meta("staked"))) {
    // Put up once: what was lost in a dispute is not topped up without being asked.
    TRY_STATUS(store.set_meta("staked", as_bytes("1")));
    is_staked = true;
    tell({"staked",
          fmt::format("stake: {} free, {} locked", ledger::format_units(stake.free, 18),
                      ledger::format_units(stake.locked, 18)),
          {}});
    return {};
  }
  const ledger::Uint256 missing = options.stake - have;
  const ledger::Uint256 balance = TRY(market.balance(self));
  if (balance < missing) {
    return fail("{} has {} tokens, but {} more are to be put up as its stake of {}", self.text(),
                ledger::format_units(balance, 18), ledger::format_units(missing, 18),
                ledger::format_units(options.stake, 18));
  }
  if (outbox->in_flight("approve stake")) return {};
  if (TRY(market.registry_allowance(self)) < missing)
    return outbox->submit("approve stake", market.approve_registry(missing));
  return outbox->submit("deposit", market.deposit(missing));
}

bool Node::is_busy() const {
  return (parts_->solver && parts_->solver->is_busy()) ||
         (parts_->challenger && parts_->challenger->is_busy());
}

const ledger::Address& Node::address() const { return parts_->context->config.self; }

std::uint16_t Node::swarm_port() const { return parts_->swarm->listen_port(); }

bool Node::is_registered() const { return parts_->is_registered; }

const Context& Node::context() const { return *parts_->context; }

}  // namespace lydian::node
