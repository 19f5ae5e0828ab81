// Solidity's contract ABI: calls, return values, events and errors. Decoding accepts only the canonical
// encoding, which is what contracts produce: offsets in order, clean padding, nothing left over.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"
#include "lydian/crypto/address.h"
#include "lydian/ledger/abi_type.h"
#include "lydian/ledger/uint256.h"

namespace lydian::ledger {

using crypto::Address;

/// A value of any ABI type. Integers are Uint256 (signed ones in two's complement), bytesN and bytes are
/// Bytes, arrays and tuples are lists.
class AbiValue {
 public:
  using List = std::vector<AbiValue>;

  // Implicit, so that a call reads encode_call("commit(uint256,bytes32)", {job, root}).
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  AbiValue(T value) : content_(Uint256(value)) {}  // NOLINT(google-explicit-constructor)
  template <std::same_as<bool> T>
  AbiValue(T value) : content_(value) {}               // NOLINT(google-explicit-constructor)
  AbiValue(const Uint256& value) : content_(value) {}  // NOLINT(google-explicit-constructor)
  AbiValue(const Address& value) : content_(value) {}  // NOLINT(google-explicit-constructor)
  AbiValue(const Root& value) : content_(Bytes(value.bytes.begin(), value.bytes.end())) {}  // NOLINT
  AbiValue(Bytes value) : content_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  AbiValue(std::string value) : content_(std::move(value)) {}    // NOLINT(google-explicit-constructor)
  AbiValue(const char* value) : content_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  static AbiValue list(List members) { return AbiValue(std::move(members), 0); }
  static AbiValue roots(std::span<const Root> roots) { return list(List(roots.begin(), roots.end())); }
  /// bytes32[] of bytes that are whole words.
  static AbiValue words(ByteView bytes);

  bool operator==(const AbiValue&) const = default;

  /// Null if the value is of another kind.
  template <typename T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&content_);
  }
  // What a decoder was asked for is what it returns, so reading another kind is our bug.
  [[nodiscard]] const Uint256& as_uint() const { return get<Uint256>(); }
  [[nodiscard]] const Address& as_address() const { return get<Address>(); }
  [[nodiscard]] bool as_bool() const { return get<bool>(); }
  [[nodiscard]] const Bytes& as_bytes() const { return get<Bytes>(); }
  [[nodiscard]] Root as_root() const { return Root::from_bytes(as_bytes()); }
  [[nodiscard]] const std::string& as_string() const { return get<std::string>(); }
  [[nodiscard]] const List& as_list() const { return get<List>(); }
  /// For types of at most 64 bits, whose decoding already made sure of it.
  [[nodiscard]] std::uint64_t as_u64() const;
  [[nodiscard]] std::int64_t as_i64() const;
  /// For messages: 7, true, 0x12ab, "text", [1, 2].
  [[nodiscard]] std::string text() const;

 private:
  using Content = std::variant<Uint256, Address, bool, Bytes, std::string, List>;
  AbiValue(List members, int) : content_(std::move(members)) {}
  template <typename T>
  [[nodiscard]] const T& get() const {
    return std::get<T>(content_);
  }

  Content content_;
};

using AbiValues = AbiValue::List;

/// Fails if a value is not of its parameter's type or out of its range.
[[nodiscard]] Result<Bytes> abi_encode(const AbiType& tuple, const AbiValues& values);
[[nodiscard]] Result<AbiValues> abi_decode(const AbiType& tuple, ByteView data);
/// The same for types as text: "(uint256,bytes32[])".
[[nodiscard]] Result<Bytes> abi_encode(std::string_view types, const AbiValues& values);
[[nodiscard]] Result<AbiValues> abi_decode(std::string_view types, ByteView data);

/// Selector and arguments: a transaction's or a call's data.
[[nodiscard]] Result<Bytes> encode_call(std::string_view signature, const AbiValues& values);
/// The arguments of data that begins with the signature's selector: a call's input or an error's revert data.
[[nodiscard]] Result<AbiValues> decode_call(std::string_view signature, ByteView data);
/// A log's parameters in the order of the signature. An indexed parameter of a type longer than a word is the
/// hash that the ledger keeps of it.
[[nodiscard]] Result<AbiValues> decode_event(std::string_view signature, std::span<const Root> topics,
                                             ByteView data);

}  // namespace lydian::ledger
