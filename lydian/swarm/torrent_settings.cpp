#include "lydian/swarm/torrent_settings.h"

#include <libtorrent/alert.hpp>

namespace lydian::swarm {
namespace {

using Pack = libtorrent::settings_pack;

void set_transport(Pack& pack) {
  // TCP alone: uTP yields to other traffic and is slower in bulk. Blobs are public and checked, so no
  // obfuscation.
  pack.set_bool(Pack::enable_outgoing_utp, false);
  pack.set_bool(Pack::enable_incoming_utp, false);
  pack.set_int(Pack::out_enc_policy, Pack::pe_disabled);
  pack.set_int(Pack::in_enc_policy, Pack::pe_disabled);
  // Bulk: enough requests and bytes in flight to keep a fast link busy.
  pack.set_int(Pack::max_out_request_queue, 2000);
  pack.set_int(Pack::max_allowed_in_request_queue, 4000);
  pack.set_int(Pack::send_buffer_watermark, 8 << 20);
  pack.set_int(Pack::send_buffer_low_watermark, 1 << 20);
  pack.set_int(Pack::send_buffer_watermark_factor, 200);
  // Everybody is served; nobody trades upload for download.
  pack.set_int(Pack::unchoke_slots_limit, -1);
  // Latency: hash requests and new connections wait for a tick.
  pack.set_int(Pack::tick_interval, 50);
  // A peer may not have the blob yet: try again soon, and do not give up.
  pack.set_int(Pack::min_reconnect_time, 1);
  pack.set_int(Pack::max_failcount, 100);
}

void set_limits(Pack& pack, const TorrentSwarmOptions& options) {
  pack.set_int(Pack::download_rate_limit, options.download_bytes_per_second_max);
  pack.set_int(Pack::upload_rate_limit, options.upload_bytes_per_second_max);
  pack.set_int(Pack::connections_limit, options.connections_max);
  pack.set_int(Pack::alert_queue_size, 100000);
}

void set_discovery(Pack& pack, const TorrentSwarmOptions& options) {
  pack.set_bool(Pack::enable_dht, true);
  pack.set_str(Pack::dht_bootstrap_nodes, "");  // the way in is add_peer
  pack.set_int(Pack::dht_max_dht_items, 20000);
  pack.set_bool(Pack::enable_upnp, !options.loopback);
  pack.set_bool(Pack::enable_natpmp, !options.loopback);
  pack.set_bool(Pack::enable_lsd, !options.loopback);
  pack.set_bool(Pack::allow_multiple_connections_per_ip, true);  // several nodes behind one gateway
  if (!options.loopback) return;
  pack.set_bool(Pack::dht_restrict_routing_ips, false);
  pack.set_bool(Pack::dht_restrict_search_ips, false);
  pack.set_bool(Pack::dht_prefer_verified_node_ids, false);
  pack.set_bool(Pack::dht_ignore_dark_internet, false);
}

}  // namespace

Pack settings_for(const TorrentSwarmOptions& options) {
  Pack pack;
  pack.set_str(Pack::user_agent, "Lydian");
  std::string interfaces;
  for (const Endpoint& endpoint : options.listen)
    interfaces += (interfaces.empty() ? "" : ",") + to_text(endpoint);
  pack.set_str(Pack::listen_interfaces, interfaces);
  pack.set_int(Pack::max_retry_port_bind, 0);  // the port asked for, or an error
  pack.set_bool(Pack::listen_system_port_fallback, false);
  namespace category = libtorrent::alert_category;
  pack.set_int(Pack::alert_mask, category::status | category::error | category::storage | category::dht);
  set_transport(pack);
  set_limits(pack, options);
  set_discovery(pack, options);
  return pack;
}

}  // namespace lydian::swarm
