#include "lydian/swarm/dht_board.h"

#include <algorithm>
#include <array>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/session.hpp>

namespace lydian::swarm {
namespace {

namespace lt = libtorrent;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kRetryAfterMin{250};
constexpr seconds kRetryAfterMax{30};
constexpr minutes kRefreshAfter{20};  // nodes may drop an item after two hours

constexpr std::string_view kSaltPrefix = "lydian job ";

std::string salt_for(std::uint64_t job) { return fmt::format("{}{}", kSaltPrefix, job); }

std::array<char, 32> key_chars(const crypto::Ed25519PublicKey& key) {
  std::array<char, 32> chars;
  std::ranges::copy(as_text(key), chars.begin());
  return chars;
}

crypto::Ed25519PublicKey key_bytes(const std::array<char, 32>& chars) {
  crypto::Ed25519PublicKey key;
  std::ranges::copy(as_bytes({chars.data(), chars.size()}), key.begin());
  return key;
}

/// What BEP 44 signs: the salt, the sequence and the bencoded value.
std::string signed_text(const std::string& salt, std::uint64_t sequence, const std::string& value) {
  return fmt::format("4:salt{}:{}3:seqi{}e1:v{}:{}", salt.size(), salt, sequence, value.size(), value);
}

}  // namespace

void DhtBoard::announce(const Announcement& announcement, const crypto::Ed25519Key& key) {
  const Topic topic{announcement.node, announcement.job};
  const auto known = announced_.find(topic);
  if (known != announced_.end() && !replaces(announcement, known->second.announcement)) return;
  announced_.insert_or_assign(topic, Announced{announcement, key, Clock::now(), kRetryAfterMin});
  learn(announcement);
}

void DhtBoard::put(const Announced& announced) {
  const std::string value(as_text(sign_announcement(announced.announcement, announced.key)));
  const std::string salt = salt_for(announced.announcement.job);
  const std::uint64_t sequence = announced.announcement.sequence;
  const auto signature = announced.key.sign(as_bytes(signed_text(salt, sequence, value)));
  session_.dht_put_item(
      key_chars(announced.announcement.node),
      [value, signature, sequence](lt::entry& item, std::array<char, 64>& out, std::int64_t& out_sequence,
                                   const std::string&) {
        item = value;
        std::ranges::copy(as_text(signature), out.begin());
        out_sequence = static_cast<std::int64_t>(sequence);
      },
      salt);
}

void DhtBoard::look_up(const crypto::Ed25519PublicKey& node, std::uint64_t job) {
  session_.dht_get_item(key_chars(node), salt_for(job));
}

std::optional<Announcement> DhtBoard::newest(const crypto::Ed25519PublicKey& node, std::uint64_t job) const {
  const auto found = newest_.find({node, job});
  if (found == newest_.end()) return std::nullopt;
  return found->second;
}

void DhtBoard::learn(const Announcement& announcement) {
  const auto [entry, added] = newest_.try_emplace({announcement.node, announcement.job}, announcement);
  if (!added && replaces(announcement, entry->second)) entry->second = announcement;
}

void DhtBoard::on_put(const lt::dht_put_alert& alert) {
  for (auto& [topic, announced] : announced_) {
    if (topic.first != key_bytes(alert.public_key) || salt_for(topic.second) != alert.salt) continue;
    if (alert.num_success > 0 && static_cast<std::uint64_t>(alert.seq) == announced.announcement.sequence) {
      announced.put_at = Clock::now() + kRefreshAfter;
      announced.retry_after = kRetryAfterMin;
    }
  }
}

/// Anybody may answer a lookup with anything.
void DhtBoard::on_item(const lt::dht_mutable_item_alert& alert) {
  if (alert.item.type() != lt::entry::string_t) return;
  const auto announcement = verify_announcement(as_bytes(alert.item.string()));
  if (!announcement || announcement->node != key_bytes(alert.key) ||
      salt_for(announcement->job) != alert.salt)
    return;
  learn(*announcement);
}

bool DhtBoard::take(const lt::alert& alert) {
  if (const auto* item = lt::alert_cast<lt::dht_mutable_item_alert>(&alert)) return on_item(*item), true;
  if (const auto* stored = lt::alert_cast<lt::dht_put_alert>(&alert)) return on_put(*stored), true;
  return false;
}

void DhtBoard::tick(Clock::time_point now) {
  for (auto& [topic, announced] : announced_) {
    if (now < announced.put_at) continue;
    put(announced);
    announced.put_at = now + announced.retry_after;  // unless it succeeds before
    announced.retry_after = std::min<Clock::duration>(2 * announced.retry_after, kRetryAfterMax);
  }
}

}  // namespace lydian::swarm
