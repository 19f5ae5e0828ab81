// In the compilers' vector types, so that the rounds read as in FIPS 180-4; the flags of this file make them
// AVX-512.
#include "lydian/crypto/sha256_constants.h"
#include "lydian/crypto/sha256_lanes.h"

namespace lydian::crypto {
namespace {

constexpr std::size_t kBlock = 64;

/// One 32-bit word of each message.
typedef std::uint32_t Word __attribute__((vector_size(64)));
typedef std::uint64_t Pair __attribute__((vector_size(64)));
struct Hash {
  Word word[8];
};
struct Schedule {
  Word word[16];
};

Word rotr(Word x, int n) { return (x >> n) | (x << (32 - n)); }

// The halves of 128-bit quarters of two registers in turn, and every other quarter of both.
Word low_words(Word a, Word b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}
Word high_words(Word a, Word b) {
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
Word low_pairs(Word a, Word b) {
  return (Word)__builtin_shufflevector((Pair)a, (Pair)b, 0, 8, 2, 10, 4, 12, 6, 14);
}
Word high_pairs(Word a, Word b) {
  return (Word)__builtin_shufflevector((Pair)a, (Pair)b, 1, 9, 3, 11, 5, 13, 7, 15);
}
Word even_quarters(Word a, Word b) {
  return (Word)__builtin_shufflevector((Pair)a, (Pair)b, 0, 1, 4, 5, 8, 9, 12, 13);
}
Word odd_quarters(Word a, Word b) {
  return (Word)__builtin_shufflevector((Pair)a, (Pair)b, 2, 3, 6, 7, 10, 11, 14, 15);
}

/// The first 16 words of 64 bytes, turned from big-endian.
Word load_row(const std::uint8_t* block) {
  Word row;
  std::memcpy(&row, block, sizeof row);
  const Word bytes_swapped = ((row & 0xff00ff00u) >> 8) | ((row & 0x00ff00ffu) << 8);
  return rotr(bytes_swapped, 16);
}

/// Word t of every message in register t: the rows transposed.
Schedule load_words(const std::uint8_t* const* blocks) {
  Word row[16], pair[16], quad[16];
  for (std::size_t i = 0; i < 16; ++i) row[i] = load_row(blocks[i]);
  for (std::size_t i = 0; i < 16; i += 2) {
    pair[i] = low_words(row[i], row[i + 1]);
    pair[i + 1] = high_words(row[i], row[i + 1]);
  }
  for (std::size_t i = 0; i < 16; i += 4) {
    quad[i] = low_pairs(pair[i], pair[i + 2]);
    quad[i + 1] = high_pairs(pair[i], pair[i + 2]);
    quad[i + 2] = low_pairs(pair[i + 1], pair[i + 3]);
    quad[i + 3] = high_pairs(pair[i + 1], pair[i + 3]);
  }
  // Quarter q of quad[4r + c] is word 4q + c of messages 4r to 4r + 3.
  Schedule schedule;
  for (std::size_t c = 0; c < 4; ++c) {
    const Word even_low = even_quarters(quad[c], quad[4 + c]);
    const Word even_high = even_quarters(quad[8 + c], quad[12 + c]);
    const Word odd_low = odd_quarters(quad[c], quad[4 + c]);
    const Word odd_high = odd_quarters(quad[8 + c], quad[12 + c]);
    schedule.word[c] = even_quarters(even_low, even_high);
    schedule.word[4 + c] = even_quarters(odd_low, odd_high);
    schedule.word[8 + c] = odd_quarters(even_low, even_high);
    schedule.word[12 + c] = odd_quarters(odd_low, odd_high);
  }
  return schedule;
}

/// One round of one group of messages: section 6.2.2, steps 1 and 3. The registers are named by their places
/// in the rotating state, so that nothing is moved.
void round(std::size_t t, Hash& hash, Schedule& schedule) {
  Word* w = schedule.word;
  if (t >= 16) {
    const Word w15 = w[(t + 1) % 16];
    const Word w2 = w[(t + 14) % 16];
    const Word s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ (w15 >> 3);
    const Word s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ (w2 >> 10);
    w[t % 16] = (w[t % 16] + s0) + (w[(t + 9) % 16] + s1);
  }
  const auto at = [&](std::size_t place) -> Word& { return hash.word[(place + 64 - t) % 8]; };
  const Word a = at(0), b = at(1), c = at(2), e = at(4), f = at(5), g = at(6);
  const Word sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
  const Word choose = (e & f) ^ (~e & g);
  const Word t1 = (at(7) + (w[t % 16] + kSha256Rounds[t]) + choose) + sum1;
  const Word sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
  const Word majority = (a & b) ^ (a & c) ^ (b & c);
  at(3) += t1;
  at(7) = t1 + (sum0 + majority);
}

/// One block of each message into its group's hash. A round waits for the one before it, so two groups take
/// turns: what one waits for, the other fills.
template <std::size_t Groups>
[[gnu::noinline]] void compress(std::array<Hash, Groups>& hashes, const std::uint8_t* const* blocks) {
  std::array<Schedule, Groups> schedules;
  for (std::size_t g = 0; g < Groups; ++g) schedules[g] = load_words(blocks + g * kSha256Lanes);
  std::array<Hash, Groups> next = hashes;
#pragma GCC unroll 64
  for (std::size_t t = 0; t < 64; ++t) {
#pragma GCC unroll 2
    for (std::size_t g = 0; g < Groups; ++g) round(t, next[g], schedules[g]);
  }
  for (std::size_t g = 0; g < Groups; ++g) {
    for (std::size_t i = 0; i < 8; ++i) hashes[g].word[i] += next[g].word[i];
  }
}

/// The end of a message: its last bytes, one set bit, zeros, its length in bits. All lanes need as many
/// blocks.
template <std::size_t Count>
struct Tails {
  std::array<std::array<std::uint8_t, 2 * kBlock>, Count> bytes{};
  std::size_t size = 0;

  explicit Tails(std::span<const ByteView, Count> messages) {
    const std::size_t length = messages[0].size();
    const std::size_t rest = length % kBlock;
    size = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
    for (std::size_t lane = 0; lane < Count; ++lane) {
      std::ranges::copy(messages[lane].last(rest), bytes[lane].begin());
      bytes[lane][rest] = 0x80;
      store_be<std::uint64_t>(&bytes[lane][size - 8], std::uint64_t{length} * 8);
    }
  }
};

template <std::size_t Groups>
void hash_groups(std::span<const ByteView, Groups * kSha256Lanes> messages, std::span<Root> out) {
  constexpr std::size_t kCount = Groups * kSha256Lanes;
  std::array<Hash, Groups> hashes;
  for (Hash& hash : hashes) {
    for (std::size_t i = 0; i < 8; ++i) hash.word[i] = Word{} + kSha256Initial[i];
  }
  std::array<const std::uint8_t*, kCount> blocks;  // the next block of each message
  const std::size_t whole = messages[0].size() / kBlock * kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) {
    for (std::size_t lane = 0; lane < kCount; ++lane) blocks[lane] = messages[lane].data() + at;
    compress(hashes, blocks.data());
  }
  const Tails<kCount> tails(messages);
  for (std::size_t at = 0; at < tails.size; at += kBlock) {
    for (std::size_t lane = 0; lane < kCount; ++lane) blocks[lane] = &tails.bytes[lane][at];
    compress(hashes, blocks.data());
  }
  for (std::size_t lane = 0; lane < kCount; ++lane) {
    for (std::size_t i = 0; i < 8; ++i)
      store_be<std::uint32_t>(&out[lane].bytes[4 * i],
                              hashes[lane / kSha256Lanes].word[i][lane % kSha256Lanes]);
  }
}

}  // namespace

bool has_sha256_lanes() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return has;
}

void sha256_lanes(std::span<const ByteView, kSha256Lanes> messages, std::span<Root> out) {
  hash_groups<1>(messages, out);
}

void sha256_lanes(std::span<const ByteView, 2 * kSha256Lanes> messages, std::span<Root> out) {
  hash_groups<2>(messages, out);
}

}  // namespace lydian::crypto
