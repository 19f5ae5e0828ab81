// Every kernel of every instruction set on buffers whose first or last byte borders memory that nobody may
// touch: a read or write outside ends the test. The results are compared with the definitions as well.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "lydian/kernels/gather.h"
#include "lydian/kernels/map.h"
#include "lydian/kernels/matmul.h"
#include "lydian/kernels/reduce.h"

namespace lydian::kernels {
namespace {

using tensor::DType;

/// Which end of a buffer borders a page without access.
enum class Side { begin, end };

class GuardedBytes {
 public:
  GuardedBytes(std::size_t size, Side side) : size_(size) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t readable = (size + page) / page * page;  // one byte at least
    mapped_ = readable + 2 * page;
    void* const mapping = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(mapping, MAP_FAILED);
    base_ = static_cast<std::uint8_t*>(mapping);
    EXPECT_EQ(mprotect(base_ + page, readable, PROT_READ | PROT_WRITE), 0);
    data_ = base_ + page + (side == Side::end ? readable - size : 0);
  }
  ~GuardedBytes() { munmap(base_, mapped_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  template <typename T = std::uint8_t>
  [[nodiscard]] T* as() const {
    return reinterpret_cast<T*>(data_);
  }
  void fill(std::uint32_t seed) const {
    for (std::size_t i = 0; i < size_; ++i) {
      seed = seed * 1664525 + 1013904223;
      data_[i] = static_cast<std::uint8_t>(seed >> 24);
    }
  }
  [[nodiscard]] std::vector<std::uint8_t> copy() const { return {data_, data_ + size_}; }

 private:
  std::size_t size_;
  std::uint8_t* base_ = nullptr;
  std::uint8_t* data_ = nullptr;
  std::size_t mapped_ = 0;
};

template <typename T>
std::size_t bytes_of(std::int64_t count) {
  return static_cast<std::size_t>(count) * sizeof(T);
}

class GuardPages : public testing::TestWithParam<std::tuple<Isa, Side>> {
 protected:
  Isa isa_ = std::get<0>(GetParam());
  Side side_ = std::get<1>(GetParam());
  ThreadPool pool_{2};

  void check_map(ScalarFn fn, DType in, DType out, std::int64_t count, SplatMask splats) const {
    const auto size = [&](int operand) {
      const DType dtype = fn == ScalarFn::select && operand == 0 ? DType::i32 : in;
      const bool is_one = (splats >> operand & 1) != 0;
      return static_cast<std::size_t>((is_one ? 1 : count) * tensor::size_of(dtype));
    };
    const GuardedBytes a(size(0), side_);
    const GuardedBytes b(size(1), side_);
    const GuardedBytes c(size(2), side_);
    const GuardedBytes fast(static_cast<std::size_t>(count * tensor::size_of(out)), side_);
    for (std::uint32_t seed = 1; const GuardedBytes* operand : {&a, &b, &c}) operand->fill(seed++);
    map_kernel(isa_, fn, in, out, splats)(count, a.as(), b.as(), c.as(), fast.as());
    const GuardedBytes slow(static_cast<std::size_t>(count * tensor::size_of(out)), side_);
    map_kernel(Isa::portable, fn, in, out, splats)(count, a.as(), b.as(), c.as(), slow.as());
    ASSERT_EQ(fast.copy(), slow.copy()) << info_of(fn).name << " of " << count << " " << tensor::name_of(in);
  }
};

TEST_P(GuardPages, maps_stay_inside) {
  for (const ScalarFnInfo& info : kScalarFns) {
    for (const std::int64_t count : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67}) {
      for (SplatMask splats = 0; splats < 1U << arity_of(info.fn); ++splats) {
        if (info.fn == ScalarFn::convert) {
          for (const auto& in : tensor::kDTypes)
            for (const auto& out : tensor::kDTypes)
              ASSERT_NO_FATAL_FAILURE(check_map(info.fn, in.dtype, out.dtype, count, splats));
          continue;
        }
        if (info.domain != Domain::i32) {
          const DType out = info.is_comparison ? DType::i32 : DType::f32;
          ASSERT_NO_FATAL_FAILURE(check_map(info.fn, DType::f32, out, count, splats));
        }
        if (info.domain != Domain::f32) {
          ASSERT_NO_FATAL_FAILURE(check_map(info.fn, DType::i32, DType::i32, count, splats));
        }
      }
    }
  }
}

TEST_P(GuardPages, reductions_stay_inside) {
  for (const ReduceFn fn : {ReduceFn::sum, ReduceFn::maximum, ReduceFn::argmax}) {
    for (const DType dtype : {DType::f32, DType::i32}) {
      for (const std::int64_t n : {1, 2, 3, 31, 32, 33, 67, 127}) {
        for (const std::int64_t lines : {1, 3, 7, 15, 17, 63, 65, 131}) {
          for (const bool by_rows : {true, false}) {
            const ReduceShape shape =
                by_rows ? ReduceShape{.outer = lines, .n = n, .outer_stride = n}
                        : ReduceShape{.outer = 1, .n = n, .inner = lines, .n_stride = lines};
            const GuardedBytes in(bytes_of<float>(n * lines), side_);
            in.fill(4);
            const GuardedBytes fast(bytes_of<float>(lines), side_);
            const GuardedBytes slow(bytes_of<float>(lines), side_);
            reduce(isa_, pool_, fn, dtype, shape, in.as(), fast.as());
            reduce_reference(fn, dtype, shape, in.as(), slow.as());
            ASSERT_EQ(fast.copy(), slow.copy()) << n << " of " << lines << " lines, rows " << by_rows;
          }
        }
      }
    }
  }
}

/// Every element type's product: the same shapes, in rows and transposed.
template <typename T, typename Sum, typename Fast, typename Slow>
void check_products(Side side, Fast fast, Slow slow) {
  for (const MatmulShape shape :
       {MatmulShape{.m = 1, .n = 1, .k = 1}, MatmulShape{.m = 7, .n = 65, .k = 3},
        MatmulShape{.m = 13, .n = 17, .k = 31}, MatmulShape{.m = 67, .n = 47, .k = 129},
        MatmulShape{.m = 97, .n = 23, .k = 530}, MatmulShape{.m = 211, .n = 70, .k = 5}}) {
    for (const bool transposed : {false, true}) {
      const GuardedBytes a(bytes_of<T>(shape.m * shape.k), side);
      const GuardedBytes b(bytes_of<T>(shape.k * shape.n), side);
      a.fill(5);
      b.fill(6);
      const auto operand = [&](const GuardedBytes& x, std::int64_t rows, std::int64_t columns) {
        return transposed ? MatmulOperand<T>{x.as<T>(), 1, rows} : MatmulOperand<T>{x.as<T>(), columns, 1};
      };
      const GuardedBytes found(bytes_of<Sum>(shape.m * shape.n), side);
      const GuardedBytes wanted(bytes_of<Sum>(shape.m * shape.n), side);
      const auto left = operand(a, shape.m, shape.k);
      const auto right = operand(b, shape.k, shape.n);
      fast(shape, left, right, MatmulResult<Sum>{found.as<Sum>(), shape.n});
      slow(shape, left, right, MatmulResult<Sum>{wanted.as<Sum>(), shape.n});
      ASSERT_EQ(found.copy(), wanted.copy()) << shape.m << ", " << shape.n << ", " << shape.k;
    }
  }
}

TEST_P(GuardPages, products_stay_inside) {
  MatmulScratch scratch(2);
  check_products<float, float>(
      side_, [&](const auto&... x) { matmul(isa_, pool_, x..., scratch); }, matmul_reference);
}

TEST_P(GuardPages, integer_products_stay_inside) {
  check_products<std::int8_t, std::int32_t>(
      side_, [&](const auto&... x) { matmul_i8(isa_, pool_, x...); }, matmul_i8_reference);
}

TEST_P(GuardPages, rows_are_gathered_and_scattered_inside) {
  const std::vector<std::int32_t> index = {0, 6, -3, 99, 2, 5, 5};
  constexpr std::int64_t kRows = 7;
  const auto count = static_cast<std::int64_t>(index.size());
  for (const std::int64_t columns : {1, 3, 15, 16, 17, 67}) {
    const GuardedBytes table(bytes_of<float>(kRows * columns), side_);
    table.fill(7);
    const GuardedBytes fast(bytes_of<float>(count * columns), side_);
    const GuardedBytes slow(bytes_of<float>(count * columns), side_);
    gather_rows(pool_, index, table.as(), kRows, columns * 4, columns * 4, fast.as());
    gather_rows_reference(index, table.as(), kRows, columns * 4, columns * 4, slow.as());
    ASSERT_EQ(fast.copy(), slow.copy()) << columns;
    for (const DType dtype : {DType::f32, DType::i32}) {
      scatter_add_rows(pool_, dtype, index, table.as(), columns, kRows, columns, fast.as());
      scatter_add_rows_reference(dtype, index, table.as(), columns, kRows, columns, slow.as());
      ASSERT_EQ(fast.copy(), slow.copy()) << columns;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, GuardPages,
                         testing::Combine(testing::ValuesIn(supported_isas()),
                                          testing::Values(Side::begin, Side::end)),
                         [](const auto& instance) {
                           return std::string(name_of(std::get<0>(instance.param))) +
                                  (std::get<1>(instance.param) == Side::begin ? "_begin" : "_end");
                         });

}  // namespace
}  // namespace lydian::kernels
