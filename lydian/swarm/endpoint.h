// Where a peer listens: "<IPv4>:<port>" or "[<IPv6>]:<port>". Numbers only: a name would need a resolver,
// which can block and lie.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lydian/core/result.h"

namespace lydian::swarm {

/// The longest text of an endpoint: an IPv6 address in brackets, a colon and five digits.
inline constexpr std::size_t kEndpointTextMax = 53;

struct Endpoint {
  std::string address;  // without brackets
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

[[nodiscard]] std::string to_text(const Endpoint& endpoint);
/// Accepts exactly what to_text writes: addresses in their shortest form, ports 1 to 65535 without leading
/// zeros.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace lydian::swarm
