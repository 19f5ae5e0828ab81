// RLP: what decodes must encode to the same bytes.
#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/ledger/rlp.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const lydian::ByteView input(data, size);
  const auto item = lydian::ledger::rlp_decode(input);
  if (item) ENSURE(std::ranges::equal(lydian::ledger::rlp_encode(*item), input));
  return 0;
}
