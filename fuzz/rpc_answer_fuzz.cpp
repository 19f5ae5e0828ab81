// What an Ethereum node answers: whatever it is, reading it ends in values or in an error.
#include "lydian/core/ensure.h"
#include "lydian/ledger/rpc_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lydian::ledger;
  const auto answer = read_answer(lydian::as_text({data, size}), 1);
  if (!answer) {
    ENSURE(!answer.error().message.empty());
    return 0;
  }
  (void)read_quantity(*answer, "x");
  (void)read_data(*answer, "x");
  (void)read_block(*answer);
  (void)read_transaction(*answer);
  if (const auto receipt = read_receipt(*answer))
    ENSURE(read_logs((*answer)["logs"])->size() == receipt->logs.size());
  (void)read_logs(*answer);
  return 0;
}
