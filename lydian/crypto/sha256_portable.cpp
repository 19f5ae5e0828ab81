#include "lydian/crypto/sha256_portable.h"

#include "lydian/crypto/sha256_constants.h"

namespace lydian::crypto {
namespace {

using std::rotr;
constexpr std::size_t kBlock = 64;

void compress(std::array<std::uint32_t, 8>& hash, const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t t = 0; t < 16; ++t) w[t] = load_be<std::uint32_t>(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const std::uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
  auto [a, b, c, d, e, f, g, h] = hash;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const std::uint32_t choose = (e & f) ^ (~e & g);
    const std::uint32_t t1 = h + sum1 + choose + kSha256Rounds[t] + w[t];
    const std::uint32_t sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + sum0 + majority;
  }
  const std::array<std::uint32_t, 8> change = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) hash[i] += change[i];
}

}  // namespace

Root sha256_portable(ByteView message) {
  std::array<std::uint32_t, 8> hash = kSha256Initial;
  ByteView rest = message;
  for (; rest.size() >= kBlock; rest = rest.subspan(kBlock)) compress(hash, rest.data());

  // The end: the remaining bytes, one set bit, zeros, and the message's length in bits.
  std::array<std::uint8_t, 2 * kBlock> tail{};
  std::ranges::copy(rest, tail.begin());
  tail[rest.size()] = 0x80;
  const std::size_t tail_size = rest.size() + 9 <= kBlock ? kBlock : 2 * kBlock;
  store_be<std::uint64_t>(&tail[tail_size - 8], std::uint64_t{message.size()} * 8);
  for (std::size_t at = 0; at < tail_size; at += kBlock) compress(hash, &tail[at]);

  Root digest;
  for (std::size_t i = 0; i < 8; ++i) store_be<std::uint32_t>(&digest.bytes[4 * i], hash[i]);
  return digest;
}

}  // namespace lydian::crypto
