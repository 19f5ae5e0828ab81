#include "lydian/crypto/keystore.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lydian::crypto {
namespace {

using Json = nlohmann::json;

// The two test vectors of the Web3 Secret Storage definition.
constexpr const char* kPassword = "testpassword";
constexpr const char* kSecret = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
constexpr const char* kPbkdf2 = R"({
  "crypto": {
    "cipher": "aes-128-ctr",
    "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    "kdf": "pbkdf2",
    "kdfparams": {"c": 262144, "dklen": 32, "prf": "hmac-sha256",
                  "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
  },
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  "version": 3
})";
constexpr const char* kScrypt = R"({
  "crypto": {
    "cipher": "aes-128-ctr",
    "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
    "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    "kdf": "scrypt",
    "kdfparams": {"dklen": 32, "n": 262144, "p": 8, "r": 1,
                  "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
    "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
  },
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  "version": 3
})";

constexpr ScryptCost kCheap{.n = 2, .r = 8, .p = 1};

/// The published file with one place changed.
std::string changed(const char* pointer, const Json& value) {
  Json json = Json::parse(kScrypt);
  json[Json::json_pointer(pointer)] = value;
  return json.dump();
}
std::string without(const char* parent, const char* key) {
  Json json = Json::parse(kScrypt);
  json[Json::json_pointer(parent)].erase(key);
  return json.dump();
}

TEST(Keystore, unlocks_the_published_vectors) {
  for (const char* text : {kPbkdf2, kScrypt}) {
    const auto keystore = Keystore::parse(text);
    ASSERT_TRUE(keystore) << keystore.error().message;
    EXPECT_FALSE(keystore->address());
    const auto key = keystore->unlock(kPassword);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(to_hex(key->bytes()), kSecret);
  }
}

TEST(Keystore, writes_what_it_read) {
  for (const char* text : {kPbkdf2, kScrypt})
    EXPECT_EQ(Json::parse(Keystore::parse(text)->to_json()), Json::parse(text));
}

TEST(Keystore, gives_back_the_key_it_was_made_of) {
  const PrivateKey key = PrivateKey::generate();
  const auto keystore = Keystore::parse(Keystore::create(key, "pass word ä", kCheap).to_json());
  ASSERT_TRUE(keystore) << keystore.error().message;
  EXPECT_EQ(keystore->address(), key.address());
  const auto unlocked = keystore->unlock("pass word ä");
  ASSERT_TRUE(unlocked) << unlocked.error().message;
  EXPECT_EQ(unlocked->address(), key.address());
}

TEST(Keystore, never_uses_a_salt_or_an_initial_vector_twice) {
  const PrivateKey key = PrivateKey::generate();
  const Json first = Json::parse(Keystore::create(key, "p", kCheap).to_json());
  const Json second = Json::parse(Keystore::create(key, "p", kCheap).to_json());
  for (const char* at : {"/crypto/kdfparams/salt", "/crypto/cipherparams/iv", "/id"})
    EXPECT_NE(first[Json::json_pointer(at)], second[Json::json_pointer(at)]) << at;
}

TEST(Keystore, says_when_password_mac_or_ciphertext_are_wrong) {
  const auto keystore = Keystore::create(PrivateKey::generate(), "right", kCheap);
  const auto expect_wrong = [](const Keystore& locked, const char* password) {
    const auto key = locked.unlock(password);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().message.find("password is wrong"), std::string::npos) << key.error().message;
  };
  expect_wrong(keystore, "wrong");
  expect_wrong(keystore, "");
  for (const char* at : {"/crypto/mac", "/crypto/ciphertext"}) {
    Json json = Json::parse(keystore.to_json());
    json[Json::json_pointer(at)] = std::string(64, '7');
    expect_wrong(*Keystore::parse(json.dump()), "right");
  }
}

TEST(Keystore, says_when_the_address_is_another_keys) {
  Json json = Json::parse(Keystore::create(PrivateKey::generate(), "p", kCheap).to_json());
  json["address"] = std::string(40, '1');
  const auto key = Keystore::parse(json.dump())->unlock("p");
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("but its key belongs to"), std::string::npos) << key.error().message;
}

TEST(Keystore, accepts) {
  EXPECT_TRUE(Keystore::parse(without("", "id")));
  EXPECT_TRUE(Keystore::parse(changed("/address", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")));
  EXPECT_TRUE(Keystore::parse(changed("/name", "a member nobody knows")));
  EXPECT_TRUE(Keystore::parse(changed("/crypto/kdfparams/r", 8)));
  EXPECT_TRUE(Keystore::parse(changed("/crypto/kdfparams/salt", "")));
}

TEST(Keystore, refuses) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "no JSON object"},
      {"[]", "no JSON object"},
      {"{\"version\": 3", "no JSON object"},
      {"{}", "'version' is missing"},
      {changed("/version", 1), "version 1"},
      {changed("/version", "3"), "'version' is missing"},
      {changed("/version", -3), "'version' is missing"},
      {without("", "crypto"), "'crypto' is missing"},
      {changed("/crypto", 7), "'crypto' is missing"},
      {changed("/crypto/cipher", "aes-256-gcm"), "only 'aes-128-ctr'"},
      {changed("/crypto/cipherparams/iv", "00"), "'iv' in cipherparams is not 16 bytes"},
      {changed("/crypto/cipherparams/iv", std::string(32, 'x')), "'iv' in cipherparams is not 16 bytes"},
      {changed("/crypto/ciphertext", "00"), "'ciphertext' in crypto is not 32 bytes"},
      {changed("/crypto/mac", std::string(66, '0')), "'mac' in crypto is not 32 bytes"},
      {changed("/crypto/mac", 5), "'mac' is missing"},
      {changed("/crypto/kdf", "argon2"), "'argon2', only 'scrypt' and 'pbkdf2'"},
      {changed("/crypto/kdf", "pbkdf2"), "'prf' is missing"},
      {without("/crypto/kdfparams", "salt"), "'salt' is missing"},
      {changed("/crypto/kdfparams/salt", std::string(4096, '0')), "at most 1024"},
      {changed("/crypto/kdfparams/dklen", 64), "'dklen' in kdfparams is 64"},
      {changed("/crypto/kdfparams/n", 0), "a power of two"},
      {changed("/crypto/kdfparams/n", 1), "a power of two"},
      {changed("/crypto/kdfparams/n", 262145), "a power of two"},
      {changed("/crypto/kdfparams/n", 1.5), "'n' is missing"},
      {changed("/crypto/kdfparams/r", 0), "r and p above 0"},
      {changed("/crypto/kdfparams/p", 0), "r and p above 0"},
      {changed("/address", "0x11"), "'address' in the file is not 20 bytes"},
      {changed("/id", 5), "'id' is missing"},
  };
  for (const auto& [text, expected] : cases) {
    const auto keystore = Keystore::parse(text);
    ASSERT_FALSE(keystore) << expected;
    EXPECT_NE(keystore.error().message.find(expected), std::string::npos) << keystore.error().message;
  }
}

TEST(Keystore, refuses_costs_that_would_exhaust_the_machine) {
  constexpr std::uint64_t kHuge = 1ull << 63;
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"/crypto/kdfparams/n", 1ull << 23}, {"/crypto/kdfparams/n", kHuge},  {"/crypto/kdfparams/r", 1 << 20},
      {"/crypto/kdfparams/r", kHuge},      {"/crypto/kdfparams/p", 100000}, {"/crypto/kdfparams/p", kHuge}};
  for (const auto& [at, value] : cases) {
    const auto keystore = Keystore::parse(changed(at, value));
    ASSERT_FALSE(keystore) << at << " " << value;
    EXPECT_NE(keystore.error().message.find("too much memory or time"), std::string::npos);
  }
  Json slow = Json::parse(kPbkdf2);
  slow["crypto"]["kdfparams"]["c"] = 1'000'000'000;
  EXPECT_FALSE(Keystore::parse(slow.dump()));
  slow["crypto"]["kdfparams"]["c"] = 0;
  EXPECT_FALSE(Keystore::parse(slow.dump()));
}

}  // namespace
}  // namespace lydian::crypto
