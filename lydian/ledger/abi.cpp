#include "lydian/ledger/abi.h"

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian::ledger {
namespace {

using Kind = AbiType::Kind;
constexpr std::size_t kWord = 32;

std::size_t padded(std::size_t size) { return (size + kWord - 1) / kWord * kWord; }

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
void append_word(Bytes& out, const Uint256& value) { append(out, value.bytes()); }

bool fits_uint(const Uint256& value, std::size_t bits) {
  return static_cast<std::size_t>(value.bit_width()) <= bits;
}

/// The bits above the sign bit repeat it.
bool fits_int(const Uint256& value, std::size_t bits) {
  const bool negative = (value.bytes()[0] & 0x80) != 0;
  const Uint256 magnitude = negative ? Uint256(-1) - value : value;
  return static_cast<std::size_t>(magnitude.bit_width()) < bits;
}

bool is_all_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// The types of the members of a list of this type: an array repeats its one.
const AbiType& member_type(const AbiType& type, std::size_t index) {
  return type.kind == Kind::kTuple ? type.components[index] : type.components[0];
}

template <typename T>
Result<const T*> content(const AbiType& type, const AbiValue& value) {
  const T* content = value.get_if<T>();
  if (content == nullptr) return fail("ABI: a value {} was given for {}", value.text(), type.text());
  return content;
}

Status encode_value(Bytes& out, const AbiType& type, const AbiValue& value);

/// Members one after another: static ones in place, dynamic ones as an offset to a tail that follows all
/// heads.
Status encode_members(Bytes& out, const AbiType& type, const AbiValues& members) {
  std::size_t head_bytes = 0;
  for (std::size_t i = 0; i < members.size(); ++i) head_bytes += member_type(type, i).head_bytes();
  Bytes tail;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const AbiType& member = member_type(type, i);
    if (!member.is_dynamic()) {
      TRY_STATUS(encode_value(out, member, members[i]));
      continue;
    }
    append_word(out, head_bytes + tail.size());
    TRY_STATUS(encode_value(tail, member, members[i]));
  }
  append(out, tail);
  return {};
}

Status encode_list(Bytes& out, const AbiType& type, const AbiValues& members) {
  const std::size_t expected = type.kind == Kind::kTuple        ? type.components.size()
                               : type.kind == Kind::kFixedArray ? type.size
                                                                : members.size();
  if (members.size() != expected)
    return fail("ABI: {} values were given for {}, {} are needed", members.size(), type.text(), expected);
  if (type.kind == Kind::kArray) append_word(out, members.size());
  return encode_members(out, type, members);
}

void encode_string(Bytes& out, ByteView bytes) {
  append_word(out, bytes.size());
  append(out, bytes);
  out.resize(out.size() + padded(bytes.size()) - bytes.size());
}

Status encode_integer(Bytes& out, const AbiType& type, const Uint256& value) {
  if (!(type.kind == Kind::kInt ? fits_int(value, type.size) : fits_uint(value, type.size)))
    return fail("ABI: {} does not fit {}", value.hex(), type.text());
  append_word(out, value);
  return {};
}

Status encode_value(Bytes& out, const AbiType& type, const AbiValue& value) {
  switch (type.kind) {
    case Kind::kUint:
    case Kind::kInt:
      return encode_integer(out, type, *TRY(content<Uint256>(type, value)));
    case Kind::kAddress:
      append_word(out, Uint256::from_bytes(TRY(content<Address>(type, value))->bytes));
      return {};
    case Kind::kBool:
      append_word(out, *TRY(content<bool>(type, value)) ? 1 : 0);
      return {};
    case Kind::kFixedBytes: {
      const Bytes& bytes = *TRY(content<Bytes>(type, value));
      if (bytes.size() != type.size)
        return fail("ABI: {} bytes were given for {}", bytes.size(), type.text());
      append(out, bytes);
      out.resize(out.size() + kWord - bytes.size());
      return {};
    }
    case Kind::kBytes:
      encode_string(out, *TRY(content<Bytes>(type, value)));
      return {};
    case Kind::kString:
      encode_string(out, as_bytes(*TRY(content<std::string>(type, value))));
      return {};
    default:
      return encode_list(out, type, *TRY(content<AbiValues>(type, value)));
  }
}

/// Reads forward through one encoded value. Offsets must point to where the reader gets anyway, so the work
/// is linear in the data whatever they say.
class Decoder {
 public:
  explicit Decoder(ByteView data) : rest_(data) {}

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  Result<AbiValue> value(const AbiType& type) {
    switch (type.kind) {
      case Kind::kBytes:
        return bytes(type);
      case Kind::kString:
        return text(type);
      case Kind::kArray:
        return array(type);
      case Kind::kFixedArray:
        return AbiValue::list(TRY(members(type, type.size)));
      case Kind::kTuple:
        return AbiValue::list(TRY(members(type, type.components.size())));
      default:
        return word_value(type, TRY(take(kWord, type)));
    }
  }

  /// A word as a value of a type that is one word long.
  static Result<AbiValue> word_value(const AbiType& type, ByteView word) {
    const Uint256 number = Uint256::from_bytes(word);
    const auto dirty = [&] { return fail("ABI: the word {} is no {}", number.hex(), type.text()); };
    switch (type.kind) {
      case Kind::kUint:
        if (!fits_uint(number, type.size)) return dirty();
        return AbiValue(number);
      case Kind::kInt:
        if (!fits_int(number, type.size)) return dirty();
        return AbiValue(number);
      case Kind::kAddress:
        if (!fits_uint(number, 160)) return dirty();
        return AbiValue(Address::from_bytes(word.last(20)));
      case Kind::kBool:
        if (!fits_uint(number, 1)) return dirty();
        return AbiValue(!number.is_zero());
      default:
        ENSURE(type.kind == Kind::kFixedBytes, "{}", type.text());
        if (!is_all_zero(word.subspan(type.size))) return dirty();
        return AbiValue(Bytes(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(type.size)));
    }
  }

  Result<AbiValues> members(const AbiType& type, std::size_t count) {
    std::size_t head_bytes = 0;
    for (std::size_t i = 0; i < count; ++i) head_bytes += member_type(type, i).head_bytes();
    Decoder heads(TRY(take(head_bytes, type)));
    const std::size_t tail_bytes = rest_.size();
    AbiValues values;
    for (std::size_t i = 0; i < count; ++i) {
      const AbiType& member = member_type(type, i);
      if (!member.is_dynamic()) {
        values.push_back(TRY(heads.value(member)));
        continue;
      }
      const Uint256 offset = Uint256::from_bytes(TRY(heads.take(kWord, member)));
      const std::size_t expected = head_bytes + tail_bytes - rest_.size();
      if (offset != Uint256(expected))
        return fail("ABI: the offset of a {} is {}, the canonical one is {}", member.text(), offset.hex(),
                    expected);
      values.push_back(TRY(value(member)));
    }
    return values;
  }

 private:
  Result<ByteView> take(std::size_t size, const AbiType& type) {
    if (rest_.size() < size)
      return fail("ABI: {} bytes are needed for {}, {} are left", size, type.text(), rest_.size());
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  /// A length that can be true: that many units of unit_bytes are still there.
  Result<std::size_t> length(const AbiType& type, std::size_t unit_bytes) {
    const Uint256 count = Uint256::from_bytes(TRY(take(kWord, type)));
    if (count > Uint256(rest_.size() / unit_bytes))
      return fail("ABI: a {} says length {}, but only {} bytes are left", type.text(), count.hex(),
                  rest_.size());
    return static_cast<std::size_t>(*count.to_u64());
  }

  Result<Bytes> bytes(const AbiType& type) {
    const std::size_t size = TRY(length(type, 1));
    const ByteView content = TRY(take(padded(size), type));
    if (!is_all_zero(content.subspan(size))) return fail("ABI: the padding of a {} is not zero", type.text());
    return Bytes(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(size));
  }

  Result<AbiValue> text(const AbiType& type) {
    const Bytes content = TRY(bytes(type));
    return Result<AbiValue>(std::in_place, std::string(content.begin(), content.end()));
  }

  Result<AbiValue> array(const AbiType& type) {
    const std::size_t count = TRY(length(type, type.components[0].head_bytes()));
    return AbiValue::list(TRY(members(type, count)));
  }

  ByteView rest_;
};

AbiType without_indexed(const AbiType& parameters) {
  AbiType data = parameters;
  std::erase_if(data.components, &AbiType::indexed);
  return data;
}

/// Types longer than a word are hashed into their topic.
Result<AbiValue> decode_topic(const AbiType& type, const Root& topic) {
  const bool hashed = type.is_dynamic() || !type.components.empty();
  return hashed ? AbiValue(topic) : Decoder::word_value(type, topic.view());
}

}  // namespace

AbiValue AbiValue::words(ByteView bytes) {
  List words;
  for (std::size_t i = 0; i < bytes.size(); i += 32)
    words.emplace_back(Root::from_bytes(bytes.subspan(i, 32)));
  return list(std::move(words));
}

std::uint64_t AbiValue::as_u64() const {
  const auto value = as_uint().to_u64();
  ENSURE(value.has_value(), "{}", as_uint().hex());
  return *value;
}

std::int64_t AbiValue::as_i64() const {
  const auto value = as_uint().to_i64();
  ENSURE(value.has_value(), "{}", as_uint().hex());
  return *value;
}

std::string AbiValue::text() const {
  struct Printer {
    std::string operator()(const Uint256& value) const { return value.decimal(); }
    std::string operator()(const Address& value) const { return value.text(); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const Bytes& value) const { return "0x" + to_hex(value); }
    std::string operator()(const std::string& value) const { return "\"" + value + "\""; }
    std::string operator()(const List& members) const {
      std::string text;
      for (const AbiValue& member : members) text += (text.empty() ? "" : ", ") + member.text();
      return "[" + text + "]";
    }
  };
  return std::visit(Printer{}, content_);
}

Result<Bytes> abi_encode(const AbiType& tuple, const AbiValues& values) {
  Bytes out;
  TRY_STATUS(encode_list(out, tuple, values));
  return out;
}

Result<AbiValues> abi_decode(const AbiType& tuple, ByteView data) {
  ENSURE(tuple.kind == Kind::kTuple, "{}", tuple.text());
  Decoder decoder(data);
  AbiValues values = TRY(decoder.members(tuple, tuple.components.size()));
  if (decoder.left() != 0) return fail("ABI: {} bytes after the end of {}", decoder.left(), tuple.text());
  return values;
}

Result<Bytes> abi_encode(std::string_view types, const AbiValues& values) {
  return abi_encode(TRY(parse_abi_type(types)), values);
}

Result<AbiValues> abi_decode(std::string_view types, ByteView data) {
  return abi_decode(TRY(parse_abi_type(types)), data);
}

Result<Bytes> encode_call(std::string_view signature, const AbiValues& values) {
  const AbiSignature parsed = TRY(parse_abi_signature(signature));
  const Bytes arguments = TRY(abi_encode(parsed.parameters, values));
  const auto selector = parsed.selector();
  Bytes data(selector.begin(), selector.end());
  append(data, arguments);
  return data;
}

Result<AbiValues> decode_call(std::string_view signature, ByteView data) {
  const AbiSignature parsed = TRY(parse_abi_signature(signature));
  const auto selector = parsed.selector();
  if (data.size() < selector.size() || !std::ranges::equal(data.first(selector.size()), selector))
    return fail("ABI: the data does not begin with the selector {} of {}", to_hex(selector), parsed.text());
  return abi_decode(parsed.parameters, data.subspan(selector.size()));
}

Result<AbiValues> decode_event(std::string_view signature, std::span<const Root> topics, ByteView data) {
  const AbiSignature parsed = TRY(parse_abi_signature(signature));
  if (topics.empty() || topics[0] != parsed.topic())
    return fail("ABI: the log is no event {}", parsed.text());
  const AbiValues unindexed = TRY(abi_decode(without_indexed(parsed.parameters), data));
  const std::size_t indexed_count = parsed.parameters.components.size() - unindexed.size();
  if (topics.size() != 1 + indexed_count)
    return fail("ABI: the log of {} has {} topics, {} are needed", parsed.text(), topics.size(),
                1 + indexed_count);
  AbiValues values;
  auto next_topic = topics.begin() + 1;
  auto next_value = unindexed.begin();
  for (const AbiType& type : parsed.parameters.components) {
    values.push_back(type.indexed ? TRY(decode_topic(type, *next_topic++)) : *next_value++);
  }
  return values;
}

}  // namespace lydian::ledger
