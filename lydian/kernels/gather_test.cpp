#include "lydian/kernels/gather.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "lydian/core/philox.h"

namespace lydian::kernels {
namespace {

using tensor::DType;
constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();

std::uint32_t random_word(std::uint32_t i) { return philox4x32({i, 0, 0, 0}, {1, 2})[0]; }

class GatherTest : public testing::TestWithParam<int> {
 protected:
  ThreadPool pool_{GetParam()};
};

TEST_P(GatherTest, copies_rows_and_clamps_the_index) {
  const std::vector<std::uint16_t> table = {10, 11, 0xffff, 20, 21, 0xffff, 30, 31, 0xffff};
  const std::vector<std::int32_t> index = {2, 0, -1, 3, 1, kMin, kMax};
  std::vector<std::uint16_t> out(index.size() * 2);
  gather_rows(pool_, index, table.data(), 3, 6, 4, out.data());
  EXPECT_EQ(out, (std::vector<std::uint16_t>{30, 31, 10, 11, 10, 11, 30, 31, 20, 21, 10, 11, 30, 31}));
}

TEST_P(GatherTest, equals_the_definition_over_many_tasks) {
  constexpr std::int64_t kRows = 37;
  constexpr std::int64_t kColumns = 300;
  std::vector<std::uint32_t> table(kRows * kColumns);
  for (std::uint32_t i = 0; auto& word : table) word = random_word(i++);
  std::vector<std::int32_t> index(1000);
  for (std::uint32_t i = 0; auto& row : index) row = static_cast<std::int32_t>(random_word(i++) % 50) - 5;
  std::vector<std::uint32_t> fast(index.size() * kColumns);
  std::vector<std::uint32_t> slow(fast.size());
  gather_rows(pool_, index, table.data(), kRows, kColumns * 4, kColumns * 4, fast.data());
  gather_rows_reference(index, table.data(), kRows, kColumns * 4, kColumns * 4, slow.data());
  EXPECT_EQ(fast, slow);
}

TEST_P(GatherTest, scatter_adds_in_ascending_position) {
  // 2^24 + 1 + 1 is 2^24 in this order and 2^24 + 2 in the other.
  const std::vector<float> updates = {0x1p24f, 1, 1, 1, 1, 0x1p24f};
  std::vector<float> out(2, 77.0f);
  scatter_add_rows(pool_, DType::f32, std::vector<std::int32_t>{0, 0, 0}, updates.data(), 1, 2, 1,
                   out.data());
  EXPECT_EQ(out, (std::vector<float>{0x1p24f, 0}));
  scatter_add_rows(pool_, DType::f32, std::vector<std::int32_t>{9, 9, 9}, updates.data() + 3, 1, 2, 1,
                   out.data());
  EXPECT_EQ(out, (std::vector<float>{0, 0x1p24f + 2}));
}

TEST_P(GatherTest, scatter_applies_the_rules_at_the_end_alone) {
  const std::vector<float> updates = {0x1p-127f, 0x1p-127f, -0x1p-127f, std::bit_cast<float>(0xffc00001u),
                                      -0.0f};
  std::vector<std::uint32_t> out(4);
  scatter_add_rows(pool_, DType::f32, std::vector<std::int32_t>{0, 0, 1, 2, 3}, updates.data(), 1, 4, 1,
                   out.data());
  EXPECT_EQ(out, (std::vector<std::uint32_t>{0x00800000, 0x80000000, 0x7fc00000, 0}));
}

TEST_P(GatherTest, scatter_equals_the_definition) {
  for (const std::int64_t columns : {0, 1, 3, 4, 15, 16, 17, 65, 128}) {
    for (const std::int64_t rows : {1, 2, 41}) {
      for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{200}}) {
        const std::int64_t stride = columns + 2;
        std::vector<std::int32_t> index(count);
        for (std::uint32_t i = 0; auto& row : index)
          row = static_cast<std::int32_t>(random_word(i++) % 45) - 2;
        std::vector<std::uint32_t> words(count * static_cast<std::size_t>(stride));
        for (std::uint32_t i = 1000; auto& word : words) word = random_word(i++);
        for (const DType dtype : {DType::f32, DType::i32}) {
          std::vector<std::uint32_t> fast(static_cast<std::size_t>(rows * columns), 77);
          std::vector<std::uint32_t> slow = fast;
          scatter_add_rows(pool_, dtype, index, words.data(), stride, rows, columns, fast.data());
          scatter_add_rows_reference(dtype, index, words.data(), stride, rows, columns, slow.data());
          EXPECT_EQ(fast, slow) << rows << " x " << columns << ", " << count << " positions";
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, GatherTest, testing::Values(1, 2));

}  // namespace
}  // namespace lydian::kernels
