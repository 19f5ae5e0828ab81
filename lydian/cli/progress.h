// A progress line for long work: a bar that redraws itself on a terminal, a line now and then elsewhere. To
// stderr.
#pragma once

#include <chrono>
#include <string>

namespace lydian::cli {

class Progress {
 public:
  /// `total` units of work in all, of which `done` lie behind already; `unit_rate` of them are one of `unit`
  /// a second.
  Progress(std::int64_t total, std::int64_t done, double unit_rate, std::string unit);

  /// Shows where the work stands, if it is time to. `note` stands at the end of the line.
  void update(std::int64_t done, const std::string& note);
  /// Prints a line of its own above the bar.
  void say(const std::string& line);
  void finish();

  [[nodiscard]] double seconds() const;
  /// Units a second since the start.
  [[nodiscard]] double rate() const;

 private:
  using Clock = std::chrono::steady_clock;
  void clear();

  std::int64_t total_;
  std::int64_t start_;
  std::int64_t done_;
  double unit_rate_;
  std::string unit_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point began_ = Clock::now();
  Clock::time_point shown_{};
};

/// "1:05", "2:03:10"
[[nodiscard]] std::string duration_text(double seconds);
/// "12.3k", "4.56M"
[[nodiscard]] std::string count_text(double count);

}  // namespace lydian::cli
