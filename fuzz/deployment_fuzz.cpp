// Deployment files: what parses must print and parse again to the same deployment.
#include "lydian/core/ensure.h"
#include "lydian/ledger/deployment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lydian::ledger;
  const auto deployment = parse_deployment(lydian::as_text({data, size}));
  if (!deployment) return 0;
  const auto again = parse_deployment(to_json(*deployment));
  ENSURE(again.has_value() && *again == *deployment);
  return 0;
}
