#include "lydian/kernels/matmul.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <limits>
#include <tuple>
#include <vector>

#include "lydian/core/philox.h"

namespace lydian::kernels {
namespace {

using Floats = std::vector<float>;

Floats ordinary_values(std::int64_t count, std::uint32_t seed) {
  Floats values(static_cast<std::size_t>(count));
  for (std::uint32_t i = 0; float& value : values) {
    value = static_cast<float>(philox4x32({i++, 0, 0, 0}, {seed, 0})[0]) * 0x1p-31f - 1.0f;
  }
  return values;
}

/// Ordinary values among signed zeros, subnormals, factors whose products underflow or overflow, infinities
/// and NaNs with payloads.
Floats special_values(std::int64_t count, std::uint32_t seed) {
  Floats values = ordinary_values(count, seed);
  for (std::uint32_t i = 0; float& value : values) {
    const PhiloxCounter random = philox4x32({i++, 1, 0, 0}, {seed, 0});
    switch (random[0] % 256) {
      case 0:
        value = -0.0f;
        break;
      case 1:
        value = 0.0f;
        break;
      case 2:
        value = std::bit_cast<float>(random[1] & 0x807fffff);
        break;
      case 3:
        value *= 0x1p-64f;
        break;
      case 4:
        value *= 0x1p120f;
        break;
      case 5:
        value = random[1] % 2 == 0 ? std::numeric_limits<float>::infinity() : value;
        break;
      case 6:
        value = random[1] % 2 == 0 ? std::bit_cast<float>(0xffc12345u) : value;
        break;
      default:
        break;
    }
  }
  return values;
}

::testing::AssertionResult same_bits(const Floats& actual, const Floats& expected) {
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto x = std::bit_cast<std::uint32_t>(actual[i]);
    const auto y = std::bit_cast<std::uint32_t>(expected[i]);
    if (x != y) return ::testing::AssertionFailure() << "element " << i << " is " << x << ", not " << y;
  }
  return ::testing::AssertionSuccess();
}

enum class Layout { rows, columns, padded, broadcast_rows, every_second };

/// An operand in `values` (large enough for any layout), batches one after the other.
MatmulOperand<float> operand(const Floats& values, std::int64_t rows, std::int64_t columns, Layout layout,
                             std::int64_t inner = 1) {
  MatmulOperand<float> x{.data = values.data()};
  switch (layout) {
    case Layout::rows:
      x.row_stride = columns;
      break;
    case Layout::columns:
      x.row_stride = 1, x.column_stride = rows;
      break;
    case Layout::padded:
      x.row_stride = columns + 3, x.data += 1;
      break;
    case Layout::broadcast_rows:
      x.row_stride = 0;
      break;
    case Layout::every_second:
      x.row_stride = 2 * columns, x.column_stride = 2;
      break;
  }
  x.inner_stride = 2 * rows * columns;
  x.outer_stride = inner * x.inner_stride;
  return x;
}

std::int64_t operand_size(std::int64_t rows, std::int64_t columns) {
  return 2 * rows * columns + 3 * rows + 4;
}

class MatmulTest : public testing::TestWithParam<std::tuple<Isa, int>> {
 protected:
  /// Compares the whole buffer of the result, with the gaps between its rows.
  void compare(const MatmulShape& shape, const MatmulOperand<float>& a, const MatmulOperand<float>& b,
               std::int64_t c_gap = 0) {
    const std::int64_t row = shape.n + c_gap;
    const std::int64_t batch = shape.m * row;
    Floats fast(static_cast<std::size_t>(shape.outer * shape.inner * batch + 1), 77.0f);
    Floats slow = fast;
    const auto result = [&](Floats& c) {
      return MatmulResult<float>{c.data() + 1, row, shape.inner * batch, batch};
    };
    matmul(isa_, pool_, shape, a, b, result(fast), scratch_);
    matmul_reference(shape, a, b, result(slow));
    EXPECT_TRUE(same_bits(fast, slow)) << "m " << shape.m << ", n " << shape.n << ", k " << shape.k
                                       << ", batch " << shape.outer << " x " << shape.inner;
  }

  Isa isa_ = std::get<0>(GetParam());
  ThreadPool pool_{std::get<1>(GetParam())};
  MatmulScratch scratch_{std::get<1>(GetParam())};
};

TEST_P(MatmulTest, equals_the_definition_for_all_small_shapes) {
  const Floats a = special_values(operand_size(32, 64), 1);
  const Floats b = special_values(operand_size(64, 144), 2);
  for (const std::int64_t m : {0, 1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 19}) {
    for (const std::int64_t n : {0, 1, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 97, 129}) {
      for (const std::int64_t k : {0, 1, 2, 3, 8, 17}) {
        compare({.m = m, .n = n, .k = k}, operand(a, m, k, Layout::rows), operand(b, k, n, Layout::rows),
                m % 2);
      }
    }
  }
}

TEST_P(MatmulTest, equals_the_definition_for_all_layouts) {
  for (const Layout a_layout :
       {Layout::rows, Layout::columns, Layout::padded, Layout::broadcast_rows, Layout::every_second}) {
    for (const Layout b_layout :
         {Layout::rows, Layout::columns, Layout::padded, Layout::broadcast_rows, Layout::every_second}) {
      for (const MatmulShape shape :
           {MatmulShape{.m = 5, .n = 13, .k = 9}, MatmulShape{.m = 181, .n = 83, .k = 21},
            MatmulShape{.m = 26, .n = 130, .k = 20, .outer = 2, .inner = 3}}) {
        const std::int64_t batch = shape.outer * shape.inner;
        const Floats a = special_values(batch * operand_size(shape.m, shape.k), 3);
        const Floats b = special_values(batch * operand_size(shape.k, shape.n), 4);
        compare(shape, operand(a, shape.m, shape.k, a_layout, shape.inner),
                operand(b, shape.k, shape.n, b_layout, shape.inner), 5);
      }
    }
  }
}

TEST_P(MatmulTest, equals_the_definition_for_few_rows) {
  const Floats a = special_values(operand_size(33, 67), 18);
  const Floats b = special_values(operand_size(67, 300), 19);
  for (std::int64_t m = 1; m <= 33; ++m) {
    for (const std::int64_t n : {1, 15, 16, 33, 300}) {
      for (const std::int64_t k : {0, 1, 15, 16, 17, 67}) {
        for (const Layout layout : {Layout::rows, Layout::columns, Layout::padded}) {
          compare({.m = m, .n = n, .k = k}, operand(a, m, k, m % 2 == 0 ? Layout::rows : Layout::columns),
                  operand(b, k, n, layout), n % 2);
        }
      }
    }
  }
}

TEST_P(MatmulTest, continues_one_chain_of_few_rows_over_blocks_of_k) {
  constexpr std::int64_t kDepth = 70'001;
  const Floats a = ordinary_values(operand_size(3, kDepth), 20);
  const Floats b = ordinary_values(operand_size(kDepth, 19), 21);
  for (const std::int64_t m : {1, 3}) {
    for (const Layout layout : {Layout::rows, Layout::columns}) {
      compare({.m = m, .n = 19, .k = kDepth}, operand(a, m, kDepth, Layout::rows),
              operand(b, kDepth, 19, layout));
    }
  }
}

TEST_P(MatmulTest, shares_the_columns_of_a_few_rows_among_threads) {
  constexpr std::int64_t kDepth = 700;
  const Floats a = ordinary_values(operand_size(12, kDepth), 22);
  const Floats b = ordinary_values(operand_size(kDepth, 1501), 23);
  for (const std::int64_t m : {1, 8, 12}) {
    for (const Layout layout : {Layout::rows, Layout::columns}) {
      compare({.m = m, .n = 1501, .k = kDepth}, operand(a, m, kDepth, Layout::rows),
              operand(b, kDepth, 1501, layout), 3);
    }
  }
}

TEST_P(MatmulTest, shares_rows_columns_and_batches_among_threads) {
  for (const MatmulShape shape :
       {MatmulShape{.m = 1003, .n = 70, .k = 65}, MatmulShape{.m = 211, .n = 300, .k = 100},
        MatmulShape{.m = 64, .n = 65, .k = 200, .outer = 2, .inner = 3}}) {
    const std::int64_t batch = shape.outer * shape.inner;
    const Floats a = ordinary_values(batch * operand_size(shape.m, shape.k), 24);
    const Floats b = ordinary_values(batch * operand_size(shape.k, shape.n), 25);
    for (const Layout layout : {Layout::rows, Layout::columns}) {
      compare(shape, operand(a, shape.m, shape.k, layout, shape.inner),
              operand(b, shape.k, shape.n, layout, shape.inner), 5);
    }
  }
}

TEST_P(MatmulTest, continues_one_chain_over_blocks_of_k) {
  for (const std::int64_t k : {511, 512, 513, 1031}) {
    for (const Layout layout : {Layout::rows, Layout::columns}) {
      const Floats a = ordinary_values(operand_size(13, k), 5);
      const Floats b = ordinary_values(operand_size(k, 67), 6);
      compare({.m = 13, .n = 67, .k = k}, operand(a, 13, k, layout), operand(b, k, 67, layout));
    }
  }
}

TEST_P(MatmulTest, splits_columns_that_exceed_the_cache) {
  const Floats a = ordinary_values(operand_size(9, 500), 7);
  const Floats b = ordinary_values(operand_size(500, 1009), 8);
  for (const Layout layout : {Layout::rows, Layout::columns}) {
    compare({.m = 9, .n = 1009, .k = 500}, operand(a, 9, 500, layout), operand(b, 500, 1009, layout));
  }
}

TEST_P(MatmulTest, packs_a_transposed_operand_whose_rows_lie_far_apart) {
  constexpr std::int64_t kStride = 1211;
  const Floats a = ordinary_values(510 * kStride, 9);
  const Floats b = ordinary_values(operand_size(510, 70), 10);
  for (const std::int64_t k : {5, 510}) {
    compare({.m = 211, .n = 70, .k = k}, {a.data(), 1, kStride}, operand(b, k, 70, Layout::rows));
  }
}

TEST_P(MatmulTest, reads_attention_heads_out_of_one_buffer) {
  constexpr std::int64_t kBatch = 3, kTime = 16, kHeads = 4, kWidth = 8, kRow = 3 * kHeads * kWidth;
  const Floats qkv = ordinary_values(kBatch * kTime * kRow, 11);  // (B, T, 3, H, W)
  const MatmulOperand<float> query{qkv.data(), kRow, 1, kTime * kRow, kWidth};
  const MatmulOperand<float> key{qkv.data() + kHeads * kWidth, 1, kRow, kTime * kRow, kWidth};
  compare({.m = kTime, .n = kTime, .k = kWidth, .outer = kBatch, .inner = kHeads}, query, key);
}

TEST_P(MatmulTest, shares_an_operand_over_a_batch) {
  const Floats a = special_values(operand_size(9, 21), 12);
  const Floats b = special_values(5 * operand_size(21, 35), 13);
  MatmulOperand<float> shared = operand(a, 9, 21, Layout::rows);
  shared.inner_stride = shared.outer_stride = 0;
  compare({.m = 9, .n = 35, .k = 21, .outer = 5}, shared, operand(b, 21, 35, Layout::rows));
}

TEST_P(MatmulTest, applies_the_nan_and_tiny_rules_at_the_end_alone) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Floats a = {0x1p-100f, 0x1p-100f, kInfinity, -0x1p-100f, -0.0f};
  const Floats b = {0x1p-27f, 0x1p-26f, 0.0f, 0x1p-100f, 1.0f};
  const auto product = [&](std::int64_t first, std::int64_t count) {
    float c = 77.0f;
    matmul(isa_, pool_, {.m = 1, .n = 1, .k = count}, {a.data() + first, count}, {b.data() + first, 1},
           {&c, 1}, scratch_);
    return std::bit_cast<std::uint32_t>(c);
  };
  EXPECT_EQ(product(0, 1), 0x00000000u) << "2^-127 is tiny";
  EXPECT_EQ(product(0, 2), std::bit_cast<std::uint32_t>(0x1.8p-126f)) << "an inner subnormal sum counts";
  EXPECT_EQ(product(2, 1), 0x7fc00000u) << "infinity times zero";
  EXPECT_EQ(product(3, 1), 0x80000000u) << "a tiny negative keeps its sign";
  EXPECT_EQ(product(3, 2), 0x80000000u) << "and a negative zero is added with its own";
}

TEST_P(MatmulTest, keeps_a_subnormal_sum_between_blocks_of_k) {
  constexpr std::int64_t kDepth = 1030;
  Floats a(kDepth, 0.0f);
  a.front() = a.back() = 0x1p-100f;
  const Floats b(kDepth, 0x1p-27f);
  float c = 77.0f;
  matmul(isa_, pool_, {.m = 1, .n = 1, .k = kDepth}, {a.data(), kDepth}, {b.data(), 1}, {&c, 1}, scratch_);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(c), std::bit_cast<std::uint32_t>(0x1p-126f));
}

TEST_P(MatmulTest, runs_inside_a_loop_of_the_caller) {
  const Floats a = ordinary_values(operand_size(70, 90), 14);
  const Floats b = ordinary_values(operand_size(90, 110), 15);
  const MatmulShape shape{.m = 70, .n = 110, .k = 90};
  std::vector<Floats> c(4, Floats(70 * 110));
  pool_.parallel_for(4, [&](std::int64_t i, int thread) {
    matmul_on_thread(isa_, thread, shape, operand(a, 70, 90, Layout::columns),
                     operand(b, 90, 110, Layout::columns), {c[static_cast<std::size_t>(i)].data(), 110},
                     scratch_);
  });
  Floats expected(70 * 110);
  matmul_reference(shape, operand(a, 70, 90, Layout::columns), operand(b, 90, 110, Layout::columns),
                   {expected.data(), 110});
  for (const Floats& result : c) EXPECT_TRUE(same_bits(result, expected));
}

/// `count` floats that end exactly where the readable memory ends.
class GuardedFloats {
 public:
  explicit GuardedFloats(const Floats& values) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = values.size() * sizeof(float);
    readable_ = (size + page - 1) / page * page;
    mapped_ = readable_ + page;
    void* const mapping = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(mapping, MAP_FAILED);
    base_ = static_cast<std::uint8_t*>(mapping);
    EXPECT_EQ(mprotect(base_ + readable_, page, PROT_NONE), 0);
    data_ = reinterpret_cast<float*>(base_ + readable_ - size);
    std::memcpy(data_, values.data(), size);
  }
  ~GuardedFloats() { munmap(base_, mapped_); }
  GuardedFloats(const GuardedFloats&) = delete;
  GuardedFloats& operator=(const GuardedFloats&) = delete;

  [[nodiscard]] float* data() const { return data_; }

 private:
  std::uint8_t* base_ = nullptr;
  float* data_ = nullptr;
  std::size_t readable_ = 0;
  std::size_t mapped_ = 0;
};

TEST_P(MatmulTest, touches_nothing_beyond_the_buffers) {
  for (const MatmulShape shape :
       {MatmulShape{.m = 1, .n = 1, .k = 1}, MatmulShape{.m = 7, .n = 65, .k = 3},
        MatmulShape{.m = 1, .n = 77, .k = 35}, MatmulShape{.m = 20, .n = 45, .k = 37},
        MatmulShape{.m = 67, .n = 65, .k = 129}, MatmulShape{.m = 40, .n = 23, .k = 530},
        MatmulShape{.m = 1003, .n = 70, .k = 5}}) {
    const Floats a = ordinary_values(shape.m * shape.k, 16);
    const Floats b = ordinary_values(shape.k * shape.n, 17);
    const GuardedFloats guarded_a(a);
    const GuardedFloats guarded_b(b);
    for (const bool transposed : {false, true}) {
      const Floats zeros(static_cast<std::size_t>(shape.m * shape.n));
      const GuardedFloats guarded_c(zeros);
      Floats expected = zeros;
      const auto strides = [&](const float* data, std::int64_t rows, std::int64_t columns) {
        return transposed ? MatmulOperand<float>{data, 1, rows} : MatmulOperand<float>{data, columns, 1};
      };
      matmul(isa_, pool_, shape, strides(guarded_a.data(), shape.m, shape.k),
             strides(guarded_b.data(), shape.k, shape.n), {guarded_c.data(), shape.n}, scratch_);
      matmul_reference(shape, strides(a.data(), shape.m, shape.k), strides(b.data(), shape.k, shape.n),
                       {expected.data(), shape.n});
      EXPECT_TRUE(same_bits(Floats(guarded_c.data(), guarded_c.data() + zeros.size()), expected));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllIsas, MatmulTest,
                         testing::Combine(testing::ValuesIn(supported_isas()), testing::Values(1, 2)),
                         [](const auto& instance) {
                           return std::string(name_of(std::get<0>(instance.param))) + "_" +
                                  std::to_string(std::get<1>(instance.param)) + "_threads";
                         });

}  // namespace
}  // namespace lydian::kernels
