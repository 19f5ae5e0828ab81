// Raw transactions: one that is accepted is the canonical encoding of what it says, signed by one address.
#include "lydian/core/ensure.h"
#include "lydian/ledger/transaction.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = lydian::ledger::read_signed_transaction({data, size});
  if (read) ENSURE(!read->sender.is_zero() && read->transaction.data.size() < size);
  return 0;
}
