#include "lydian/models/tokenizer.h"

#include <algorithm>
#include <set>

namespace lydian::models {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kMaxCharacters = 65536;
constexpr const char* kKindKey = "lydian.tokenizer";
constexpr const char* kCharactersKey = "lydian.tokenizer.characters";

/// The code point at the front of text, which is taken off; strict UTF-8 (RFC 3629).
Result<char32_t> take_character(std::string_view& text, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size()) return fail("byte {} of the text is not valid UTF-8", position);
  char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return fail("byte {} of the text is not valid UTF-8", position + i);
    character = character << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
  if (overlong || character > 0x10FFFF || (character >= 0xD800 && character < 0xE000))
    return fail("byte {} of the text is not valid UTF-8", position);
  text.remove_prefix(length);
  return character;
}

Result<std::u32string> decode_utf8(std::string_view text) {
  std::u32string characters;
  const std::size_t total = text.size();
  while (!text.empty()) characters += TRY(take_character(text, total - text.size()));
  return characters;
}

void append_utf8(std::string& text, char32_t c) {
  const auto push = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      push(0xE0 | c >> 12);
    } else {
      push(0xF0 | c >> 18);
      push(0x80 | (c >> 12 & 0x3F));
    }
    push(0x80 | (c >> 6 & 0x3F));
  }
  push(0x80 | (c & 0x3F));
}

}  // namespace

Tokenizer Tokenizer::bytes() { return {}; }

Result<Tokenizer> Tokenizer::characters_of(std::string_view text) {
  const std::u32string all = TRY(decode_utf8(text));
  const std::set<char32_t> distinct(all.begin(), all.end());
  if (distinct.empty()) return fail("the text is empty, a character tokenizer needs at least one character");
  if (distinct.size() > kMaxCharacters)
    return fail("the text has {} different characters, at most {} are possible", distinct.size(),
                kMaxCharacters);
  Tokenizer tokenizer;
  tokenizer.kind_ = TokenizerKind::character;
  tokenizer.characters_.assign(distinct.begin(), distinct.end());
  return tokenizer;
}

Result<Tokenizer> Tokenizer::from_metadata(const std::map<std::string, std::string>& metadata) {
  const auto kind = metadata.find(kKindKey);
  if (kind == metadata.end())
    return fail("the model's metadata has no \"{}\", so its tokens have no text", kKindKey);
  if (kind->second == "byte") return bytes();
  if (kind->second != "character")
    return fail("the model's metadata names the tokenizer \"{}\", expected \"byte\" or \"character\"",
                kind->second);
  const auto characters = metadata.find(kCharactersKey);
  if (characters == metadata.end()) return fail("the model's metadata has no \"{}\"", kCharactersKey);
  const Tokenizer tokenizer = TRY(characters_of(characters->second));
  if (tokenizer.metadata().at(kCharactersKey) != characters->second)
    return fail("\"{}\" is not in ascending order without repeats", kCharactersKey);
  return tokenizer;
}

std::int64_t Tokenizer::vocabulary() const {
  return kind_ == TokenizerKind::byte ? 256 : static_cast<std::int64_t>(characters_.size());
}

Result<std::vector<std::int32_t>> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int32_t> tokens;
  if (kind_ == TokenizerKind::byte) {
    for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
    return tokens;
  }
  const std::size_t total = text.size();
  while (!text.empty()) {
    const std::size_t position = total - text.size();
    const char32_t character = TRY(take_character(text, position));
    const auto found = std::ranges::lower_bound(characters_, character);
    if (found == characters_.end() || *found != character) {
      return fail("byte {} of the text is the character U+{:04X}, which the model has never seen", position,
                  static_cast<std::uint32_t>(character));
    }
    tokens.push_back(static_cast<std::int32_t>(found - characters_.begin()));
  }
  return tokens;
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens) const {
  std::string text;
  for (const std::int32_t token : tokens) {
    const bool known = token >= 0 && token < vocabulary();
    if (known && kind_ == TokenizerKind::byte)
      text += static_cast<char>(token);
    else
      append_utf8(text, known ? characters_[static_cast<std::size_t>(token)] : kReplacement);
  }
  return text;
}

Result<Bytes> Tokenizer::encode_file(std::string_view text) const {
  const std::vector<std::int32_t> tokens = TRY(encode(text));
  const auto size = static_cast<std::size_t>(token_bytes());
  Bytes file(tokens.size() * size);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (size == 1)
      file[i] = static_cast<std::uint8_t>(tokens[i]);
    else
      store_le(file.data() + 2 * i, static_cast<std::uint16_t>(tokens[i]));
  }
  return file;
}

std::map<std::string, std::string> Tokenizer::metadata() const {
  if (kind_ == TokenizerKind::byte) return {{kKindKey, "byte"}};
  std::string characters;
  for (const char32_t character : characters_) append_utf8(characters, character);
  return {{kKindKey, "character"}, {kCharactersKey, characters}};
}

}  // namespace lydian::models
