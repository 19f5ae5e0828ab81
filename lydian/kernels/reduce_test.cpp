#include "lydian/kernels/reduce.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "lydian/core/philox.h"

namespace lydian::kernels {
namespace {

using tensor::DType;
using Words = std::vector<std::uint32_t>;

constexpr std::uint32_t kInfinity = 0x7f800000;
constexpr std::uint32_t kNegativeInfinity = 0xff800000;

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

/// f32 words: mostly ordinary, some equal, some special; `nans` says whether NaNs are among them.
Words special_words(std::int64_t count, std::uint32_t seed, bool nans) {
  Words words(static_cast<std::size_t>(count));
  for (std::uint32_t i = 0; auto& word : words) {
    const PhiloxCounter random = philox4x32({i++, 0, 0, 0}, {seed, 0});
    word = bits(static_cast<float>(random[0]) * 0x1p-31f - 1.0f);
    switch (random[1] % 64) {
      case 0:
        word = 0x80000000;
        break;
      case 1:
        word = 0;
        break;
      case 2:
        word &= 0x807fffff;
        break;
      case 3:
        word = bits(0.5f);
        break;
      case 4:
        word = random[2] % 8 == 0 ? kInfinity : word;
        break;
      case 5:
        word = random[2] % 8 == 0 ? kNegativeInfinity : word;
        break;
      case 6:
        word = nans ? 0xffc00000 | random[2] : word;
        break;
      default:
        break;
    }
  }
  return words;
}

class ReduceTest : public testing::TestWithParam<std::tuple<Isa, int>> {
 protected:
  void compare(const ReduceShape& shape, const Words& in) {
    for (const DType dtype : {DType::f32, DType::i32}) {
      for (const ReduceFn fn : {ReduceFn::sum, ReduceFn::maximum, ReduceFn::argmax}) {
        Words fast(static_cast<std::size_t>(shape.outer * shape.inner) + 1, 77);
        Words slow = fast;
        reduce(isa_, pool_, fn, dtype, shape, in.data(), fast.data());
        reduce_reference(fn, dtype, shape, in.data(), slow.data());
        ASSERT_EQ(fast, slow) << name_of(dtype) << " function " << static_cast<int>(fn) << " of "
                              << shape.outer << ", " << shape.n << ", " << shape.inner;
      }
    }
  }

  std::uint32_t of_row(ReduceFn fn, DType dtype, const Words& row) {
    std::uint32_t out = 77;
    reduce_rows(isa_, fn, dtype, 1, static_cast<std::int64_t>(row.size()), row.data(), 0, &out);
    return out;
  }

  Isa isa_ = std::get<0>(GetParam());
  ThreadPool pool_{std::get<1>(GetParam())};
};

TEST_P(ReduceTest, equals_the_definition_for_rows) {
  for (const std::int64_t n :
       {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 127, 128, 769, 4099}) {
    for (const std::int64_t rows : {0, 1, 2, 5, 67}) {
      for (const bool nans : {false, true}) {
        const std::int64_t stride = n + 1;
        compare({.outer = rows, .n = n, .outer_stride = stride}, special_words(rows * stride + 1, 1, nans));
      }
    }
  }
}

TEST_P(ReduceTest, equals_the_definition_for_columns) {
  for (const std::int64_t n : {0, 1, 2, 31, 32, 33, 100}) {
    for (const std::int64_t inner : {1, 2, 7, 16, 63, 64, 65, 129, 384}) {
      const std::int64_t stride = inner + 3;
      compare({.outer = 2, .n = n, .inner = inner, .outer_stride = n * stride, .n_stride = stride},
              special_words(2 * n * stride + inner, 2, inner % 2 == 1));
    }
  }
}

TEST_P(ReduceTest, equals_the_definition_for_any_strides) {
  const Words in = special_words(40000, 3, true);
  compare({.outer = 20, .n = 33, .inner = 30, .outer_stride = 1, .n_stride = 20, .inner_stride = 660}, in);
  compare({.outer = 5, .n = 41, .inner = 17, .outer_stride = 697, .n_stride = 1, .inner_stride = 41}, in);
  compare({.outer = 300, .n = 40, .outer_stride = 1, .n_stride = 300}, in);
  compare({.outer = 3, .n = 50, .inner = 4, .outer_stride = 0, .n_stride = 7, .inner_stride = 2}, in);
  compare({.outer = 3, .n = 50, .inner = 40, .n_stride = 0, .inner_stride = 0}, in);
}

TEST_P(ReduceTest, shares_out_long_work) {
  const Words in = special_words(200000, 4, false);
  compare({.outer = 2000, .n = 100, .outer_stride = 100}, in);
  compare({.outer = 1, .n = 200, .inner = 1000, .n_stride = 1000}, in);
}

TEST_P(ReduceTest, sums_in_32_lanes_that_fold) {
  // Lane 0 holds 2^24 and two ones that it loses; lane 16 holds 1, which the fold adds to 2^24 and loses.
  Words row(65, 0);
  row[0] = bits(0x1p24f);
  row[16] = row[32] = row[64] = bits(1.0f);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, row), bits(0x1p24f));
  // In lanes 1 and 17 the ones meet each other before they meet 2^24.
  Words other(32, 0);
  other[0] = bits(0x1p24f);
  other[1] = other[17] = bits(1.0f);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, other), bits(0x1p24f + 2));
}

TEST_P(ReduceTest, applies_the_rules_at_the_end_of_a_sum_alone) {
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {0x00400000, 0x00400000}), 0x00800000u);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {0x80400000}), 0x80000000u);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {0xffc12345}), 0x7fc00000u);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {kInfinity, kNegativeInfinity}), 0x7fc00000u);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {0x80000000, 0x80000000}), 0u);
}

TEST_P(ReduceTest, orders_zeros_and_nans) {
  EXPECT_EQ(of_row(ReduceFn::maximum, DType::f32, {0x80000000, 0, 0x80000000}), 0u);
  EXPECT_EQ(of_row(ReduceFn::argmax, DType::f32, {0x80000000, 0, 0}), 1u);
  EXPECT_EQ(of_row(ReduceFn::maximum, DType::f32, {kInfinity, 0xff800001}), 0x7fc00000u);
  EXPECT_EQ(of_row(ReduceFn::argmax, DType::f32, {kInfinity, 0xff800001, 0x7fffffff}), 1u);
  EXPECT_EQ(of_row(ReduceFn::maximum, DType::f32, {0x80000001, 0x80000002}), 0x80000001u)
      << "subnormals stay";
  EXPECT_EQ(of_row(ReduceFn::argmax, DType::i32, {0x80000000, 0x80000000}), 0u);
}

TEST_P(ReduceTest, has_a_value_for_nothing) {
  EXPECT_EQ(of_row(ReduceFn::sum, DType::f32, {}), 0u);
  EXPECT_EQ(of_row(ReduceFn::sum, DType::i32, {}), 0u);
  EXPECT_EQ(of_row(ReduceFn::maximum, DType::f32, {}), kNegativeInfinity);
  EXPECT_EQ(of_row(ReduceFn::maximum, DType::i32, {}), 0x80000000u);
  EXPECT_EQ(of_row(ReduceFn::argmax, DType::f32, {}), 0u);
}

TEST_P(ReduceTest, wraps_integer_sums) {
  EXPECT_EQ(of_row(ReduceFn::sum, DType::i32, {0x7fffffff, 1, 0xffffffff}), 0x7fffffffu);
}

INSTANTIATE_TEST_SUITE_P(AllIsas, ReduceTest,
                         testing::Combine(testing::ValuesIn(supported_isas()), testing::Values(1, 2)),
                         [](const auto& instance) {
                           return std::string(name_of(std::get<0>(instance.param))) + "_" +
                                  std::to_string(std::get<1>(instance.param)) + "_threads";
                         });

}  // namespace
}  // namespace lydian::kernels
