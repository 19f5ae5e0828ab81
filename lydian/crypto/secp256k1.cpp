#include "lydian/crypto/secp256k1.h"

#include <openssl/crypto.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "lydian/core/ensure.h"
#include "lydian/crypto/keccak.h"
#include "lydian/crypto/random.h"

namespace lydian::crypto {
namespace {

/// Tables and a blinding against timing attacks; safe to use from any thread once made.
const secp256k1_context* context() {
  static const secp256k1_context* const made = [] {
    secp256k1_context* fresh = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    const auto seed = random_array<32>();
    ENSURE(secp256k1_context_randomize(fresh, seed.data()) == 1);
    return fresh;
  }();
  return made;
}

std::array<std::uint8_t, 64> coordinates(const secp256k1_pubkey& point) {
  std::array<std::uint8_t, 65> serialized;  // 4, x, y
  std::size_t size = serialized.size();
  secp256k1_ec_pubkey_serialize(context(), serialized.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  std::array<std::uint8_t, 64> both;
  std::copy(serialized.begin() + 1, serialized.end(), both.begin());
  return both;
}

Address address_of(ByteView public_key) { return Address::from_bytes(keccak256(public_key).view().last(20)); }

}  // namespace

PrivateKey PrivateKey::generate() {
  PrivateKey key;
  do fill_random(key.bytes_);
  while (secp256k1_ec_seckey_verify(context(), key.bytes_.data()) != 1);
  return key;
}

Result<PrivateKey> PrivateKey::from_bytes(ByteView bytes) {
  if (bytes.size() != 32) return fail("a private key has 32 bytes, found {}", bytes.size());
  if (secp256k1_ec_seckey_verify(context(), bytes.data()) != 1)
    return fail("the private key is zero or not below the order of secp256k1");
  PrivateKey key;
  std::ranges::copy(bytes, key.bytes_.begin());
  return key;
}

PrivateKey::~PrivateKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::array<std::uint8_t, 64> PrivateKey::public_key() const {
  secp256k1_pubkey point;
  ENSURE(secp256k1_ec_pubkey_create(context(), &point, bytes_.data()) == 1);
  return coordinates(point);
}

Address PrivateKey::address() const { return address_of(public_key()); }

RecoverableSignature PrivateKey::sign(const Root& digest) const {
  secp256k1_ecdsa_recoverable_signature raw;
  ENSURE(secp256k1_ecdsa_sign_recoverable(context(), &raw, digest.bytes.data(), bytes_.data(), nullptr,
                                          nullptr) == 1);
  std::array<std::uint8_t, 64> compact;
  int recovery_id = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact.data(), &recovery_id, &raw);
  return {Root::from_bytes(ByteView(compact).first(32)), Root::from_bytes(ByteView(compact).last(32)),
          static_cast<std::uint8_t>(recovery_id)};
}

Result<Address> recover_address(const Root& digest, const RecoverableSignature& signature) {
  if (signature.recovery_id > 3)
    return fail("signature: recovery id {}, 0 to 3 are possible", signature.recovery_id);
  std::array<std::uint8_t, 64> compact;
  std::ranges::copy(signature.r.bytes, compact.begin());
  std::ranges::copy(signature.s.bytes, compact.begin() + 32);
  secp256k1_ecdsa_recoverable_signature raw;
  secp256k1_ecdsa_signature plain;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &raw, compact.data(),
                                                          signature.recovery_id) != 1)
    return fail("signature: r or s is not below the order of secp256k1");
  secp256k1_ecdsa_recoverable_signature_convert(context(), &plain, &raw);
  if (secp256k1_ecdsa_signature_normalize(context(), nullptr, &plain) == 1)
    return fail("signature: s is in the upper half of the order, only the lower half is accepted (EIP-2)");
  secp256k1_pubkey point;
  if (secp256k1_ecdsa_recover(context(), &point, &raw, digest.bytes.data()) != 1)
    return fail("signature: no public key could have made it");
  return address_of(coordinates(point));
}

}  // namespace lydian::crypto
