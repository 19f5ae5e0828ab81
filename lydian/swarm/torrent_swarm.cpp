#include "lydian/swarm/torrent_swarm.h"

#include <algorithm>
#include <future>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <libtorrent/write_resume_data.hpp>
#include <map>

#include "lydian/core/ensure.h"
#include "lydian/core/file.h"
#include "lydian/swarm/background_queue.h"
#include "lydian/swarm/dht_board.h"
#include "lydian/swarm/info_dictionary.h"
#include "lydian/swarm/torrent_settings.h"

namespace lydian::swarm {
namespace {

namespace fs = std::filesystem;
namespace lt = libtorrent;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr lt::file_index_t kOnlyFile{0};
constexpr seconds kListenTimeout{10};
constexpr seconds kSaveEvery{1};
constexpr milliseconds kDhtAnnounceFirst{500};
constexpr seconds kDhtAnnounceMax{900};
constexpr milliseconds kReconnectFirst{500};
constexpr seconds kReconnectMax{4};
constexpr std::size_t kKnownPeersMax = 64;

lt::tcp::endpoint to_tcp(const Endpoint& endpoint) {
  return {lt::make_address(endpoint.address), endpoint.port};
}

Result<std::shared_ptr<lt::torrent_info>> torrent_info_for(const BlobId& id) {
  const std::string torrent = "d4:info" + info_dictionary(id) + "e";
  lt::error_code error;
  auto info = std::make_shared<lt::torrent_info>(lt::span<const char>(torrent), error, lt::from_span);
  if (error) return fail("blob {}: libtorrent refuses it: {}", to_text(id), error.message());
  ENSURE(as_text(info_hash(id).view()) == std::string_view(info->info_hashes().v2.data(), 32));
  return info;
}

/// The hashes of pieces that an earlier run learned; the pieces themselves are checked against them. A file
/// that is damaged or about something else costs only the bytes received before.
void take_resume_data(const fs::path& file, lt::add_torrent_params& params) {
  const auto content = read_file(file);
  if (!content) return;
  lt::error_code error;
  const std::string_view text = as_text(*content);
  lt::add_torrent_params saved =
      lt::read_resume_data({text.data(), static_cast<std::ptrdiff_t>(text.size())}, error);
  if (error) return;
  params.merkle_trees = std::move(saved.merkle_trees);
  params.merkle_tree_mask = std::move(saved.merkle_tree_mask);
  params.verified_leaf_hashes = std::move(saved.verified_leaf_hashes);
}

/// Runs what calls libtorrent; its exceptions end here.
template <typename Body>
Status guarded(Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    return fail("libtorrent: {}", error.what());
  }
}

template <typename Body>
void attempt(Body body) {
  static_cast<void>(guarded([&]() -> Status { return body(), Status{}; }));
}

}  // namespace

class TorrentSwarm::Impl {
 public:
  Impl(const TorrentSwarmOptions& options, lt::session_params params)
      : folder_(fs::absolute(options.folder)), session_(std::move(params)), board_(session_) {}

  Status listen();
  Status publish(const BlobId& id, const fs::path& file);
  Status fetch(const FetchRequest& request);
  [[nodiscard]] std::optional<Transfer> transfer(const BlobId& id) const;
  void forget(const BlobId& id);
  void add_peer(const Endpoint& peer);
  [[nodiscard]] std::uint16_t listen_port() const { return listen_port_; }
  DhtBoard& board() { return board_; }
  void tick();

 private:
  struct Entry {
    fs::path file;     // where the blob is, or will be
    fs::path partial;  // empty: published
    lt::torrent_handle handle;
    Transfer transfer;
    std::vector<Endpoint> peers;
    Clock::time_point deadline = Clock::time_point::max();
    Clock::time_point save_at;
    Clock::time_point reconnect_at;
    Clock::duration reconnect_again = kReconnectFirst;
    Clock::time_point announce_at;
    Clock::duration announce_again = kDhtAnnounceFirst;
    bool verifying = false;  // set once: libtorrent reports a flush for the renaming too
    std::future<Status> verification;
  };

  Status start(const BlobId& id, Entry entry, bool upload_only);
  Status extend(Entry& entry, const FetchRequest& request);
  Status fetch_empty(const FetchRequest& request);
  void fail_transfer(Entry& entry, const std::string& error);
  Entry* entry_of(const lt::torrent_handle& handle);
  fs::path resume_file(const Entry& entry) const { return entry.partial.string() + ".resume"; }

  void take(const lt::alert& alert);
  void on_status(const lt::state_update_alert& alert);
  void on_checked(Entry& entry);
  void on_finished(Entry& entry);
  void on_flushed(Entry& entry);
  void on_verified(Entry& entry);
  void on_renamed(Entry& entry);
  void announce_blob(Entry& entry, Clock::time_point now);
  void reconnect_soon(Entry& entry);
  void reconnect(Entry& entry, Clock::time_point now);
  void advance(Entry& entry, Clock::time_point now);

  fs::path folder_;
  lt::session session_;
  std::uint16_t listen_port_ = 0;
  std::vector<Endpoint> known_peers_;
  std::map<BlobId, Entry> entries_;
  std::map<lt::torrent_handle, BlobId> blob_of_;
  DhtBoard board_;
  BackgroundQueue background_;
};

Status TorrentSwarm::Impl::listen() {
  for (const auto give_up = Clock::now() + kListenTimeout; Clock::now() < give_up;) {
    session_.wait_for_alert(milliseconds(100));
    std::vector<lt::alert*> alerts;
    session_.pop_alerts(&alerts);
    for (const lt::alert* alert : alerts) {
      if (const auto* failed = lt::alert_cast<lt::listen_failed_alert>(alert))
        return fail("cannot listen: {}", failed->message());
    }
    listen_port_ = session_.listen_port();
    if (listen_port_ != 0) return {};
  }
  return fail("cannot listen: no socket after {} seconds", kListenTimeout.count());
}

Status TorrentSwarm::Impl::start(const BlobId& id, Entry entry, bool upload_only) {
  lt::add_torrent_params params;
  params.ti = TRY(torrent_info_for(id));
  params.save_path = folder_.string();
  params.renamed_files[kOnlyFile] = (upload_only ? entry.file : entry.partial).string();
  params.flags &= ~lt::torrent_flags::auto_managed;
  // Peers that are there when a paused torrent resumes are tried at once, others with the next round.
  params.flags |= lt::torrent_flags::paused;
  if (upload_only) params.flags |= lt::torrent_flags::upload_mode;
  if (!upload_only) take_resume_data(resume_file(entry), params);
  for (const auto* peers : {&entry.peers, &known_peers_}) {
    for (const Endpoint& peer : *peers) params.peers.push_back(to_tcp(peer));
  }
  lt::error_code error;
  entry.handle = session_.add_torrent(std::move(params), error);
  if (error) return fail("blob {}: {}", to_text(id), error.message());
  if (upload_only || fs::exists(entry.partial)) entry.handle.resume();
  blob_of_[entry.handle] = id;
  entries_.insert_or_assign(id, std::move(entry));
  return {};
}

Status TorrentSwarm::Impl::publish(const BlobId& id, const fs::path& file) {
  const fs::path path = fs::absolute(file);
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return fail("{}: {}", path.string(), error.message());
  if (size != id.size_bytes)
    return fail("{}: expected {} bytes, found {}", path.string(), id.size_bytes, size);
  if (const auto known = entries_.find(id); known != entries_.end()) {
    const bool served = known->second.file == path && known->second.partial.empty();
    if (served && known->second.transfer.state != TransferState::kFailed) return {};
    forget(id);
  }
  Entry entry{.file = path};
  if (id.size_bytes > 0) return start(id, std::move(entry), true);
  if (id != blob_id_of({})) return fail("blob {}: no content of length 0 has this root", to_text(id));
  entry.transfer.state = TransferState::kAvailable;
  entries_.insert_or_assign(id, std::move(entry));
  return {};
}

Status TorrentSwarm::Impl::fetch_empty(const FetchRequest& request) {
  if (request.id != blob_id_of({}))
    return fail("blob {}: no content of length 0 has this root", to_text(request.id));
  TRY_STATUS(write_file_atomic(request.destination, {}));
  return publish(request.id, request.destination);
}

Status TorrentSwarm::Impl::extend(Entry& entry, const FetchRequest& request) {
  if (entry.file != fs::absolute(request.destination))
    return fail("blob {}: already on its way to or at {}", to_text(request.id), entry.file.string());
  if (entry.transfer.state != TransferState::kFetching && entry.transfer.state != TransferState::kChecking)
    return {};
  entry.deadline = Clock::now() + request.timeout;
  for (const Endpoint& peer : request.peers) {
    if (std::ranges::find(entry.peers, peer) == entry.peers.end()) entry.peers.push_back(peer);
  }
  reconnect_soon(entry);
  return {};
}

Status TorrentSwarm::Impl::fetch(const FetchRequest& request) {
  const auto known = entries_.find(request.id);
  if (known != entries_.end() && known->second.transfer.state != TransferState::kFailed)
    return extend(known->second, request);
  if (known != entries_.end()) forget(request.id);
  if (request.id.size_bytes == 0) return fetch_empty(request);
  Entry entry{.file = fs::absolute(request.destination),
              .partial = folder_ / fmt::format("{}-{}", request.id.root.hex(), request.id.size_bytes),
              .peers = request.peers,
              .deadline = Clock::now() + request.timeout};
  return start(request.id, std::move(entry), false);
}

std::optional<Transfer> TorrentSwarm::Impl::transfer(const BlobId& id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  return found->second.transfer;
}

void TorrentSwarm::Impl::forget(const BlobId& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  if (found->second.handle.is_valid()) session_.remove_torrent(found->second.handle);
  blob_of_.erase(found->second.handle);
  entries_.erase(found);
}

void TorrentSwarm::Impl::fail_transfer(Entry& entry, const std::string& error) {
  session_.remove_torrent(entry.handle);
  blob_of_.erase(entry.handle);
  entry.handle = {};
  entry.transfer.state = TransferState::kFailed;
  entry.transfer.error = error;
}

void TorrentSwarm::Impl::add_peer(const Endpoint& peer) {
  session_.add_dht_node({peer.address, peer.port});
  if (std::ranges::find(known_peers_, peer) != known_peers_.end()) return;
  if (known_peers_.size() == kKnownPeersMax) known_peers_.erase(known_peers_.begin());
  known_peers_.push_back(peer);
  for (auto& [id, entry] : entries_) reconnect_soon(entry);
}

TorrentSwarm::Impl::Entry* TorrentSwarm::Impl::entry_of(const lt::torrent_handle& handle) {
  const auto blob = blob_of_.find(handle);
  return blob == blob_of_.end() ? nullptr : &entries_.at(blob->second);
}

void TorrentSwarm::Impl::on_status(const lt::state_update_alert& alert) {
  for (const lt::torrent_status& status : alert.status) {
    Entry* entry = entry_of(status.handle);
    if (entry == nullptr) continue;
    entry->transfer.bytes_done =
        std::min(static_cast<std::uint64_t>(status.total_done), blob_of_.at(status.handle).size_bytes);
    entry->transfer.bytes_per_second = static_cast<std::uint64_t>(status.download_payload_rate);
    entry->transfer.peers = status.num_peers;
  }
}

void TorrentSwarm::Impl::on_checked(Entry& entry) {
  if (entry.transfer.state != TransferState::kChecking) return;
  if (!entry.partial.empty()) {
    entry.transfer.state = TransferState::kFetching;
    entry.handle.resume();
  } else if (entry.handle.status({}).is_seeding) {
    entry.transfer.state = TransferState::kAvailable;
  } else {
    fail_transfer(entry, fmt::format("{}: the file does not have the blob's root", entry.file.string()));
  }
}

/// All pieces are right in memory; the file may lag behind.
void TorrentSwarm::Impl::on_finished(Entry& entry) {
  if (entry.partial.empty() || entry.transfer.state == TransferState::kAvailable) return;
  entry.transfer.state = TransferState::kVerifying;
  entry.handle.flush_cache();
}

void TorrentSwarm::Impl::on_flushed(Entry& entry) {
  if (entry.transfer.state != TransferState::kVerifying || entry.verifying) return;
  entry.verifying = true;
  entry.verification = background_.run([file = entry.partial, id = blob_of_.at(entry.handle)]() -> Status {
    TRY_STATUS(verify_blob_file(file, id));
    return sync_to_disk(file);
  });
}

void TorrentSwarm::Impl::on_verified(Entry& entry) {
  const Status verified = entry.verification.get();
  if (verified) {
    entry.handle.rename_file(kOnlyFile, entry.file.string());
    return;
  }
  std::error_code ignored;
  fs::remove(entry.partial, ignored);
  fs::remove(resume_file(entry), ignored);
  fail_transfer(entry, verified.error().message);
}

void TorrentSwarm::Impl::on_renamed(Entry& entry) {
  if (const Status synced = sync_to_disk(entry.file.parent_path()); !synced)
    return fail_transfer(entry, synced.error().message);
  std::error_code ignored;
  fs::remove(resume_file(entry), ignored);
  entry.partial.clear();
  entry.transfer.state = TransferState::kAvailable;
}

void TorrentSwarm::Impl::take(const lt::alert& alert) {
  if (board_.take(alert)) return;
  if (const auto* update = lt::alert_cast<lt::state_update_alert>(&alert)) return on_status(*update);
  const auto* about = dynamic_cast<const lt::torrent_alert*>(&alert);
  Entry* entry = about == nullptr ? nullptr : entry_of(about->handle);
  if (entry == nullptr) return;
  if (lt::alert_cast<lt::torrent_checked_alert>(&alert)) return on_checked(*entry);
  if (lt::alert_cast<lt::torrent_finished_alert>(&alert)) return on_finished(*entry);
  if (lt::alert_cast<lt::cache_flushed_alert>(&alert)) return on_flushed(*entry);
  if (lt::alert_cast<lt::file_renamed_alert>(&alert)) return on_renamed(*entry);
  if (const auto* saved = lt::alert_cast<lt::save_resume_data_alert>(&alert)) {
    const std::vector<char> data = lt::write_resume_data_buf(saved->params);
    // Without it the next start fetches again what this one has: no reason to stop.
    static_cast<void>(write_file_atomic(resume_file(*entry), as_bytes({data.data(), data.size()})));
    return;
  }
  if (lt::alert_cast<lt::file_rename_failed_alert>(&alert) || lt::alert_cast<lt::file_error_alert>(&alert) ||
      lt::alert_cast<lt::torrent_error_alert>(&alert))
    fail_transfer(*entry, alert.message());
}

/// Tells the DHT of us and asks it for others; often at first, since it may not know anybody yet.
void TorrentSwarm::Impl::announce_blob(Entry& entry, Clock::time_point now) {
  if (!entry.handle.is_valid() || now < entry.announce_at) return;
  entry.handle.force_dht_announce();
  entry.announce_at = now + entry.announce_again;
  entry.announce_again = std::min<Clock::duration>(2 * entry.announce_again, kDhtAnnounceMax);
}

void TorrentSwarm::Impl::reconnect_soon(Entry& entry) {
  entry.reconnect_at = Clock::now();
  entry.reconnect_again = kReconnectFirst;
}

/// Asks every peer that is named again: those that are connected may have nothing, or nothing that is right.
/// Left to itself libtorrent would wait a second longer after each attempt that failed, up to half a minute;
/// a peer that a tracker names, as the ledger's registry names ours, is taken to be reachable, and counts one
/// failure less.
void TorrentSwarm::Impl::reconnect(Entry& entry, Clock::time_point now) {
  if (now < entry.reconnect_at) return;
  for (const auto* peers : {&entry.peers, &known_peers_}) {
    for (const Endpoint& peer : *peers) entry.handle.connect_peer(to_tcp(peer), lt::peer_info::tracker);
  }
  entry.reconnect_at = now + entry.reconnect_again;
  entry.reconnect_again = std::min<Clock::duration>(2 * entry.reconnect_again, kReconnectMax);
}

void TorrentSwarm::Impl::advance(Entry& entry, Clock::time_point now) {
  if (entry.verification.valid() && entry.verification.wait_for(seconds(0)) == std::future_status::ready)
    return on_verified(entry);
  announce_blob(entry, now);
  const TransferState state = entry.transfer.state;
  const bool waiting = state == TransferState::kFetching || state == TransferState::kChecking;
  if (entry.partial.empty() || !waiting) return;
  if (now >= entry.deadline)
    return fail_transfer(entry,
                         fmt::format("not complete in time: {} bytes received", entry.transfer.bytes_done));
  if (now >= entry.save_at) {
    entry.handle.save_resume_data(lt::torrent_handle::only_if_modified);
    entry.save_at = now + kSaveEvery;
  }
  reconnect(entry, now);
}

void TorrentSwarm::Impl::tick() {
  std::vector<lt::alert*> alerts;
  session_.pop_alerts(&alerts);
  for (const lt::alert* alert : alerts) take(*alert);
  session_.post_torrent_updates();
  const auto now = Clock::now();
  for (auto& [id, entry] : entries_) {
    const Status advanced = guarded([&]() -> Status { return advance(entry, now), Status{}; });
    if (!advanced) fail_transfer(entry, advanced.error().message);
  }
  board_.tick(now);
}

TorrentSwarm::TorrentSwarm(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TorrentSwarm::~TorrentSwarm() = default;

Result<std::unique_ptr<TorrentSwarm>> TorrentSwarm::open(const TorrentSwarmOptions& options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error)
    return fail("{}: cannot create the swarm's folder: {}", options.folder.string(), error.message());
  std::unique_ptr<Impl> impl;
  TRY_STATUS(guarded([&]() -> Status {
    impl = std::make_unique<Impl>(options, lt::session_params(settings_for(options)));
    return impl->listen();
  }));
  return std::unique_ptr<TorrentSwarm>(new TorrentSwarm(std::move(impl)));
}

Status TorrentSwarm::publish(const BlobId& id, const fs::path& file) {
  return guarded([&] { return impl_->publish(id, file); });
}
Status TorrentSwarm::fetch(const FetchRequest& request) {
  return guarded([&] { return impl_->fetch(request); });
}
std::optional<Transfer> TorrentSwarm::transfer(const BlobId& id) const { return impl_->transfer(id); }
std::uint16_t TorrentSwarm::listen_port() const { return impl_->listen_port(); }
std::optional<Announcement> TorrentSwarm::announcement(const crypto::Ed25519PublicKey& node,
                                                       std::uint64_t job) const {
  return impl_->board().newest(node, job);
}

// What these could report has no taker: the session is there as long as the object is, and a torrent that has
// gone is as good as forgotten.
void TorrentSwarm::forget(const BlobId& id) {
  attempt([&] { impl_->forget(id); });
}
void TorrentSwarm::add_peer(const Endpoint& peer) {
  attempt([&] { impl_->add_peer(peer); });
}
void TorrentSwarm::announce(const Announcement& announcement, const crypto::Ed25519Key& key) {
  attempt([&] { impl_->board().announce(announcement, key); });
}
void TorrentSwarm::look_up(const crypto::Ed25519PublicKey& node, std::uint64_t job) {
  attempt([&] { impl_->board().look_up(node, job); });
}
void TorrentSwarm::tick() {
  attempt([&] { impl_->tick(); });
}

}  // namespace lydian::swarm
