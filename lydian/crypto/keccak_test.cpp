#include "lydian/crypto/keccak.h"

#include <gtest/gtest.h>

namespace lydian::crypto {
namespace {

TEST(Keccak256, matches_the_published_vectors) {
  // The Keccak team's original submission and Ethereum's own use of it.
  const std::pair<std::string, const char*> vectors[] = {
      {"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
      {"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
      {"Transfer(address,address,uint256)",
       "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"},
  };
  for (const auto& [message, digest] : vectors)
    EXPECT_EQ(keccak256(as_bytes(message)).hex(), digest) << message;
}

}  // namespace
}  // namespace lydian::crypto
