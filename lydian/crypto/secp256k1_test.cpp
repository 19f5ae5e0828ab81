#include "lydian/crypto/secp256k1.h"

#include <gtest/gtest.h>

#include "lydian/crypto/keccak.h"

namespace lydian::crypto {
namespace {

PrivateKey key_of(const char* hex) { return *PrivateKey::from_bytes(*from_hex(hex)); }

TEST(Secp256k1, derives_the_addresses_everybody_knows) {
  // The first two accounts of the mnemonic "test test ... junk", and EIP-155's example key.
  EXPECT_EQ(key_of("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80").address().text(),
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(key_of("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d").address().text(),
            "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  EXPECT_EQ(key_of("4646464646464646464646464646464646464646464646464646464646464646").address().text(),
            "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
}

TEST(Secp256k1, signs_the_example_of_eip_155) {
  const Root digest = *Root::from_hex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
  const RecoverableSignature signature =
      key_of("4646464646464646464646464646464646464646464646464646464646464646").sign(digest);
  EXPECT_EQ(signature.r.hex(), "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276");
  EXPECT_EQ(signature.s.hex(), "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
  EXPECT_EQ(signature.recovery_id, 0);
}

TEST(Secp256k1, recovers_the_signer) {
  for (int i = 0; i < 20; ++i) {
    const PrivateKey key = PrivateKey::generate();
    const Root digest = keccak256(key.bytes());
    const auto signer = recover_address(digest, key.sign(digest));
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ(*signer, key.address());
    const auto other = recover_address(keccak256(digest.view()), key.sign(digest));
    EXPECT_TRUE(!other || *other != key.address());
  }
}

TEST(Secp256k1, refuses_signatures_that_are_none) {
  const PrivateKey key = key_of("4646464646464646464646464646464646464646464646464646464646464646");
  const Root digest = keccak256({});
  const RecoverableSignature good = key.sign(digest);
  auto bad = good;
  bad.recovery_id = 4;
  EXPECT_FALSE(recover_address(digest, bad));
  bad = good;
  bad.r = Root{};
  EXPECT_FALSE(recover_address(digest, bad));
  bad = good;
  bad.s.bytes.fill(0xff);
  EXPECT_FALSE(recover_address(digest, bad));
  // The other signature of the same digest: s replaced by the order minus s.
  const Root order = *Root::from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  bad = good;
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = order.bytes[i] - good.s.bytes[i] - borrow;
    borrow = difference < 0;
    bad.s.bytes[i] = static_cast<std::uint8_t>(difference);
  }
  bad.recovery_id ^= 1;
  const auto high = recover_address(digest, bad);
  ASSERT_FALSE(high);
  EXPECT_NE(high.error().message.find("upper half"), std::string::npos);
}

TEST(Secp256k1, refuses_private_keys_outside_the_group) {
  EXPECT_FALSE(PrivateKey::from_bytes(Bytes(32, 0)));
  EXPECT_FALSE(PrivateKey::from_bytes(Bytes(32, 0xff)));
  EXPECT_FALSE(PrivateKey::from_bytes(Bytes(31, 1)));
  EXPECT_FALSE(
      PrivateKey::from_bytes(*from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")));
  EXPECT_TRUE(
      PrivateKey::from_bytes(*from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")));
}

}  // namespace
}  // namespace lydian::crypto
