#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "lydian/core/bytes.h"
#include "lydian/core/file.h"
#include "lydian/core/philox.h"
#include "lydian/core/result.h"
#include "lydian/core/thread_pool.h"

namespace lydian {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail("{} is odd", number);
  return number / 2;
}

// That it compiles is half of the test: warnings are errors, those of hidden names too.
Result<int> quarter(int number) { return TRY(half(TRY(half(number)))); }

TEST(Try, stands_inside_another_and_returns_the_first_error) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_EQ(quarter(5).error().message, "5 is odd");
}

TEST(Hex, round_trips_and_refuses_what_is_not_hex) {
  EXPECT_EQ(to_hex(*from_hex("0x00ffA1")), "00ffa1");
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
  EXPECT_FALSE(Root::from_hex("00"));
}

TEST(Endian, little_and_big_endian_stores_are_mirrors) {
  std::uint8_t raw[4];
  store_le<std::uint32_t>(raw, 0x01020304);
  EXPECT_EQ(raw[0], 4);
  EXPECT_EQ(load_be<std::uint32_t>(raw), 0x04030201U);
  EXPECT_EQ(load_le<std::uint32_t>(raw), 0x01020304U);
}

// The known answers that the authors of Philox publish with Random123 (kat_vectors).
TEST(Philox, matches_published_known_answers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(ThreadPool, runs_every_index_once_over_many_loops) {
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    for (int loop = 0; loop < 500; ++loop) {
      std::vector<std::atomic<int>> hits(loop % 17);
      pool.parallel_for(static_cast<std::int64_t>(hits.size()), [&](std::int64_t i, int thread) {
        ASSERT_LT(thread, threads);
        hits[static_cast<std::size_t>(i)]++;
      });
      for (const auto& hit : hits) ASSERT_EQ(hit, 1);
    }
  }
}

TEST(File, atomic_write_replaces_and_names_the_path_on_error) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("lydian_core_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(write_file_atomic(folder / "a", as_bytes("one")));
  ASSERT_TRUE(write_file_atomic(folder / "a", as_bytes("two")));
  EXPECT_EQ(*read_text_file(folder / "a"), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  const auto missing = read_file(folder / "b");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/b"), std::string::npos);
  EXPECT_FALSE(write_file_atomic(folder / "no" / "c", as_bytes("x")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lydian
