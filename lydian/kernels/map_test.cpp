// Every map kernel of every instruction set against the definition, bit for bit.
#include "lydian/kernels/map.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

namespace lydian::kernels {
namespace {

struct Case {
  ScalarFn fn;
  DType in;
  DType out;
};

std::string name_of_case(Isa isa, const Case& c) {
  return fmt::format("{} {} {} to {}", name_of(isa), info_of(c.fn).name, tensor::name_of(c.in),
                     tensor::name_of(c.out));
}

/// Every function with every type it takes.
std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const ScalarFnInfo& info : kScalarFns) {
    if (info.fn == ScalarFn::convert) {
      for (const auto& in : tensor::kDTypes)
        for (const auto& out : tensor::kDTypes) cases.push_back({info.fn, in.dtype, out.dtype});
      continue;
    }
    if (info.domain != Domain::i32)
      cases.push_back({info.fn, DType::f32, info.is_comparison ? DType::i32 : DType::f32});
    if (info.domain != Domain::f32) cases.push_back({info.fn, DType::i32, DType::i32});
  }
  return cases;
}

DType operand_type(const Case& c, int operand) {
  return c.fn == ScalarFn::select && operand == 0 ? DType::i32 : c.in;
}

/// Elements of one type in native order, after `skew` bytes that spoil the alignment, with guard bytes at the
/// end.
class Buffer {
 public:
  static constexpr std::size_t kGuard = 64;

  Buffer(DType dtype, std::size_t count, std::size_t skew)
      : size_(static_cast<std::size_t>(tensor::size_of(dtype))),
        skew_(skew),
        bytes_(skew + count * size_ + kGuard, 0xA5) {}

  [[nodiscard]] std::uint8_t* data() { return bytes_.data() + skew_; }
  void set(std::size_t i, std::uint32_t word) {
    const auto byte = static_cast<std::uint8_t>(word);
    const auto half = static_cast<std::uint16_t>(word);
    const void* const from = size_ == 1   ? static_cast<const void*>(&byte)
                             : size_ == 2 ? static_cast<const void*>(&half)
                                          : &word;
    std::memcpy(data() + i * size_, from, size_);
  }
  [[nodiscard]] std::uint32_t get(std::size_t i) {
    if (size_ == 1) return data()[i];
    std::uint16_t half = 0;
    std::uint32_t word = 0;
    std::memcpy(size_ == 2 ? static_cast<void*>(&half) : &word, data() + i * size_, size_);
    return size_ == 2 ? half : word;
  }
  [[nodiscard]] bool guard_is_intact() const {
    return std::all_of(bytes_.end() - kGuard, bytes_.end(), [](std::uint8_t b) { return b == 0xA5; });
  }

 private:
  std::size_t size_;
  std::size_t skew_;
  std::vector<std::uint8_t> bytes_;
};

using Operands = std::array<std::vector<std::uint32_t>, 3>;

/// Runs the kernel on operands (words; of length 1 where splat) and compares each result with apply.
void expect_equal(Isa isa, const Case& c, const Operands& operands, std::size_t count, SplatMask splats,
                  std::size_t skew = 0) {
  std::vector<Buffer> in;
  for (int k = 0; k < 3; ++k) {
    const auto& words = operands[static_cast<std::size_t>(k)];
    in.emplace_back(operand_type(c, k), count, skew);
    for (std::size_t i = 0; i < count && k < arity_of(c.fn); ++i) in.back().set(i, words[i]);
  }
  Buffer out(c.out, count, skew);
  map_kernel(isa, c.fn, c.in, c.out, splats)(static_cast<std::int64_t>(count), in[0].data(), in[1].data(),
                                             in[2].data(), out.data());
  const auto at = [&](std::size_t k, std::size_t i) {
    if (static_cast<int>(k) >= arity_of(c.fn)) return 0U;
    return in[k].get((splats >> k & 1) != 0 ? 0 : i);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t want = apply(c.fn, c.in, c.out, at(0, i), at(1, i), at(2, i));
    ASSERT_EQ(out.get(i), want) << fmt::format("{}: a={:08x} b={:08x} c={:08x} element {} of {}",
                                               name_of_case(isa, c), at(0, i), at(1, i), at(2, i), i, count);
  }
  ASSERT_TRUE(out.guard_is_intact()) << name_of_case(isa, c) << ", " << count << " elements";
}

/// Values where rules meet: zeros, subnormals, the ends of ranges, ties, infinities, NaNs.
std::vector<std::uint32_t> edges(DType dtype) {
  if (dtype == DType::f32)
    return {0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000,
            0x00800001, 0x3f800000, 0xbf800000, 0x3f7fffff, 0x3f800001, 0x3f000000, 0xbf000000, 0x40490fdb,
            0x33800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001,
            0xffbfffff, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x477fe000, 0x477ff000, 0x33000000,
            0x33000001, 0x38800000, 0x437f8000, 0xc3008000, 0x47800000, 0x49800000, 0x49800001, 0x1f800000,
            0x20000000, 0xc2aeac4f, 0xc2aeac50, 0x42b17218, 0x42b17217};
  return {0,          1,          0xffffffff, 2,          31,         32,         33,         0x7fffffff,
          0x80000000, 0x80000001, 0x00ffffff, 0x01000000, 0x01000001, 0x01010001, 0xfeff0000, 0xfefeffff,
          0x01018001, 0x7fffff80, 0x0000ffef, 0x0000fff0, 0x0000ffff, 0x00010000, 0x12345678, 0xedcba988,
          0x000000ff, 0x00000080, 0xffffff7f, 0x0001ffff, 0x02020200, 0x02020300};
}

std::uint32_t random_word(std::mt19937& generator, const std::vector<std::uint32_t>& lattice) {
  const auto word = static_cast<std::uint32_t>(generator());
  switch (generator() % 4) {
    case 0:
      return lattice[word % lattice.size()];
    case 1:
      return (word & 0x807fffff) | static_cast<std::uint32_t>(100 + generator() % 56)
                                       << 23;  // a float of everyday size
    default:
      return word;
  }
}

Operands random_operands(const Case& c, std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  Operands operands;
  for (int k = 0; k < arity_of(c.fn); ++k) {
    const auto lattice = edges(operand_type(c, k) == DType::f32 ? DType::f32 : DType::i32);
    for (std::size_t i = 0; i < count; ++i)
      operands[static_cast<std::size_t>(k)].push_back(random_word(generator, lattice));
    if (operand_type(c, k) != c.in)  // select's condition
      for (auto& word : operands[static_cast<std::size_t>(k)]) word = word % 3 == 0 ? 0 : word;
  }
  return operands;
}

class MapKernels : public testing::TestWithParam<Isa> {};

TEST_P(MapKernels, equal_the_definition_on_every_combination_of_edge_values) {
  for (const Case& c : all_cases()) {
    if (tensor::size_of(c.in) != 4) continue;
    const auto lattice = edges(c.in);
    std::size_t count = 1;
    for (int k = 0; k < arity_of(c.fn); ++k) count *= lattice.size();
    Operands operands;
    for (std::size_t i = 0; i < count; ++i) {
      operands[0].push_back(lattice[i % lattice.size()]);
      operands[1].push_back(lattice[i / lattice.size() % lattice.size()]);
      operands[2].push_back(lattice[i / lattice.size() / lattice.size() % lattice.size()]);
    }
    ASSERT_NO_FATAL_FAILURE(expect_equal(GetParam(), c, operands, count, 0));
  }
}

TEST_P(MapKernels, equal_the_definition_on_random_values) {
  for (const Case& c : all_cases())
    ASSERT_NO_FATAL_FAILURE(expect_equal(GetParam(), c, random_operands(c, 20000, 1), 20000, 0));
}

TEST_P(MapKernels, convert_every_value_of_the_narrow_types) {
  Operands operands;
  for (std::uint32_t word = 0; word < 65536; ++word) operands[0].push_back(word);
  for (const Case& c : all_cases()) {
    if (tensor::size_of(c.in) < 4) {
      ASSERT_NO_FATAL_FAILURE(expect_equal(GetParam(), c, operands, 65536, 0));
    }
  }
}

TEST_P(MapKernels, take_any_length_and_alignment_and_write_no_further) {
  for (const Case& c : all_cases()) {
    const Operands operands = random_operands(c, 70, 2);
    for (std::size_t count = 0; count <= 70; ++count)
      ASSERT_NO_FATAL_FAILURE(expect_equal(GetParam(), c, operands, count, 0, count % 5));
  }
}

TEST_P(MapKernels, repeat_an_operand_that_is_one_element) {
  for (const Case& c : all_cases()) {
    for (SplatMask splats = 1; splats < 1U << arity_of(c.fn); ++splats)
      for (const std::size_t count : {1, 15, 16, 17, 53})
        ASSERT_NO_FATAL_FAILURE(
            expect_equal(GetParam(), c, random_operands(c, count, splats), count, splats, 1));
  }
}

TEST_P(MapKernels, write_over_an_operand) {
  std::vector<float> values(37);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const MapKernel add = map_kernel(GetParam(), ScalarFn::add, DType::f32, DType::f32);
  add(37, values.data(), values.data(), nullptr, values.data());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], 2.0F * static_cast<float>(i));
}

INSTANTIATE_TEST_SUITE_P(Every, MapKernels, testing::ValuesIn(supported_isas()),
                         [](const auto& param) { return std::string(name_of(param.param)); });

}  // namespace
}  // namespace lydian::kernels
