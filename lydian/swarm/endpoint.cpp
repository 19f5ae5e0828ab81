#include "lydian/swarm/endpoint.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace lydian::swarm {
namespace {

constexpr std::string_view kWanted = "an endpoint is '<IPv4>:<port>' or '[<IPv6>]:<port>'";

/// The address in the one form that inet_ntop writes; none where it is no address of the family.
std::optional<std::string> canonical_address(int family, const std::string& text) {
  in6_addr binary{};  // holds either family
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inet_pton(family, text.c_str(), &binary) != 1) return std::nullopt;
  if (inet_ntop(family, &binary, out.data(), out.size()) == nullptr) return std::nullopt;
  return std::string(out.data());
}

}  // namespace

std::string to_text(const Endpoint& endpoint) {
  if (endpoint.address.contains(':')) return fmt::format("[{}]:{}", endpoint.address, endpoint.port);
  return fmt::format("{}:{}", endpoint.address, endpoint.port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  if (text.size() > kEndpointTextMax) return fail("{}; found {} characters", kWanted, text.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail("{}; found '{}'", kWanted, text);
  const bool bracketed = text.starts_with('[') && colon >= 2 && text[colon - 1] == ']';
  Endpoint endpoint{std::string(bracketed ? text.substr(1, colon - 2) : text.substr(0, colon)), 0};
  if (canonical_address(bracketed ? AF_INET6 : AF_INET, endpoint.address) != endpoint.address)
    return fail("{}, with the address in its shortest form; found '{}'", kWanted, text);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
  if (error != std::errc{} || stop != end || endpoint.port == 0 || to_text(endpoint) != text)
    return fail("{}, with a port from 1 to 65535; found '{}'", kWanted, text);
  return endpoint;
}

}  // namespace lydian::swarm
