#include "lydian/crypto/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "lydian/core/ensure.h"
#include "lydian/crypto/random.h"

namespace lydian::crypto {
namespace {

template <auto kFree>
struct Deleter {
  void operator()(auto* pointer) const { kFree(pointer); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

KeyHandle private_handle(const std::array<std::uint8_t, 32>& seed) {
  KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  ENSURE(key != nullptr);
  return key;
}

}  // namespace

Ed25519Key Ed25519Key::generate() { return from_seed(random_array<32>()); }

Ed25519Key Ed25519Key::from_seed(const std::array<std::uint8_t, 32>& seed) {
  Ed25519Key key;
  key.seed_ = seed;
  std::size_t size = key.public_key_.size();
  ENSURE(EVP_PKEY_get_raw_public_key(private_handle(seed).get(), key.public_key_.data(), &size) == 1);
  return key;
}

Ed25519Key::~Ed25519Key() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

Ed25519Signature Ed25519Key::sign(ByteView message) const {
  const KeyHandle key = private_handle(seed_);
  const DigestHandle context(EVP_MD_CTX_new());
  Ed25519Signature signature;
  std::size_t size = signature.size();
  ENSURE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  ENSURE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
  return signature;
}

bool ed25519_verify(const Ed25519PublicKey& public_key, ByteView message, const Ed25519Signature& signature) {
  const KeyHandle key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  ENSURE(key != nullptr);
  const DigestHandle context(EVP_MD_CTX_new());
  ENSURE(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace lydian::crypto
