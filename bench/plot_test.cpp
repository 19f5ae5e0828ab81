#include "bench/plot.h"

#include <gtest/gtest.h>

#include <sstream>

namespace lydian::bench {
namespace {

/// The pixels of the first curve.
std::vector<Point> curve_in(const std::string& svg) {
  const std::size_t begin = svg.find("points=\"") + 8;
  std::istringstream text(svg.substr(begin, svg.find('"', begin) - begin));
  std::vector<Point> points;
  Point point;
  for (char comma = 0; text >> point.x >> comma >> point.y;) points.push_back(point);
  return points;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Plot, a_power_law_is_a_straight_line_that_rises) {
  const std::string svg = svg_of({"t", "x", "y", {{"square", {{1, 3}, {10, 300}, {100, 30000}}}}});
  const std::vector<Point> points = curve_in(svg);
  ASSERT_EQ(points.size(), 3);
  EXPECT_NEAR(points[1].x - points[0].x, points[2].x - points[1].x, 0.2);
  EXPECT_NEAR(points[1].y - points[0].y, points[2].y - points[1].y, 0.2);
  EXPECT_GT(points[2].x, points[0].x);
  EXPECT_LT(points[2].y, points[0].y);  // pixels count from the top
}

TEST(Plot, every_series_has_a_curve_and_a_name_and_dashes_where_asked) {
  const std::string svg =
      svg_of({"title", "x", "y", {{"one", {{1, 1}, {2, 2}}}, {"two", {{1, 2}, {2, 4}}, 0, true}}});
  EXPECT_EQ(count_of(svg, "<polyline"), 2);
  EXPECT_EQ(count_of(svg, ">one</text>"), 1);
  EXPECT_EQ(count_of(svg, ">two</text>"), 1);
  EXPECT_EQ(count_of(svg, "stroke-dasharray"), 2);  // the curve and its key
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace lydian::bench
