#include "lydian/swarm/announcement.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::swarm {
namespace {

constexpr std::array<std::uint8_t, 5> kPrefix = {'L', 'Y', 'D', 'A', 1};
constexpr std::size_t kSignatureBytes = sizeof(crypto::Ed25519Signature);

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_u64(Bytes& out, std::uint64_t value) {
  out.resize(out.size() + sizeof(value));
  store_le(out.data() + out.size() - sizeof(value), value);
}

/// Takes bytes from the front of a record.
class Reader {
 public:
  explicit Reader(ByteView rest) : rest_(rest) {}

  Result<ByteView> take(std::size_t size) {
    if (rest_.size() < size) return fail("announcement: ends {} bytes too early", size - rest_.size());
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  Result<std::uint64_t> take_u64() { return load_le<std::uint64_t>(TRY(take(sizeof(std::uint64_t))).data()); }
  Result<std::uint8_t> take_u8() { return TRY(take(1))[0]; }
  [[nodiscard]] std::size_t size() const { return rest_.size(); }

 private:
  ByteView rest_;
};

Bytes encode_unsigned(const Announcement& announcement) {
  Bytes out(kPrefix.begin(), kPrefix.end());
  append(out, announcement.node);
  append_u64(out, announcement.job);
  append_u64(out, announcement.checkpoint);
  append_u64(out, announcement.sequence);
  append(out, announcement.latest.root.view());
  append_u64(out, announcement.latest.size_bytes);
  out.push_back(static_cast<std::uint8_t>(announcement.endpoints.size()));
  for (const Endpoint& endpoint : announcement.endpoints) {
    const std::string text = to_text(endpoint);
    out.push_back(static_cast<std::uint8_t>(text.size()));
    append(out, as_bytes(text));
  }
  return out;
}

Result<Announcement> decode_unsigned(ByteView body) {
  Reader reader(body);
  if (!std::ranges::equal(TRY(reader.take(kPrefix.size())), kPrefix))
    return fail("announcement: does not begin with 'LYDA' and version 1");
  Announcement result;
  std::ranges::copy(TRY(reader.take(result.node.size())), result.node.begin());
  result.job = TRY(reader.take_u64());
  result.checkpoint = TRY(reader.take_u64());
  result.sequence = TRY(reader.take_u64());
  result.latest.root = Root::from_bytes(TRY(reader.take(sizeof(Root::bytes))));
  result.latest.size_bytes = TRY(reader.take_u64());
  if (result.sequence > kAnnouncementSequenceMax)
    return fail("announcement: sequence {} is above 2^63 - 1", result.sequence);
  if (result.latest.size_bytes > kBlobBytesMax)
    return fail("announcement: a blob of {} bytes is above the limit of {}", result.latest.size_bytes,
                kBlobBytesMax);
  const std::uint8_t count = TRY(reader.take_u8());
  if (count > kAnnouncementEndpointsMax)
    return fail("announcement: {} endpoints, at most {} allowed", count, kAnnouncementEndpointsMax);
  for (std::uint8_t i = 0; i < count; ++i) {
    const std::uint8_t size = TRY(reader.take_u8());
    const ByteView text = TRY(reader.take(size));
    result.endpoints.push_back(TRY(parse_endpoint(as_text(text))));
  }
  if (reader.size() != 0) return fail("announcement: {} bytes too many", reader.size());
  return result;
}

}  // namespace

Bytes sign_announcement(const Announcement& announcement, const crypto::Ed25519Key& key) {
  ENSURE(announcement.node == key.public_key());
  ENSURE(announcement.endpoints.size() <= kAnnouncementEndpointsMax, "{}", announcement.endpoints.size());
  ENSURE(announcement.sequence <= kAnnouncementSequenceMax, "{}", announcement.sequence);
  Bytes record = encode_unsigned(announcement);
  append(record, key.sign(record));
  ENSURE(record.size() <= kAnnouncementBytesMax, "{}", record.size());
  return record;
}

Result<Announcement> verify_announcement(ByteView record) {
  if (record.size() < kSignatureBytes || record.size() > kAnnouncementBytesMax)
    return fail("announcement: expected {} to {} bytes, found {}", kSignatureBytes, kAnnouncementBytesMax,
                record.size());
  const ByteView body = record.first(record.size() - kSignatureBytes);
  const Announcement announcement = TRY(decode_unsigned(body));
  crypto::Ed25519Signature signature;
  std::ranges::copy(record.last(kSignatureBytes), signature.begin());
  if (!crypto::ed25519_verify(announcement.node, body, signature))
    return fail("announcement: the signature is not node {}'s", to_hex(announcement.node));
  return announcement;
}

bool replaces(const Announcement& b, const Announcement& a) {
  ENSURE(a.node == b.node && a.job == b.job);
  return b.sequence > a.sequence;
}

}  // namespace lydian::swarm
