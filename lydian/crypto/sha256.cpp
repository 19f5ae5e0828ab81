#include "lydian/crypto/sha256.h"

#include "lydian/core/ensure.h"

#ifdef LYDIAN_CORE_ONLY
#include "lydian/crypto/sha256_portable.h"
#else
// The block functions themselves: EVP looks its algorithm up and allocates for each message, which for a pair
// of tree nodes costs more than the hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#endif

namespace lydian::crypto {

#ifdef LYDIAN_CORE_ONLY
Root sha256(ByteView message) { return sha256_portable(message); }
#else
Root sha256(ByteView message) {
  Root digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(digest.bytes.data(), &context);
  return digest;
}
#endif

Root sha256_pair(const Root& left, const Root& right) {
  std::array<std::uint8_t, 64> both;
  std::ranges::copy(left.bytes, both.begin());
  std::ranges::copy(right.bytes, both.begin() + 32);
  return sha256(both);
}

void sha256_many(std::span<const ByteView> messages, std::span<Root> out) {
  ENSURE(messages.size() == out.size(), "{} messages, {} digests", messages.size(), out.size());
  for (std::size_t i = 0; i < messages.size(); ++i) out[i] = sha256(messages[i]);
}

}  // namespace lydian::crypto
