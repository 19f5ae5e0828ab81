// Ethereum keys: ECDSA over secp256k1 with recoverable signatures.
#pragma once

#include <array>
#include <cstdint>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/address.h"

namespace lydian::crypto {

/// s is always in the lower half of the group's order (EIP-2).
struct RecoverableSignature {
  Root r;
  Root s;
  std::uint8_t recovery_id = 0;  // 0 or 1 (2 and 3 exist, with probability 2^-127)

  auto operator<=>(const RecoverableSignature&) const = default;
};

/// A key that is wiped from memory when it goes.
class PrivateKey {
 public:
  static PrivateKey generate();
  /// Refuses zero and what is not below the group's order.
  static Result<PrivateKey> from_bytes(ByteView bytes);

  PrivateKey(const PrivateKey&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;
  ~PrivateKey();

  [[nodiscard]] ByteView bytes() const { return bytes_; }
  [[nodiscard]] Address address() const;
  /// The point's x and y, 32 bytes each.
  [[nodiscard]] std::array<std::uint8_t, 64> public_key() const;
  /// Deterministic (RFC 6979).
  [[nodiscard]] RecoverableSignature sign(const Root& digest) const;

 private:
  PrivateKey() = default;
  std::array<std::uint8_t, 32> bytes_{};
};

/// The address whose key made this signature of this digest. Refuses s in the upper half.
[[nodiscard]] Result<Address> recover_address(const Root& digest, const RecoverableSignature& signature);

}  // namespace lydian::crypto
