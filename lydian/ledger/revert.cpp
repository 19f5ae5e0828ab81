#include "lydian/ledger/revert.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::ledger {
namespace {

constexpr std::size_t kShownBytes = 68;

std::string panic_text(const Uint256& code) {
  const std::pair<int, const char*> known[] = {
      {0x01, "assertion failed"},    {0x11, "arithmetic overflow"},  {0x12, "division by zero"},
      {0x21, "no such enum value"},  {0x22, "broken storage array"}, {0x31, "pop of an empty array"},
      {0x32, "index out of bounds"}, {0x41, "too much memory"},      {0x51, "call of an unset function"}};
  for (const auto& [number, text] : known)
    if (code == Uint256(number)) return fmt::format("panic {} ({})", code.hex(), text);
  return "panic " + code.hex();
}

}  // namespace

ErrorTable::ErrorTable(std::initializer_list<std::string_view> signatures) {
  add("Error(string)");
  add("Panic(uint256)");
  for (const std::string_view signature : signatures) add(signature);
}

void ErrorTable::add(std::string_view text) {
  const auto signature = parse_abi_signature(text);
  ENSURE(signature.has_value(), "{}", signature ? "" : signature.error().message);
  errors_.emplace(signature->selector(), *signature);
}

const AbiSignature* ErrorTable::find(ByteView revert_data) const {
  Selector selector;
  if (revert_data.size() < selector.size()) return nullptr;
  std::ranges::copy(revert_data.first(selector.size()), selector.begin());
  const auto found = errors_.find(selector);
  return found == errors_.end() ? nullptr : &found->second;
}

std::string ErrorTable::name(ByteView revert_data) const {
  const AbiSignature* error = find(revert_data);
  return error == nullptr ? "" : error->name;
}

std::string ErrorTable::describe(ByteView revert_data) const {
  if (revert_data.empty()) return "without a reason";
  const std::string raw =
      fmt::format("0x{}{}", to_hex(revert_data.first(std::min(revert_data.size(), kShownBytes))),
                  revert_data.size() > kShownBytes ? "..." : "");
  const AbiSignature* error = find(revert_data);
  if (error == nullptr) return "an unknown error " + raw;
  const auto values = abi_decode(error->parameters, revert_data.subspan(4));
  if (!values) return fmt::format("{} with arguments that make no sense: {}", error->name, raw);
  if (error->name == "Error") return values->front().text();
  if (error->name == "Panic") return panic_text(values->front().as_uint());
  std::string arguments;
  for (const AbiValue& value : *values) arguments += (arguments.empty() ? "" : ", ") + value.text();
  return fmt::format("{}({})", error->name, arguments);
}

}  // namespace lydian::ledger
