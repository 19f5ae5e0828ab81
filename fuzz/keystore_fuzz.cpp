// Keystore V3 files: what parses must print and parse again to the same text.
#include "lydian/core/ensure.h"
#include "lydian/crypto/keystore.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lydian::crypto::Keystore;
  const auto keystore = Keystore::parse(lydian::as_text({data, size}));
  if (!keystore) return 0;
  const std::string text = keystore->to_json();
  const auto again = Keystore::parse(text);
  ENSURE(again.has_value() && again->to_json() == text);
  return 0;
}
