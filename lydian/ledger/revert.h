// Why a contract reverted: its errors by selector, as text and for the program.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "lydian/core/bytes.h"
#include "lydian/ledger/abi.h"

namespace lydian::ledger {

/// Knows Error(string) and Panic(uint256), and the custom errors it was told.
class ErrorTable {
 public:
  /// Signatures as in Solidity, "NotSolver(uint256,address)"; one that does not parse is our bug.
  ErrorTable(std::initializer_list<std::string_view> signatures);

  void add(std::string_view signature);
  /// "NotSolver(7, 0x...)", the text of a require, the meaning of a panic, or the bytes of what is not known.
  [[nodiscard]] std::string describe(ByteView revert_data) const;
  /// The error's name, empty if it is not known.
  [[nodiscard]] std::string name(ByteView revert_data) const;

 private:
  using Selector = std::array<std::uint8_t, 4>;
  [[nodiscard]] const AbiSignature* find(ByteView revert_data) const;

  std::map<Selector, AbiSignature> errors_;
};

}  // namespace lydian::ledger
