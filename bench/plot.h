// Line plots with logarithmic axes, as SVG text.
#pragma once

#include <string>
#include <vector>

namespace lydian::bench {

struct Point {
  double x = 0;
  double y = 0;
};

struct Series {
  std::string name;
  std::vector<Point> points;  // in ascending x; all values positive
  int colour = 0;             // series that belong together have one
  bool is_dashed = false;
};

struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;  // at least one, with at least one point
};

/// A whole SVG document. The x axis is marked at the points, the y axis at 1, 2 and 5 of each power of ten.
[[nodiscard]] std::string svg_of(const Plot& plot);

}  // namespace lydian::bench
