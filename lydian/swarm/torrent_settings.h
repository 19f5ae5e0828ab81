// libtorrent's settings for our kind of swarm. Private to this folder's .cpp files.
#pragma once

#include <libtorrent/settings_pack.hpp>

#include "lydian/swarm/torrent_swarm.h"

namespace lydian::swarm {

[[nodiscard]] libtorrent::settings_pack settings_for(const TorrentSwarmOptions& options);

}  // namespace lydian::swarm
