#include "lydian/cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lydian::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLine{10};

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double fraction) {
  const int filled = static_cast<int>(fraction * kBarWidth + 0.5);
  std::string text;
  for (int i = 0; i < kBarWidth; ++i) text += i < filled ? "█" : "░";
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string count_text(double count) {
  if (count >= 1e9) return fmt::format("{:.2f}G", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.2f}M", count / 1e6);
  if (count >= 1e4) return fmt::format("{:.1f}k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

Progress::Progress(std::int64_t total, std::int64_t done, double unit_rate, std::string unit)
    : total_(total),
      start_(done),
      done_(done),
      unit_rate_(unit_rate),
      unit_(std::move(unit)),
      terminal_(::isatty(STDERR_FILENO) == 1) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

double Progress::rate() const {
  return static_cast<double>(done_ - start_) * unit_rate_ / std::max(seconds(), 1e-9);
}

void Progress::clear() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

void Progress::update(std::int64_t done, const std::string& note) {
  done_ = done;
  const Clock::time_point now = Clock::now();
  const bool due = terminal_ ? now - shown_ >= kRedraw : now - shown_ >= kLine;
  if (!due && done != total_) return;
  shown_ = now;
  const double fraction = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 1;
  const double per_unit = seconds() / static_cast<double>(std::max<std::int64_t>(done - start_, 1));
  const std::string left = duration_text(per_unit * static_cast<double>(total_ - done));
  if (terminal_) {
    clear();
    const std::string text = fmt::format("{:3.0f}%  {}/{}  {} {}  {} left  {}", fraction * 100, done, total_,
                                         count_text(rate()), unit_, left, note);
    // A line that wraps cannot be drawn over.
    const std::size_t columns = terminal_columns();
    if (kBarWidth + 1 + text.size() < columns) fmt::print(stderr, "{} ", bar(fraction));
    fmt::print(stderr, "{}", text.substr(0, columns - 1));
    std::fflush(stderr);
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}/{} ({:.0f}%), {} {}, {} left, {}\n", done, total_, fraction * 100,
               count_text(rate()), unit_, left, note);
  }
}

void Progress::say(const std::string& line) {
  clear();
  fmt::print(stderr, "{}\n", line);
}

void Progress::finish() { clear(); }

}  // namespace lydian::cli
