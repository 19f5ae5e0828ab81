#include "lydian/crypto/random.h"

#include <openssl/rand.h>

#include "lydian/core/ensure.h"

namespace lydian::crypto {

void fill_random(std::span<std::uint8_t> out) {
  ENSURE(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1, "{} bytes", out.size());
}

}  // namespace lydian::crypto
