#include "lydian/tensor/shape.h"

#include <gtest/gtest.h>

#include <vector>

namespace lydian::tensor {
namespace {

TEST(Shape, a_scalar_has_rank_0_and_one_element) {
  const Shape scalar;
  EXPECT_EQ(scalar.rank(), 0);
  EXPECT_EQ(scalar.elements(), 1);
  EXPECT_EQ(scalar.text(), "[]");
  EXPECT_TRUE(scalar.extents().empty());
}

TEST(Shape, strides_are_row_major) {
  const Shape shape{4, 64, 128};
  EXPECT_EQ(shape.elements(), 4 * 64 * 128);
  EXPECT_EQ(shape.stride(0), 64 * 128);
  EXPECT_EQ(shape.stride(1), 128);
  EXPECT_EQ(shape.stride(2), 1);
  EXPECT_EQ(shape.last(), 128);
  EXPECT_EQ(shape.last(2), 4);
  EXPECT_EQ(shape.elements(1, 2), 64);
  EXPECT_EQ(shape.text(), "[4, 64, 128]");
}

TEST(Shape, axes_are_replaced_inserted_and_removed) {
  const Shape shape{2, 3};
  EXPECT_EQ(shape.with(1, 7), (Shape{2, 7}));
  EXPECT_EQ(shape.inserted(0, 7), (Shape{7, 2, 3}));
  EXPECT_EQ(shape.inserted(2, 7), (Shape{2, 3, 7}));
  EXPECT_EQ(shape.removed(0), (Shape{3}));
  EXPECT_NE(shape, (Shape{2, 3, 1}));
  EXPECT_NE(Shape{}, (Shape{0}));
}

TEST(Shape, accepts_what_lies_within_its_limits) {
  const std::vector<std::vector<std::int64_t>> accepted = {{},
                                                           {0},
                                                           {kMaxExtent},
                                                           {1 << 20, 1 << 20},
                                                           {1, 1, 1, 1, 1, 1, 1, 1},
                                                           {0, 1 << 20, 1 << 20},
                                                           {kMaxExtent, 0}};
  for (const auto& extents : accepted) {
    const auto shape = Shape::make(extents);
    ASSERT_TRUE(shape) << shape.error().message;
    EXPECT_TRUE(std::ranges::equal(shape->extents(), extents));
  }
}

TEST(Shape, refuses_what_does_not) {
  struct Refused {
    std::vector<std::int64_t> extents;
    const char* word;
  };
  const std::vector<Refused> refused = {
      {{1, 1, 1, 1, 1, 1, 1, 1, 1}, "9 axes"}, {{-1}, "-1"},
      {{kMaxExtent + 1}, "4294967296"},        {{1 << 20, (1 << 20) + 1}, "2^40"},
      {{kMaxExtent, kMaxExtent}, "2^40"},      {{0, kMaxExtent, kMaxExtent}, "2^40"},
      {{kMaxExtent, kMaxExtent, 0}, "2^40"}};
  for (const auto& [extents, word] : refused) {
    const auto shape = Shape::make(extents);
    ASSERT_FALSE(shape) << word;
    EXPECT_NE(shape.error().message.find(word), std::string::npos) << shape.error().message;
  }
}

}  // namespace
}  // namespace lydian::tensor
