#include "lydian/dispute/position.h"

#include <gtest/gtest.h>

#include "lydian/merkle/tree.h"

namespace lydian::dispute {
namespace {

using program::GraphKind;

TEST(Interval, pieces_cover_it_and_differ_by_at_most_one) {
  for (std::uint64_t lo : {std::uint64_t{0}, std::uint64_t{5}}) {
    for (std::uint64_t length = 1; length < 200; ++length) {
      const Interval whole{lo, lo + length};
      ASSERT_EQ(whole.pieces(), std::min<std::uint64_t>(32, length));
      ASSERT_EQ(whole.begin(0), whole.lo);
      ASSERT_EQ(whole.begin(whole.pieces()), whole.hi);
      for (std::uint64_t i = 0; i < whole.pieces(); ++i) {
        ASSERT_EQ(whole.begin(i), lo + i * length / whole.pieces()) << "protocol.md, section 5";
        ASSERT_GE(whole.piece(i).length(), length / whole.pieces());
        ASSERT_LE(whole.piece(i).length(), length / whole.pieces() + 1);
        ASSERT_EQ(whole.ends()[i], whole.piece(i).hi);
      }
    }
  }
}

TEST(Interval, the_longest_does_not_overflow) {
  const Interval whole{0, ~std::uint64_t{0}};
  EXPECT_EQ(whole.begin(32), whole.hi);
  EXPECT_EQ(whole.begin(16), whole.hi / 2);
}

TEST(Cursor, descends_five_levels_at_a_time_to_every_leaf) {
  const Cursor root = Cursor::at_root({}, 1000);
  EXPECT_EQ(root.height, 10);
  EXPECT_EQ(root.children(), 32U);
  const Cursor leaf = root.at_child(31, {}).at_child(7, {});
  EXPECT_EQ(leaf.height, 0);
  EXPECT_EQ(leaf.index, 999U);
  EXPECT_FALSE(leaf.is_padding());
  EXPECT_TRUE(root.at_child(31, {}).at_child(8, {}).is_padding());
  EXPECT_FALSE(root.at_child(31, {}).is_padding());
  EXPECT_TRUE(Cursor::at_root({}, 33).at_child(31, {}).is_padding());
}

TEST(Cursor, a_short_tree_takes_one_smaller_step) {
  const Cursor root = Cursor::at_root({}, 65);
  EXPECT_EQ(root.levels(), 5);
  EXPECT_EQ(root.at_child(0, {}).levels(), 2);
  EXPECT_EQ(root.at_child(0, {}).children(), 4U);
  EXPECT_EQ(Cursor::at_root({}, 1).height, 0);
}

TEST(Boundaries, checkpoints_follow_each_other_and_end_at_the_result) {
  for (std::uint64_t steps = 1; steps < 40; ++steps) {
    for (std::uint64_t interval = 1; interval <= steps; ++interval) {
      std::uint64_t at = 0;
      for (std::uint64_t i = 0; i < checkpoint_count(steps, interval); ++i) {
        const Interval segment = checkpoint(i, steps, interval);
        ASSERT_EQ(segment.lo, at);
        ASSERT_GT(segment.hi, segment.lo);
        at = segment.hi;
      }
      ASSERT_EQ(at, boundary_count(steps) - 1);
    }
  }
  EXPECT_EQ(checkpoint(0, 10, 4), (Interval{0, 5}));
  EXPECT_EQ(checkpoint(1, 10, 4), (Interval{5, 9}));
  EXPECT_EQ(checkpoint(2, 10, 4), (Interval{9, 12}));
}

TEST(Boundaries, transitions_run_init_then_steps_then_output) {
  EXPECT_EQ(graph_of(0, 3), GraphKind::init);
  EXPECT_EQ(graph_of(1, 3), GraphKind::step);
  EXPECT_EQ(graph_of(3, 3), GraphKind::step);
  EXPECT_EQ(graph_of(4, 3), GraphKind::output);
}

}  // namespace
}  // namespace lydian::dispute
