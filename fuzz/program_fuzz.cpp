// Programs: what decodes encodes to the same bytes. Few inputs get past the header's hashes by chance, so the
// header is also made to match the nodes that follow it.
#include "lydian/core/ensure.h"
#include "lydian/program/program.h"

using namespace lydian;
using namespace lydian::program;

namespace {

void check(ByteView bytes) {
  const auto program = decode_program(bytes);
  if (!program) return;
  ENSURE(std::ranges::equal(encode(*program), bytes));
}

/// The header's graphs and constants, as far as they decode; the roots in the header may be wrong.
bool read_parts(ByteView bytes, Program& program) {
  ByteView rest = bytes.subspan(kHeaderBytes);
  for (std::size_t g = 0; g < program.graphs.size(); ++g) {
    const auto count = load_be<std::uint64_t>(bytes.data() + 5 * 32 + 8 * g);
    if (count > rest.size() / kNodeBytes) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto node = decode_node(rest.first(kNodeBytes));
      if (!node) return false;
      program.graphs[g].nodes.push_back(*node);
      rest = rest.subspan(kNodeBytes);
    }
  }
  const auto constants = load_be<std::uint64_t>(bytes.data() + 11 * 32 - 8);
  if (constants > rest.size() / 64) return false;
  for (std::uint64_t i = 0; i < constants; ++i) {
    const auto length = load_be<std::uint64_t>(rest.data() + 56);
    if (length > (std::uint64_t{1} << 44)) return false;
    program.constants.push_back({Root::from_bytes(rest.first(32)), static_cast<std::int64_t>(length)});
    rest = rest.subspan(64);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check(bytes);
  if (const auto node = decode_node(bytes.first(std::min<std::size_t>(size, kNodeBytes)))) {
    ENSURE(std::ranges::equal(encode(*node), bytes.first(kNodeBytes)));
  }
  Program parts;
  if (size < kHeaderBytes || !read_parts(bytes, parts)) return 0;
  Bytes sealed(bytes.begin(), bytes.end());
  const auto header = encode_header(parts);
  std::ranges::copy(ByteView(header).first(32), sealed.begin());
  std::ranges::copy(ByteView(header).subspan(6 * 32), sealed.begin() + 6 * 32);
  check(sealed);
  return 0;
}
