// The golden file that the contracts' tests read too: vectors/float32.txt, lines of "fn a b c result" in hex,
// where a conversion's fn is convert_FROM_TO.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

struct Vector {
  ScalarFn fn;
  DType in;
  DType out;
};

Result<Vector> parse_vector_name(const std::string& name) {
  if (name.starts_with("convert_")) {
    const auto split = name.find('_', 8);
    return Vector{ScalarFn::convert, TRY(tensor::parse_dtype(name.substr(8, split - 8))),
                  TRY(tensor::parse_dtype(name.substr(split + 1)))};
  }
  const ScalarFn fn = TRY(parse_scalar_fn(name));
  return Vector{fn, DType::f32, info_of(fn).is_comparison ? DType::i32 : DType::f32};
}

TEST(ScalarVectors, agree_with_the_definition) {
  std::ifstream file(LYDIAN_SOURCE_DIR "/vectors/float32.txt");
  ASSERT_TRUE(file) << "vectors/float32.txt is missing";
  std::string name;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t result = 0;
  std::set<ScalarFn> seen;
  while (file >> name >> std::hex >> a >> b >> c >> result) {
    const auto vector = parse_vector_name(name);
    ASSERT_TRUE(vector) << vector.error().message;
    seen.insert(vector->fn);
    EXPECT_EQ(apply(vector->fn, vector->in, vector->out, a, b, c), result)
        << fmt::format("{} {:x} {:x} {:x}", name, a, b, c);
  }
  EXPECT_TRUE(file.eof()) << "a line is not 'fn a b c result', after " << name;
  for (const ScalarFnInfo& info : kScalarFns) {
    const bool is_float = info.domain != Domain::i32 && info.fn != ScalarFn::select;
    EXPECT_EQ(seen.contains(info.fn), is_float) << info.name;
  }
}

}  // namespace
}  // namespace lydian::kernels
