#include "lydian/crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "lydian/crypto/sha256_portable.h"

namespace lydian::crypto {
namespace {

struct Vector {
  std::string message;
  const char* digest;
};

// FIPS 180-4's examples, and NIST CAVP's empty message.
const Vector kVectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "t"
     "nopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>((i * 2654435761u) >> 13);
  return bytes;
}

TEST(Sha256, matches_the_published_vectors) {
  for (const auto& vector : kVectors) {
    EXPECT_EQ(sha256(as_bytes(vector.message)).hex(), vector.digest);
    EXPECT_EQ(sha256_portable(as_bytes(vector.message)).hex(), vector.digest);
  }
}

TEST(Sha256, portable_agrees_with_the_library_at_every_length_around_the_padding) {
  const Bytes bytes = noise(300);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const ByteView message = ByteView(bytes).first(size);
    ASSERT_EQ(sha256(message), sha256_portable(message)) << size << " bytes";
  }
}

TEST(Sha256, pair_is_the_hash_of_both_in_order) {
  const Root left = sha256(as_bytes("left"));
  const Root right = sha256(as_bytes("right"));
  Bytes both(left.bytes.begin(), left.bytes.end());
  both.insert(both.end(), right.bytes.begin(), right.bytes.end());
  EXPECT_EQ(sha256_pair(left, right), sha256(both));
  EXPECT_NE(sha256_pair(left, right), sha256_pair(right, left));
}

TEST(Sha256, many_equals_one_by_one_for_any_mix_of_lengths) {
  const Bytes bytes = noise(70'000);
  for (const std::size_t count : {0, 1, 2, 15, 16, 17, 25, 26, 31, 32, 33, 100}) {
    for (const std::size_t common : {0, 1, 63, 64, 119, 120, 16384}) {
      std::vector<ByteView> messages;
      for (std::size_t i = 0; i < count; ++i) messages.push_back(ByteView(bytes).subspan(i * 7, common));
      if (count == 17 || count == 100)  // one of another length parts them
        messages[count / 2] = ByteView(bytes).first(common / 2 + 3);
      std::vector<Root> digests(count);
      sha256_many(messages, digests);
      for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(digests[i], sha256_portable(messages[i])) << count << " " << i;
    }
  }
}

}  // namespace
}  // namespace lydian::crypto
