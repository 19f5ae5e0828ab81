#include "lydian/ledger/revert.h"

#include <gtest/gtest.h>

namespace lydian::ledger {
namespace {

TEST(ErrorTable, describes_what_contracts_revert_with) {
  const ErrorTable errors = {"NotSolver(uint256,address)", "Closed()"};
  const Address address = Address::from_bytes(Bytes(20, 0x11));
  const auto encoded = [](const char* signature, const AbiValues& values) {
    return *encode_call(signature, values);
  };
  const Bytes unknown = encoded("Unknown(uint256)", {1});
  const std::pair<Bytes, std::string> cases[] = {
      {{}, "without a reason"},
      {encoded("Error(string)", {"too late"}), "\"too late\""},
      {encoded("Panic(uint256)", {0x11}), "panic 0x11 (arithmetic overflow)"},
      {encoded("Panic(uint256)", {0x99}), "panic 0x99"},
      {encoded("NotSolver(uint256,address)", {7, address}), "NotSolver(7, " + address.text() + ")"},
      {encoded("Closed()", {}), "Closed()"},
      {unknown, "an unknown error 0x" + to_hex(unknown)},
      {{1, 2}, "an unknown error 0x0102"},
  };
  for (const auto& [data, expected] : cases) EXPECT_EQ(errors.describe(data), expected);

  Bytes cut = encoded("NotSolver(uint256,address)", {7, address});
  cut.pop_back();
  EXPECT_TRUE(errors.describe(cut).starts_with("NotSolver with arguments that make no sense"));
  EXPECT_EQ(errors.name(cut), "NotSolver");
  EXPECT_EQ(errors.name(unknown), "");
}

}  // namespace
}  // namespace lydian::ledger
