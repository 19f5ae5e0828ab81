#include "lydian/models/tokenizer.h"

#include <gtest/gtest.h>

namespace lydian::models {
namespace {

using Tokens = std::vector<std::int32_t>;

TEST(Tokenizer, bytes_take_and_give_back_any_text) {
  const Tokenizer tokenizer = Tokenizer::bytes();
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto tokens = tokenizer.encode(all);
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->at(255), 255);
  EXPECT_EQ(tokenizer.decode(*tokens), all);
  EXPECT_EQ(tokenizer.vocabulary(), 256);
  EXPECT_EQ(tokenizer.encode_file("az").value(), (Bytes{'a', 'z'}));
}

TEST(Tokenizer, characters_are_numbered_in_ascending_order) {
  const auto tokenizer = Tokenizer::characters_of(
      "b\xC3\xA9"
      "a\nba");
  ASSERT_TRUE(tokenizer);
  EXPECT_EQ(tokenizer->vocabulary(), 4);
  EXPECT_EQ(tokenizer->encode("\nab\xC3\xA9").value(), (Tokens{0, 1, 2, 3}));
  EXPECT_EQ(tokenizer->decode(Tokens{3, 2, 1, 0}),
            "\xC3\xA9"
            "ba\n");
}

TEST(Tokenizer, decodes_unknown_tokens_as_replacement_characters) {
  const std::string replacement = "\xEF\xBF\xBD";
  const Tokenizer characters = Tokenizer::characters_of("ab").value();
  EXPECT_EQ(characters.decode(Tokens{-1, 0, 2}), replacement + "a" + replacement);
  EXPECT_EQ(Tokenizer::bytes().decode(Tokens{65, 256, -1}), "A" + replacement + replacement);
}

TEST(Tokenizer, accepts_every_length_of_utf8_up_to_its_limits) {
  const std::vector<std::string> accepted = {
      std::string(1, '\0'), "\x7F",         "\xC2\x80",     "\xDF\xBF",         "\xE0\xA0\x80",
      "\xED\x9F\xBF",       "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
  for (const std::string& text : accepted) {
    const auto tokenizer = Tokenizer::characters_of(text);
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    EXPECT_EQ(tokenizer->vocabulary(), 1);
    EXPECT_EQ(tokenizer->decode(Tokens{0}), text);
  }
}

TEST(Tokenizer, refuses_what_is_not_utf8_and_says_where) {
  const std::vector<std::string> refused = {
      "\x80",              // a continuation alone
      "\xBF",              //
      "\xC0\x80",          // overlong
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xED\xA0\x80",      // a surrogate
      "\xED\xBF\xBF",      // a surrogate
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF5\x80\x80\x80",  //
      "\xFF",              //
      "\xC3",              // cut short
      "\xE2\x82",          // cut short
      "\xF0\x9F\x98",      // cut short
      "\xC3(",             // no continuation
      "\xE2\x82(",         //
  };
  for (const std::string& bad : refused) {
    const auto tokenizer = Tokenizer::characters_of("ok" + bad);
    ASSERT_FALSE(tokenizer) << to_hex(
        ByteView(reinterpret_cast<const std::uint8_t*>(bad.data()), bad.size()));
    EXPECT_NE(tokenizer.error().message.find("not valid UTF-8"), std::string::npos)
        << tokenizer.error().message;
  }
  EXPECT_EQ(Tokenizer::characters_of("ab\xE2(x").error().message, "byte 3 of the text is not valid UTF-8");
  EXPECT_FALSE(Tokenizer::characters_of(""));
}

TEST(Tokenizer, names_the_character_it_has_never_seen) {
  const auto tokens = Tokenizer::characters_of("ab").value().encode("ab\xE2\x82\xAC");
  ASSERT_FALSE(tokens);
  EXPECT_EQ(tokens.error().message,
            "byte 2 of the text is the character U+20AC, which the model has never seen");
}

TEST(Tokenizer, token_files_have_one_byte_a_token_up_to_256_characters_and_two_beyond) {
  std::string text;
  for (int c = 0; c < 256; ++c) {
    text += static_cast<char>(0xC4 + c / 64);
    text += static_cast<char>(0x80 + c % 64);
  }
  const Tokenizer small = Tokenizer::characters_of(text).value();
  EXPECT_EQ(small.vocabulary(), 256);
  EXPECT_EQ(small.encode_file(text.substr(510)).value(), (Bytes{255}));
  const Tokenizer large = Tokenizer::characters_of(text + "\xF0\x9F\x98\x80").value();
  EXPECT_EQ(large.token_bytes(), 2);
  EXPECT_EQ(large.encode_file("\xF0\x9F\x98\x80\xC4\x80").value(), (Bytes{0, 1, 0, 0}));
}

TEST(Tokenizer, travels_in_metadata) {
  for (const Tokenizer& tokenizer :
       {Tokenizer::bytes(), Tokenizer::characters_of("hello \xF0\x9F\x98\x80\n").value()}) {
    const auto again = Tokenizer::from_metadata(tokenizer.metadata());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->metadata(), tokenizer.metadata());
    EXPECT_EQ(again->kind(), tokenizer.kind());
  }
}

TEST(Tokenizer, refuses_metadata_that_it_does_not_write) {
  const std::vector<std::map<std::string, std::string>> refused = {
      {},
      {{"lydian.tokenizer", "bpe"}},
      {{"lydian.tokenizer", "character"}},
      {{"lydian.tokenizer", "character"}, {"lydian.tokenizer.characters", ""}},
      {{"lydian.tokenizer", "character"}, {"lydian.tokenizer.characters", "ba"}},
      {{"lydian.tokenizer", "character"}, {"lydian.tokenizer.characters", "aab"}},
      {{"lydian.tokenizer", "character"}, {"lydian.tokenizer.characters", "a\xFF"}},
  };
  for (const auto& metadata : refused) EXPECT_FALSE(Tokenizer::from_metadata(metadata)) << metadata.size();
}

}  // namespace
}  // namespace lydian::models
