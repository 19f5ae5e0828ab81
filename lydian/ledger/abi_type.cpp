#include "lydian/ledger/abi_type.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "lydian/crypto/keccak.h"

namespace lydian::ledger {
namespace {

using Kind = AbiType::Kind;
constexpr int kDepthMax = 16;
constexpr std::size_t kArrayMax = 1 << 20;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent over the text of one type or signature.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view word() {
    std::size_t size = 0;
    while (size < rest_.size() && (is_letter(rest_[size]) || (size > 0 && is_digit(rest_[size])))) ++size;
    return take(size);
  }
  [[nodiscard]] bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const {
    return fail("ABI text '{}': {} at position {}", text_.substr(0, 200), what, text_.size() - rest_.size());
  }

  Result<AbiType> type(int depth) {
    if (depth > kDepthMax) return wrong("types are nested too deep");
    AbiType type = TRY(rest_.starts_with('(') ? tuple(depth, false) : elementary());
    while (skip("[")) {
      if (++depth > kDepthMax) return wrong("types are nested too deep");
      AbiType array{.kind = Kind::kArray, .components = {std::move(type)}};
      if (!skip("]")) {
        array.kind = Kind::kFixedArray;
        array.size = number();
        if (array.size == 0 || array.size > kArrayMax || !skip("]")) return wrong("no length of an array");
        if (array.head_bytes() > 32 * kArrayMax) return wrong("an array that is too large");
      }
      type = std::move(array);
    }
    return type;
  }

  /// (type,type,...); is_parameters: may be empty, and its members may be marked indexed.
  Result<AbiType> tuple(int depth, bool is_parameters) {
    AbiType tuple{.kind = Kind::kTuple};
    if (!skip("(")) return wrong("'(' is needed");
    if (is_parameters && skip(")")) return tuple;
    do {
      AbiType member = TRY(type(depth + 1));
      member.indexed = is_parameters && skip(" indexed");
      tuple.components.push_back(std::move(member));
    } while (skip(","));
    if (!skip(")")) return wrong("',' or ')' is needed");
    return tuple;
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  /// Digits without a leading zero; 0 if there are none that fit.
  std::size_t number() {
    std::size_t value = 0;
    if (rest_.empty() || rest_[0] == '0') return 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return 0;
    take(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  Result<AbiType> elementary() {
    if (skip("address")) return AbiType{.kind = Kind::kAddress};
    if (skip("bool")) return AbiType{.kind = Kind::kBool};
    if (skip("string")) return AbiType{.kind = Kind::kString};
    if (skip("bytes")) {
      const bool fixed = !rest_.empty() && is_digit(rest_[0]);
      if (!fixed) return AbiType{.kind = Kind::kBytes};
      const std::size_t size = number();
      if (size < 1 || size > 32) return wrong("bytes1 to bytes32 exist");
      return AbiType{.kind = Kind::kFixedBytes, .size = size};
    }
    const bool is_int = rest_.starts_with("int");
    if (!skip(is_int ? "int" : "uint")) return wrong("no type");
    const std::size_t bits = number();
    if (bits < 8 || bits > 256 || bits % 8 != 0) return wrong("integers have 8, 16, ... 256 bits");
    return AbiType{.kind = is_int ? Kind::kInt : Kind::kUint, .size = bits};
  }

  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

bool AbiType::is_dynamic() const {
  if (kind == Kind::kBytes || kind == Kind::kString || kind == Kind::kArray) return true;
  return std::ranges::any_of(components, &AbiType::is_dynamic);
}

std::size_t AbiType::head_bytes() const {
  if (components.empty() || is_dynamic()) return 32;
  if (kind == Kind::kFixedArray) return size * components[0].head_bytes();
  return std::accumulate(components.begin(), components.end(), std::size_t{0},
                         [](std::size_t sum, const AbiType& member) { return sum + member.head_bytes(); });
}

std::string AbiType::text() const {
  switch (kind) {
    case Kind::kUint:
      return fmt::format("uint{}", size);
    case Kind::kInt:
      return fmt::format("int{}", size);
    case Kind::kAddress:
      return "address";
    case Kind::kBool:
      return "bool";
    case Kind::kFixedBytes:
      return fmt::format("bytes{}", size);
    case Kind::kBytes:
      return "bytes";
    case Kind::kString:
      return "string";
    case Kind::kArray:
      return components[0].text() + "[]";
    case Kind::kFixedArray:
      return fmt::format("{}[{}]", components[0].text(), size);
    case Kind::kTuple:
      break;
  }
  std::string members;
  for (const AbiType& member : components) members += (members.empty() ? "" : ",") + member.text();
  return "(" + members + ")";
}

std::array<std::uint8_t, 4> AbiSignature::selector() const {
  const Root hash = topic();
  return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

Root AbiSignature::topic() const { return crypto::keccak256(as_bytes(text())); }

Result<AbiType> parse_abi_type(std::string_view text) {
  Parser parser(text);
  AbiType type = TRY(parser.type(0));
  if (!parser.done()) return parser.wrong("something after the type");
  return type;
}

Result<AbiSignature> parse_abi_signature(std::string_view text) {
  Parser parser(text);
  AbiSignature signature;
  signature.name = parser.word();
  if (signature.name.empty()) return parser.wrong("a name is needed");
  signature.parameters = TRY(parser.tuple(0, true));
  if (!parser.done()) return parser.wrong("something after the parameters");
  return signature;
}

}  // namespace lydian::ledger
