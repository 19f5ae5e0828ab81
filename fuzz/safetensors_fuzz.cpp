// Safetensors headers: the entries of a file that parses lie in it without holes, and a header written for
// them parses to the same tensors.
#include "lydian/core/ensure.h"
#include "lydian/tensor/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lydian::tensor;
  const auto file = parse_safetensors({data, size});
  if (!file) return 0;
  std::vector<SafetensorsTensor> tensors;
  std::int64_t end = file->data_begin;
  for (const SafetensorsEntry& entry : file->entries) {
    ENSURE(entry.begin == end && entry.end >= end);
    end = entry.end;
    if (entry.dtype) tensors.push_back({entry.name, *entry.dtype, entry.shape});
  }
  ENSURE(end == static_cast<std::int64_t>(size));
  if (tensors.size() != file->entries.size()) return 0;
  lydian::Bytes written = safetensors_header(tensors, file->metadata);
  const std::int64_t shift = static_cast<std::int64_t>(written.size()) - file->data_begin;
  const auto again = parse_safetensors(written, static_cast<std::int64_t>(size) + shift);
  ENSURE(again.has_value() && again->metadata == file->metadata && again->entries.size() == tensors.size());
  for (const SafetensorsEntry& entry : file->entries)
    ENSURE(again->find(entry.name)->bytes() == entry.bytes());
  return 0;
}
