#include "lydian/swarm/info_dictionary.h"

#include "lydian/core/ensure.h"
#include "lydian/crypto/sha256.h"

namespace lydian::swarm {
namespace {

constexpr std::uint64_t kPieceBytesMin = std::uint64_t{256} << 10;
constexpr std::uint64_t kPieceBytesMax = std::uint64_t{16} << 20;
constexpr std::uint64_t kPiecesWanted = 2048;

std::string bencode(std::string_view text) { return fmt::format("{}:{}", text.size(), text); }
std::string bencode(std::uint64_t number) { return fmt::format("i{}e", number); }

}  // namespace

std::uint64_t piece_length_for(std::uint64_t size_bytes) {
  std::uint64_t length = kPieceBytesMin;
  while (length < kPieceBytesMax && length * kPiecesWanted < size_bytes) length *= 2;
  return length;
}

std::string info_dictionary(const BlobId& id) {
  ENSURE(id.size_bytes > 0);
  const std::string name = bencode(id.root.hex());
  const std::string file = "d" + bencode("length") + bencode(id.size_bytes) + bencode("pieces root") +
                           bencode(as_text(id.root.view())) + "e";
  return "d" + bencode("file tree") + "d" + name + "d" + bencode("") + file + "ee" +  //
         bencode("meta version") + bencode(2) + bencode("name") + name +              //
         bencode("piece length") + bencode(piece_length_for(id.size_bytes)) + "e";
}

Root info_hash(const BlobId& id) { return crypto::sha256(as_bytes(info_dictionary(id))); }

}  // namespace lydian::swarm
