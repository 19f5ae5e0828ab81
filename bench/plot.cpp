#include "bench/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "lydian/core/ensure.h"

namespace lydian::bench {
namespace {

constexpr int kWidth = 640;  // pixels, as all below
constexpr int kHeight = 400;
constexpr int kLeft = 70;
constexpr int kRight = 190;
constexpr int kTop = 40;
constexpr int kBottom = 50;
constexpr double kRoom = 1.15;  // between the outermost values and the frame, as a factor
constexpr std::array<const char*, 4> kColours = {"#1b6ca8", "#c4512d", "#3c8d40", "#7a4fa3"};

/// Positive values onto pixels from `begin` to `end`, by their logarithms.
class Axis {
 public:
  Axis(double low, double high, int begin, int end)
      : low_(std::log(low / kRoom)), high_(std::log(high * kRoom)), begin_(begin), end_(end) {}
  [[nodiscard]] double at(double value) const {
    return begin_ + (std::log(value) - low_) / (high_ - low_) * (end_ - begin_);
  }

 private:
  double low_;
  double high_;
  int begin_;
  int end_;
};

struct Frame {
  Axis x;
  Axis y;
  std::set<double> x_marks;
  std::vector<double> y_marks;
};

Frame frame_of(const Plot& plot) {
  double low_x = std::numeric_limits<double>::infinity(), low_y = low_x, high_x = 0, high_y = 0;
  std::set<double> x_marks;
  for (const Series& series : plot.series) {
    for (const auto& [x, y] : series.points) {
      ENSURE(x > 0 && y > 0, "a logarithmic axis has no place for ({}, {})", x, y);
      low_x = std::min(low_x, x), high_x = std::max(high_x, x);
      low_y = std::min(low_y, y), high_y = std::max(high_y, y);
      x_marks.insert(x);
    }
  }
  ENSURE(!x_marks.empty(), "'{}' has no points", plot.title);
  std::vector<double> y_marks;
  for (double power = std::pow(10, std::floor(std::log10(low_y))); power <= high_y; power *= 10) {
    for (const double mark : {power, 2 * power, 5 * power}) {
      if (mark >= low_y / kRoom && mark <= high_y * kRoom) y_marks.push_back(mark);
    }
  }
  return {Axis(low_x, high_x, kLeft, kWidth - kRight), Axis(low_y, high_y, kHeight - kBottom, kTop),
          std::move(x_marks), std::move(y_marks)};
}

std::string text(double x, double y, const char* anchor, const std::string& words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                     style);
}

std::string axes_of(const Plot& plot, const Frame& frame) {
  const std::string grid = "stroke=\"#dddddd\"";
  const int right = kWidth - kRight, bottom = kHeight - kBottom;
  std::string svg;
  for (const double mark : frame.x_marks) {
    svg += line(frame.x.at(mark), kTop, frame.x.at(mark), bottom, grid);
    svg += text(frame.x.at(mark), bottom + 18, "middle", fmt::format("{:g}", mark));
  }
  for (const double mark : frame.y_marks) {
    svg += line(kLeft, frame.y.at(mark), right, frame.y.at(mark), grid);
    svg += text(kLeft - 6, frame.y.at(mark) + 4, "end", fmt::format("{:g}", mark));
  }
  svg += text((kLeft + right) / 2.0, bottom + 38, "middle", plot.x_label);
  svg += text(kLeft, kTop - 10, "end", plot.y_label);
  return svg;
}

std::string style_of(const Series& series) {
  return fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{}",
                     kColours[static_cast<std::size_t>(series.colour) % kColours.size()],
                     series.is_dashed ? " stroke-dasharray=\"6 4\"" : "");
}

std::string curve_of(const Series& series, const Frame& frame) {
  std::string points;
  for (const auto& [x, y] : series.points)
    points += fmt::format("{:.1f},{:.1f} ", frame.x.at(x), frame.y.at(y));
  return fmt::format("<polyline points=\"{}\" {}/>\n", points, style_of(series));
}

}  // namespace

std::string svg_of(const Plot& plot) {
  const Frame frame = frame_of(plot);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      kWidth, kHeight);
  svg += text(kWidth / 2.0, 18, "middle", plot.title);
  svg += axes_of(plot, frame);
  double y = kTop + 10;
  for (const Series& series : plot.series) {
    svg += curve_of(series, frame);
    svg += line(kWidth - kRight + 12, y, kWidth - kRight + 42, y, style_of(series));
    svg += text(kWidth - kRight + 48, y + 4, "start", series.name);
    y += 20;
  }
  return svg + "</svg>\n";
}

}  // namespace lydian::bench
