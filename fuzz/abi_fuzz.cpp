// The contract ABI: type texts and data. What decodes must encode to the same bytes.
#include <algorithm>

#include "lydian/core/ensure.h"
#include "lydian/ledger/abi.h"

namespace {

void check(const lydian::ledger::AbiType& type, lydian::ByteView data) {
  const auto values = lydian::ledger::abi_decode(type, data);
  if (!values) return;
  const auto encoded = lydian::ledger::abi_encode(type, *values);
  ENSURE(encoded.has_value() && std::ranges::equal(*encoded, data));
}

}  // namespace

/// The first byte picks a type, or says that one follows as text up to a zero byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr const char* kTypes[] = {
      "(uint8,bool,address,bytes4,int64)", "(bytes,string,uint256[])", "(bytes[][],(string,uint8)[2])",
      "(uint256[2][],(bytes32,(address,bytes)[])[])", "(uint256,(uint64,address,bytes32,uint8)[],bytes32[])"};
  if (size == 0) return 0;
  lydian::ByteView rest(data + 1, size - 1);
  std::string_view text;
  if (data[0] < std::size(kTypes)) {
    text = kTypes[data[0]];
  } else {
    text = lydian::as_text(rest);
    text = text.substr(0, text.find('\0'));
    rest = rest.subspan(std::min(rest.size(), text.size() + 1));
  }
  const auto type = lydian::ledger::parse_abi_type(text);
  if (!type) return 0;
  ENSURE(type->text() == text, "{}", text);
  if (type->kind == lydian::ledger::AbiType::Kind::kTuple) check(*type, rest);
  return 0;
}
