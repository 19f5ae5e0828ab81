// Any bytes are either refused or one announcement's only encoding. The signature stops nearly all inputs, so
// the body is also signed by the fuzzer's own key.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "lydian/swarm/announcement.h"

namespace {

using lydian::Bytes;
using lydian::ByteView;

constexpr std::size_t kKeyOffset = 5;

void check(ByteView record, const lydian::crypto::Ed25519Key& key) {
  const auto announcement = lydian::swarm::verify_announcement(record);
  if (!announcement || announcement->node != key.public_key()) return;
  if (lydian::swarm::sign_announcement(*announcement, key) != Bytes(record.begin(), record.end()))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = lydian::crypto::Ed25519Key::from_seed({42});
  check({data, size}, key);
  Bytes record(data, data + size);
  if (record.size() >= kKeyOffset + key.public_key().size())
    std::copy(key.public_key().begin(), key.public_key().end(), record.begin() + kKeyOffset);
  const auto signature = key.sign(record);
  record.insert(record.end(), signature.begin(), signature.end());
  check(record, key);
  return 0;
}
