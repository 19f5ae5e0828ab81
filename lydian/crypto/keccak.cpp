#include "lydian/crypto/keccak.h"

#include <cryptopp/keccak.h>

namespace lydian::crypto {

Root keccak256(ByteView message) {
  Root digest;
  CryptoPP::Keccak_256().CalculateDigest(digest.bytes.data(), message.data(), message.size());
  return digest;
}

}  // namespace lydian::crypto
