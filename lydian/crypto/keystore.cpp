#include "lydian/crypto/keystore.h"

#include <cryptopp/scrypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "lydian/core/ensure.h"
#include "lydian/crypto/keccak.h"
#include "lydian/crypto/random.h"

namespace lydian::crypto {
namespace {

using Json = nlohmann::json;
using Key = std::array<std::uint8_t, 32>;

constexpr std::uint64_t kScryptMemoryMax = 512ull << 20;
constexpr std::uint64_t kScryptWorkMax = 1ull << 24;  // n·r·p; the default is 2^21
constexpr std::uint64_t kPbkdf2IterationsMax = 10'000'000;
constexpr std::size_t kSaltBytesMax = 1024;

/// Members of one JSON object; errors say where in the file it stands.
class Section {
 public:
  Section(const Json& json, std::string name) : json_(json), name_(std::move(name)) {}

  [[nodiscard]] Result<Section> section(const char* key) const {
    if (!json_.is_object() || !json_.contains(key) || !json_[key].is_object())
      return fail("keystore: an object '{}' is missing in {}", key, name_);
    return Section(json_[key], key);
  }
  [[nodiscard]] Result<std::string> text(const char* key) const {
    if (!json_.contains(key) || !json_[key].is_string())
      return fail("keystore: a text '{}' is missing in {}", key, name_);
    return json_[key].get<std::string>();
  }
  [[nodiscard]] Result<std::uint64_t> number(const char* key) const {
    if (!json_.contains(key) || !json_[key].is_number_unsigned())
      return fail("keystore: a whole number '{}' is missing in {}", key, name_);
    return json_[key].get<std::uint64_t>();
  }
  /// size: the bytes there must be; 0 for any up to kSaltBytesMax.
  [[nodiscard]] Result<Bytes> hex(const char* key, std::size_t size) const {
    const std::string digits = TRY(text(key));
    const auto bytes = from_hex(digits);
    if (!bytes || (size != 0 && bytes->size() != size) || bytes->size() > kSaltBytesMax)
      return fail("keystore: '{}' in {} is not {} bytes of hex digits", key, name_,
                  size != 0 ? std::to_string(size) : "at most " + std::to_string(kSaltBytesMax));
    return *bytes;
  }
  [[nodiscard]] Status expect(const char* key, std::string_view value) const {
    const std::string found = TRY(text(key));
    if (found != value)
      return fail("keystore: '{}' in {} is '{}', only '{}' is supported", key, name_, found.substr(0, 40),
                  value);
    return {};
  }

 private:
  const Json& json_;
  std::string name_;
};

Result<ScryptCost> parse_scrypt(const Section& params) {
  const ScryptCost cost{TRY(params.number("n")), TRY(params.number("r")), TRY(params.number("p"))};
  if (!std::has_single_bit(cost.n) || cost.n < 2 || cost.r == 0 || cost.p == 0)
    return fail("keystore: scrypt needs n a power of two above 1, r and p above 0; found n={} r={} p={}",
                cost.n, cost.r, cost.p);
  // Each factor is bounded first, so that the products cannot wrap.
  constexpr std::uint64_t kFactorMax = kScryptWorkMax;
  const bool small =
      cost.n <= kFactorMax && cost.r <= kFactorMax / cost.n && cost.p <= kFactorMax / (cost.n * cost.r);
  if (!small || 128 * cost.n * cost.r > kScryptMemoryMax)
    return fail(
        "keystore: scrypt with n={} r={} p={} asks for too much memory or time; at most {} MiB are allowed",
        cost.n, cost.r, cost.p, kScryptMemoryMax >> 20);
  return cost;
}

Result<Pbkdf2Cost> parse_pbkdf2(const Section& params) {
  TRY_STATUS(params.expect("prf", "hmac-sha256"));
  const std::uint64_t iterations = TRY(params.number("c"));
  if (iterations == 0 || iterations > kPbkdf2IterationsMax)
    return fail("keystore: pbkdf2 with c={}, 1 to {} are allowed", iterations, kPbkdf2IterationsMax);
  return Pbkdf2Cost{iterations};
}

/// AES-128-CTR with the first half of the derived key; encrypting and decrypting are the same.
Key aes_ctr(const Key& derived, const std::array<std::uint8_t, 16>& iv, ByteView text) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  ENSURE(text.size() == 32 && context != nullptr);
  Key out;
  int size = 0;
  ENSURE(EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, derived.data(), iv.data()) == 1);
  ENSURE(EVP_EncryptUpdate(context.get(), out.data(), &size, text.data(), static_cast<int>(text.size())) ==
         1);
  ENSURE(size == 32);
  return out;
}

/// keccak256 of the second half of the derived key and the ciphertext.
Root mac_of(const Key& derived, ByteView ciphertext) {
  Bytes message(derived.begin() + 16, derived.end());
  message.insert(message.end(), ciphertext.begin(), ciphertext.end());
  const Root mac = keccak256(message);
  OPENSSL_cleanse(message.data(), message.size());
  return mac;
}

std::string random_uuid() {
  auto raw = random_array<16>();
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3f) | 0x80);
  std::string text = to_hex(raw);
  for (const std::size_t at : {20u, 16u, 12u, 8u}) text.insert(at, "-");
  return text;
}

}  // namespace

Result<Keystore> Keystore::parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return fail("keystore: this is no JSON object; an Ethereum Keystore V3 file is needed");
  const Section file(json, "the file");
  const std::uint64_t version = TRY(file.number("version"));
  if (version != 3) return fail("keystore: version {}, only version 3 is supported", version);

  Keystore keystore;
  if (json.contains("address")) {
    keystore.address_ = Address::from_bytes(TRY(file.hex("address", 20)));
  }
  if (json.contains("id")) keystore.id_ = TRY(file.text("id"));
  const Section crypto = TRY(file.section("crypto"));
  TRY_STATUS(crypto.expect("cipher", "aes-128-ctr"));
  const Section cipher = TRY(crypto.section("cipherparams"));
  std::ranges::copy(TRY(cipher.hex("iv", 16)), keystore.iv_.begin());
  std::ranges::copy(TRY(crypto.hex("ciphertext", 32)), keystore.ciphertext_.begin());
  keystore.mac_ = Root::from_bytes(TRY(crypto.hex("mac", 32)));

  const std::string kdf = TRY(crypto.text("kdf"));
  const Section params = TRY(crypto.section("kdfparams"));
  if (kdf == "scrypt") {
    keystore.cost_ = TRY(parse_scrypt(params));
  } else if (kdf == "pbkdf2") {
    keystore.cost_ = TRY(parse_pbkdf2(params));
  } else {
    return fail("keystore: 'kdf' in crypto is '{}', only 'scrypt' and 'pbkdf2' are supported",
                kdf.substr(0, 40));
  }
  const std::uint64_t size = TRY(params.number("dklen"));
  if (size != 32) return fail("keystore: 'dklen' in kdfparams is {}, only 32 is supported", size);
  keystore.salt_ = TRY(params.hex("salt", 0));
  return keystore;
}

Keystore Keystore::create(const PrivateKey& key, std::string_view password, ScryptCost cost) {
  Keystore keystore;
  keystore.address_ = key.address();
  keystore.id_ = random_uuid();
  keystore.cost_ = cost;
  keystore.salt_.resize(32);
  fill_random(keystore.salt_);
  fill_random(keystore.iv_);
  Key derived = keystore.derive(password);
  keystore.ciphertext_ = aes_ctr(derived, keystore.iv_, key.bytes());
  keystore.mac_ = mac_of(derived, keystore.ciphertext_);
  OPENSSL_cleanse(derived.data(), derived.size());
  return keystore;
}

Key Keystore::derive(std::string_view password) const {
  Key derived;
  if (const auto* scrypt = std::get_if<ScryptCost>(&cost_)) {
    // Not OpenSSL's: it refuses r = 1 with n of 2^16 and more, which published keystores have.
    CryptoPP::Scrypt().DeriveKey(derived.data(), derived.size(), as_bytes(password).data(), password.size(),
                                 salt_.data(), salt_.size(), scrypt->n, scrypt->r, scrypt->p);
  } else {
    const auto iterations = static_cast<int>(std::get<Pbkdf2Cost>(cost_).iterations);
    ENSURE(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt_.data(),
                             static_cast<int>(salt_.size()), iterations, EVP_sha256(),
                             static_cast<int>(derived.size()), derived.data()) == 1);
  }
  return derived;
}

Result<PrivateKey> Keystore::unlock(std::string_view password) const {
  Key derived = derive(password);
  const Root mac = mac_of(derived, ciphertext_);
  Key plain = aes_ctr(derived, iv_, ciphertext_);
  const auto key = PrivateKey::from_bytes(plain);
  OPENSSL_cleanse(derived.data(), derived.size());
  OPENSSL_cleanse(plain.data(), plain.size());
  if (CRYPTO_memcmp(mac.bytes.data(), mac_.bytes.data(), 32) != 0)
    return fail("keystore: the password is wrong, or the file was changed");
  if (!key) return within("keystore", key.error());
  if (address_ && key->address() != *address_)
    return fail("keystore: the file says address {}, but its key belongs to {}", address_->text(),
                key->address().text());
  return *key;
}

std::string Keystore::to_json() const {
  Json params = {{"dklen", 32}, {"salt", to_hex(salt_)}};
  const auto* scrypt = std::get_if<ScryptCost>(&cost_);
  if (scrypt != nullptr) {
    params.update({{"n", scrypt->n}, {"r", scrypt->r}, {"p", scrypt->p}});
  } else {
    params.update({{"c", std::get<Pbkdf2Cost>(cost_).iterations}, {"prf", "hmac-sha256"}});
  }
  Json json = {{"version", 3},
               {"crypto",
                {{"cipher", "aes-128-ctr"},
                 {"cipherparams", {{"iv", to_hex(iv_)}}},
                 {"ciphertext", to_hex(ciphertext_)},
                 {"kdf", scrypt != nullptr ? "scrypt" : "pbkdf2"},
                 {"kdfparams", params},
                 {"mac", mac_.hex()}}}};
  if (address_) json["address"] = to_hex(address_->bytes);
  if (!id_.empty()) json["id"] = id_;
  return json.dump(2) + "\n";
}

}  // namespace lydian::crypto
