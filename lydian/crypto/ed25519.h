// Ed25519 (RFC 8032): the keys by which nodes know each other.
#pragma once

#include <array>
#include <cstdint>

#include "lydian/core/bytes.h"

namespace lydian::crypto {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// A key pair, kept as the seed it follows from and wiped from memory when it goes.
class Ed25519Key {
 public:
  static Ed25519Key generate();
  static Ed25519Key from_seed(const std::array<std::uint8_t, 32>& seed);

  Ed25519Key(const Ed25519Key&) = default;
  Ed25519Key& operator=(const Ed25519Key&) = default;
  ~Ed25519Key();

  [[nodiscard]] const std::array<std::uint8_t, 32>& seed() const { return seed_; }
  [[nodiscard]] const Ed25519PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] Ed25519Signature sign(ByteView message) const;

 private:
  Ed25519Key() = default;
  std::array<std::uint8_t, 32> seed_{};
  Ed25519PublicKey public_key_{};
};

[[nodiscard]] bool ed25519_verify(const Ed25519PublicKey& key, ByteView message,
                                  const Ed25519Signature& signature);

}  // namespace lydian::crypto
