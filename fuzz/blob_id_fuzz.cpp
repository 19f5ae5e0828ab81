// Blob ids and endpoints: any text is either refused or exactly what is written back.
#include <cstdint>
#include <cstdlib>

#include "lydian/swarm/blob_id.h"
#include "lydian/swarm/endpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = lydian::as_text({data, size});
  if (const auto id = lydian::swarm::parse_blob_id(text); id && lydian::swarm::to_text(*id) != text)
    std::abort();
  if (const auto endpoint = lydian::swarm::parse_endpoint(text);
      endpoint && lydian::swarm::to_text(*endpoint) != text)
    std::abort();
  return 0;
}
