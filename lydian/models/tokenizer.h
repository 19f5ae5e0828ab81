// Text to token numbers and back. A character tokenizer knows the distinct bytes-or-code-points of its text;
// a byte tokenizer needs nothing. A tokenizer's description travels in the metadata of a model file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lydian/core/bytes.h"
#include "lydian/core/result.h"

namespace lydian::models {

enum class TokenizerKind : std::uint8_t { byte, character };

class Tokenizer {
 public:
  /// Tokens are the 256 byte values.
  static Tokenizer bytes();
  /// One token for each distinct code point of a UTF-8 text, ascending; at most 65536.
  static Result<Tokenizer> characters_of(std::string_view text);
  /// From a model file's metadata.
  static Result<Tokenizer> from_metadata(const std::map<std::string, std::string>& metadata);

  [[nodiscard]] TokenizerKind kind() const { return kind_; }
  [[nodiscard]] std::int64_t vocabulary() const;
  /// Bytes a token takes in a token file: 1 (u8) up to 256 tokens, else 2 (u16, little-endian).
  [[nodiscard]] int token_bytes() const { return vocabulary() <= 256 ? 1 : 2; }

  [[nodiscard]] Result<std::vector<std::int32_t>> encode(std::string_view text) const;
  /// Tokens beyond the vocabulary become U+FFFD.
  [[nodiscard]] std::string decode(std::span<const std::int32_t> tokens) const;
  /// The token file that a training job names as a constant.
  [[nodiscard]] Result<Bytes> encode_file(std::string_view text) const;

  [[nodiscard]] std::map<std::string, std::string> metadata() const;

 private:
  TokenizerKind kind_ = TokenizerKind::byte;
  std::vector<char32_t> characters_;  // ascending
};

}  // namespace lydian::models
