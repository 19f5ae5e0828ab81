#include "lydian/dispute/moves.h"

#include "lydian/crypto/keccak.h"

namespace lydian::dispute {

Root posted_hash(std::span<const Root> roots) {
  Bytes words;
  for (const Root& root : roots) words.insert(words.end(), root.bytes.begin(), root.bytes.end());
  return crypto::keccak256(words);
}

Root posted_hash(std::span<const std::uint32_t> values) {
  constexpr std::size_t kWord = 32;
  Bytes words(values.size() * kWord);
  for (std::size_t i = 0; i < values.size(); ++i) store_be(words.data() + (i + 1) * kWord - 4, values[i]);
  return crypto::keccak256(words);
}

std::vector<Root> chunk_hashes(ByteView block) {
  std::vector<Root> hashes;
  for (std::size_t at = 0; at < block.size(); at += kChunkBytes)
    hashes.push_back(crypto::keccak256(block.subspan(at, std::min(kChunkBytes, block.size() - at))));
  return hashes;
}

}  // namespace lydian::dispute
