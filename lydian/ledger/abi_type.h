// The types of Solidity's ABI, read from canonical text: "uint256", "bytes32[]", "(address,uint64[4])".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian::ledger {

struct AbiType {
  enum class Kind { kUint, kInt, kAddress, kBool, kFixedBytes, kBytes, kString, kFixedArray, kArray, kTuple };

  Kind kind = Kind::kTuple;
  std::size_t size = 0;             // bits of an integer, bytes of kFixedBytes, elements of kFixedArray
  std::vector<AbiType> components;  // the element of an array, the members of a tuple
  bool indexed = false;             // a parameter of an event

  /// Its encoding's length depends on the value.
  [[nodiscard]] bool is_dynamic() const;
  /// Bytes in the head of a tuple: 32 for a dynamic type.
  [[nodiscard]] std::size_t head_bytes() const;
  [[nodiscard]] std::string text() const;
};

/// A function, event or error: "commit(uint256,uint32,bytes32)"; an event's parameters may be marked
/// "address indexed".
struct AbiSignature {
  std::string name;
  AbiType parameters;  // a tuple

  /// name(types), without marks: what is hashed.
  [[nodiscard]] std::string text() const { return name + parameters.text(); }
  /// The first four bytes of the hash.
  [[nodiscard]] std::array<std::uint8_t, 4> selector() const;
  /// The whole hash: an event's first topic.
  [[nodiscard]] Root topic() const;
};

/// One type, canonical spelling only. Refuses zero-length arrays and empty tuples inside others.
[[nodiscard]] Result<AbiType> parse_abi_type(std::string_view text);
[[nodiscard]] Result<AbiSignature> parse_abi_signature(std::string_view text);

}  // namespace lydian::ledger
