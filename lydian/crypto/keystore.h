// Ethereum Keystore V3 (the Web3 Secret Storage definition): one private key in a JSON file, under a
// password.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/address.h"
#include "lydian/crypto/secp256k1.h"

namespace lydian::crypto {

/// Memory is 128·n·r bytes. The default is the usual one of Ethereum's clients: 256 MiB and about a second.
struct ScryptCost {
  std::uint64_t n = 262144;
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

struct Pbkdf2Cost {
  std::uint64_t iterations = 262144;
};

class Keystore {
 public:
  /// Reads and checks the whole file, so that unlock can fail for the password alone. Refuses costs that
  /// would take more than 512 MiB or many seconds.
  static Result<Keystore> parse(std::string_view json);
  static Keystore create(const PrivateKey& key, std::string_view password, ScryptCost cost = {});

  /// Absent in files that do not name it.
  [[nodiscard]] const std::optional<Address>& address() const { return address_; }
  [[nodiscard]] Result<PrivateKey> unlock(std::string_view password) const;
  [[nodiscard]] std::string to_json() const;

 private:
  [[nodiscard]] std::array<std::uint8_t, 32> derive(std::string_view password) const;

  std::optional<Address> address_;
  std::string id_;
  std::variant<ScryptCost, Pbkdf2Cost> cost_;
  Bytes salt_;
  std::array<std::uint8_t, 16> iv_{};
  std::array<std::uint8_t, 32> ciphertext_{};
  Root mac_;
};

}  // namespace lydian::crypto
