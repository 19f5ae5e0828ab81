// Views over views against the elements themselves: every access and box is checked index by index.
#include "lydian/program/view_algebra.h"

#include <gtest/gtest.h>

#include <random>

namespace lydian::program {
namespace {

/// Calls visit(flat index, multi-index) for every element of a shape.
template <typename Visit>
void for_each_index(const Shape& shape, Visit visit) {
  for (std::int64_t flat = 0; flat < shape.elements(); ++flat) {
    std::vector<std::int64_t> index;
    for (int d = 0; d < shape.rank(); ++d) index.push_back(flat / shape.stride(d) % shape[d]);
    visit(flat, index);
  }
}

std::int64_t position(std::int64_t offset, std::span<const std::int64_t> strides,
                      const std::vector<std::int64_t>& index) {
  for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * strides[d];
  return offset;
}

/// The buffer positions that a view of `inner` reads, by definition: first the operand's element, then where
/// that lies.
std::vector<std::int64_t> read_through(const Access& inner, const Shape& shape, std::int64_t offset,
                                       std::span<const std::int64_t> strides) {
  std::vector<std::int64_t> operand(static_cast<std::size_t>(inner.shape.elements()));
  for_each_index(inner.shape, [&](std::int64_t flat, const auto& index) {
    operand[static_cast<std::size_t>(flat)] = position(inner.offset, inner.strides, index);
  });
  std::vector<std::int64_t> seen;
  for_each_index(shape, [&](std::int64_t, const auto& index) {
    seen.push_back(operand.at(static_cast<std::size_t>(position(offset, strides, index))));
  });
  return seen;
}

std::vector<std::int64_t> positions(const Access& access) {
  std::vector<std::int64_t> seen;
  for_each_index(access.shape, [&](std::int64_t, const auto& index) {
    seen.push_back(position(access.offset, access.strides, index));
  });
  return seen;
}

TEST(ViewAlgebra, composes_a_slice_of_a_transpose) {
  Access transposed{{4, 3}, 0, {1, 4}};  // of [3, 4]
  const std::array<std::int64_t, 2> strides = {3, 1};
  const auto access = compose(transposed, {2, 2}, 4, strides);  // rows 1..2, columns 1..2
  ASSERT_TRUE(access);
  EXPECT_EQ(positions(*access), (std::vector<std::int64_t>{5, 9, 6, 10}));
}

TEST(ViewAlgebra, does_not_compose_a_reshape_that_mixes_axes) {
  const Access transposed{{4, 3}, 0, {1, 4}};
  const std::array<std::int64_t, 1> strides = {1};
  EXPECT_FALSE(compose(transposed, {12}, 0, strides));
}

TEST(ViewAlgebra, a_view_of_nothing_composes_with_any_operand) {
  const Access transposed{{0, 3, 2}, 0, {1, 0, 4}};  // empty, so that some strides are zero
  const auto access = compose(transposed, {2, 0}, 0, std::array<std::int64_t, 2>{1, 5});
  ASSERT_TRUE(access);
  EXPECT_TRUE(positions(*access).empty());
}

TEST(ViewAlgebra, what_composes_reads_the_elements_of_the_definition) {
  std::mt19937_64 engine(1);
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(bound));
  };
  int composed = 0;
  for (int round = 0; round < 60000; ++round) {
    Access inner{{1 + below(4), 1 + below(4), 1 + below(3)}, 20 + below(9)};
    if (round % 2 == 0) {  // a permuted, sliced dense array, some axes repeated or reversed
      std::array<int, 3> order = {0, 1, 2};
      std::shuffle(order.begin(), order.end(), engine);
      std::int64_t stride = 1;
      for (const int d : order) {
        const auto at = static_cast<std::size_t>(d);
        inner.strides[at] = below(6) == 0 ? 0 : below(9) == 0 ? -stride : stride;
        stride *= inner.shape[d] + below(2);
      }
    } else {
      inner.strides = Access::dense(inner.shape).strides;
    }
    // Any view that stays inside: offset and strides tried until they do.
    const Shape shape{1 + below(4), 1 + below(4)};
    const std::array<std::int64_t, 2> strides = {below(13) - (round % 7 == 0 ? 6 : 0), below(7)};
    const std::int64_t offset = below(inner.shape.elements());
    const std::int64_t ends[2] = {(shape[0] - 1) * strides[0], (shape[1] - 1) * strides[1]};
    const std::int64_t lowest =
        offset + std::min<std::int64_t>(ends[0], 0) + std::min<std::int64_t>(ends[1], 0);
    const std::int64_t highest =
        offset + std::max<std::int64_t>(ends[0], 0) + std::max<std::int64_t>(ends[1], 0);
    if (lowest < 0 || highest >= inner.shape.elements()) continue;
    const auto access = compose(inner, shape, offset, strides);
    if (!access) continue;
    ++composed;
    ASSERT_EQ(positions(*access), read_through(inner, shape, offset, strides)) << "round " << round;
  }
  EXPECT_GT(composed, 5000);
}

TEST(ViewAlgebra, a_box_lists_the_elements_of_its_view) {
  std::mt19937_64 engine(2);
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(bound));
  };
  int boxes = 0;
  for (int round = 0; round < 60000; ++round) {
    const std::int64_t elements = 1 + below(36);
    const Shape shape{1 + below(3), 1 + below(4), 1 + below(3)};
    const std::array<std::int64_t, 3> strides = {below(13), below(7), below(4)};
    const std::int64_t offset = below(elements);
    std::int64_t highest = offset;
    for (int d = 0; d < 3; ++d) highest += (shape[d] - 1) * strides[static_cast<std::size_t>(d)];
    if (highest >= elements) continue;
    const auto box = box_of(elements, shape, offset, strides);
    if (!box) continue;
    ++boxes;
    std::int64_t whole = 1;
    for (const BoxAxis& axis : *box) {
      ASSERT_GE(axis.begin, 0);
      ASSERT_LE(axis.begin + axis.count, axis.whole);
      whole *= axis.whole;
    }
    ASSERT_EQ(whole, elements) << "round " << round;
    for_each_index(shape, [&](std::int64_t, const auto& index) {
      std::int64_t at = 0;
      for (const BoxAxis& axis : *box)
        at = at * axis.whole + axis.begin +
             (axis.view_axis < 0 ? 0 : index[static_cast<std::size_t>(axis.view_axis)]);
      ASSERT_EQ(at, position(offset, strides, index)) << "round " << round;
    });
  }
  EXPECT_GT(boxes, 5000);
}

TEST(ViewAlgebra, overlapping_and_reversed_views_are_no_boxes) {
  EXPECT_FALSE(box_of(6, {2, 4}, 0, std::array<std::int64_t, 2>{2, 1}));
  EXPECT_FALSE(box_of(6, {6}, 5, std::array<std::int64_t, 1>{-1}));
  EXPECT_FALSE(box_of(7, {3}, 0, std::array<std::int64_t, 1>{2}));
}

}  // namespace
}  // namespace lydian::program
