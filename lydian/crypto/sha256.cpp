#include "lydian/crypto/sha256.h"

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256_lanes.h"

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

namespace {

#ifdef __x86_64__
/// Fewer messages are done sooner one by one.
constexpr std::size_t kLanesMin = 10;

/// Hashes the first `count` messages, of one length, in the lanes of one call.
template <std::size_t Lanes>
void hash_in_lanes(std::span<const ByteView> messages, std::size_t count, std::span<Root> out) {
  std::array<ByteView, Lanes> group;
  group.fill(messages[0]);  // lanes left over repeat the first message
  std::ranges::copy(messages.first(count), group.begin());
  std::array<Root, Lanes> digests;
  sha256_lanes(group, digests);
  std::ranges::copy_n(digests.begin(), static_cast<std::ptrdiff_t>(count), out.begin());
}

/// Hashes messages from the front, at least one. How many.
std::size_t hash_group(std::span<const ByteView> messages, std::span<Root> out) {
  std::size_t count = 1;
  while (count < std::min(2 * kSha256Lanes, messages.size()) && messages[count].size() == messages[0].size())
    ++count;
  if (count < kLanesMin || !has_sha256_lanes()) {
    out[0] = sha256(messages[0]);
    return 1;
  }
  if (count < kSha256Lanes + kLanesMin) {
    count = std::min(count, kSha256Lanes);
    hash_in_lanes<kSha256Lanes>(messages, count, out);
  } else {
    hash_in_lanes<2 * kSha256Lanes>(messages, count, out);
  }
  return count;
}
#else
std::size_t hash_group(std::span<const ByteView> messages, std::span<Root> out) {
  out[0] = sha256(messages[0]);
  return 1;
}
#endif

}  // namespace

Root sha256_pair(const Root& left, const Root& right) {
  std::array<std::uint8_t, 64> both;
  std::ranges::copy(left.bytes, both.begin());
  std::ranges::copy(right.bytes, both.begin() + 32);
  return sha256(both);
}

void sha256_many(std::span<const ByteView> messages, std::span<Root> out) {
  ENSURE(messages.size() == out.size(), "{} messages, {} digests", messages.size(), out.size());
  while (!messages.empty()) {
    const std::size_t taken = hash_group(messages, out);
    messages = messages.subspan(taken);
    out = out.subspan(taken);
  }
}

}  // namespace lydian::crypto
