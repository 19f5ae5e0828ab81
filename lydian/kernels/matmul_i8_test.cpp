#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "lydian/core/philox.h"
#include "lydian/kernels/matmul.h"

namespace lydian::kernels {
namespace {

class MatmulI8Test : public testing::TestWithParam<std::tuple<Isa, int>> {
 protected:
  void compare(const MatmulShape& shape, const MatmulOperand<std::int8_t>& a,
               const MatmulOperand<std::int8_t>& b) {
    const std::int64_t row = shape.n + 1;
    std::vector<std::int32_t> fast(static_cast<std::size_t>(shape.outer * shape.inner * shape.m * row), 77);
    std::vector<std::int32_t> slow = fast;
    const auto result = [&](std::vector<std::int32_t>& c) {
      return MatmulResult<std::int32_t>{c.data(), row, shape.inner * shape.m * row, shape.m * row};
    };
    matmul_i8(isa_, pool_, shape, a, b, result(fast));
    matmul_i8_reference(shape, a, b, result(slow));
    EXPECT_EQ(fast, slow) << "m " << shape.m << ", n " << shape.n << ", k " << shape.k;
  }

  Isa isa_ = std::get<0>(GetParam());
  ThreadPool pool_{std::get<1>(GetParam())};
};

std::vector<std::int8_t> random_bytes(std::size_t count, std::uint32_t seed) {
  std::vector<std::int8_t> bytes(count);
  for (std::uint32_t i = 0; auto& byte : bytes)
    byte = static_cast<std::int8_t>(philox4x32({i++, 0, 0, 0}, {seed, 0})[0]);
  return bytes;
}

TEST_P(MatmulI8Test, equals_the_definition_for_all_small_shapes_and_layouts) {
  const std::vector<std::int8_t> a = random_bytes(4000, 1);
  const std::vector<std::int8_t> b = random_bytes(8000, 2);
  for (const std::int64_t m : {0, 1, 3, 4, 5, 67}) {
    for (const std::int64_t n : {0, 1, 16, 63, 64, 65, 130}) {
      for (const std::int64_t k : {0, 1, 2, 3, 31}) {
        const MatmulShape shape{.m = m, .n = n, .k = k};
        compare(shape, {a.data(), k, 1}, {b.data(), n, 1});
        compare(shape, {a.data(), 1, m}, {b.data(), 1, k});
      }
    }
  }
}

TEST_P(MatmulI8Test, serves_batches_in_two_levels) {
  const std::vector<std::int8_t> a = random_bytes(6 * 5 * 7, 3);
  const std::vector<std::int8_t> b = random_bytes(6 * 7 * 9, 4);
  compare({.m = 5, .n = 9, .k = 7, .outer = 2, .inner = 3}, {a.data(), 7, 1, 105, 35},
          {b.data(), 9, 1, 0, 63});
}

TEST_P(MatmulI8Test, wraps_the_sum) {
  // 2^17 products of 2^14 make 2^31, one more than the greatest i32.
  constexpr std::int64_t kDepth = 1 << 17;
  const std::vector<std::int8_t> least(kDepth, -128);
  std::int32_t c = 0;
  matmul_i8(isa_, pool_, {.m = 1, .n = 1, .k = kDepth}, {least.data(), kDepth, 1}, {least.data(), 1, 1},
            {&c, 1});
  EXPECT_EQ(c, std::numeric_limits<std::int32_t>::min());
}

INSTANTIATE_TEST_SUITE_P(AllIsas, MatmulI8Test,
                         testing::Combine(testing::ValuesIn(supported_isas()), testing::Values(1, 2)),
                         [](const auto& instance) {
                           return std::string(name_of(std::get<0>(instance.param))) + "_" +
                                  std::to_string(std::get<1>(instance.param)) + "_threads";
                         });

}  // namespace
}  // namespace lydian::kernels
