#include "lydian/crypto/ed25519.h"

#include <gtest/gtest.h>

namespace lydian::crypto {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1, tests 1 to 3.
const Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe2"
     "4655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302ae"
     "eb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28"
     "dc027beceea1ec40a"},
};

Ed25519Key key_of(const char* hex) { return Ed25519Key::from_seed(Root::from_hex(hex)->bytes); }

TEST(Ed25519, matches_rfc_8032) {
  for (const auto& vector : kVectors) {
    const Ed25519Key key = key_of(vector.seed);
    const Bytes message = *from_hex(vector.message);
    EXPECT_EQ(to_hex(key.public_key()), vector.public_key);
    EXPECT_EQ(to_hex(key.sign(message)), vector.signature);
    EXPECT_TRUE(ed25519_verify(key.public_key(), message, key.sign(message)));
  }
}

TEST(Ed25519, refuses_other_messages_keys_and_signatures) {
  const Ed25519Key key = Ed25519Key::generate();
  const Ed25519Signature signature = key.sign(as_bytes("root 1"));
  EXPECT_FALSE(ed25519_verify(key.public_key(), as_bytes("root 2"), signature));
  EXPECT_FALSE(ed25519_verify(Ed25519Key::generate().public_key(), as_bytes("root 1"), signature));
  for (const std::size_t at : {0u, 31u, 32u, 63u}) {
    Ed25519Signature changed = signature;
    changed[at] ^= 0x80;
    EXPECT_FALSE(ed25519_verify(key.public_key(), as_bytes("root 1"), changed)) << at;
  }
}

TEST(Ed25519, refuses_a_public_key_that_is_no_point) {
  Ed25519PublicKey none;
  none.fill(0xff);
  EXPECT_FALSE(ed25519_verify(none, {}, Ed25519Signature{}));
}

}  // namespace
}  // namespace lydian::crypto
