#include "lydian/dispute/position.h"

#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"

namespace lydian::dispute {

std::uint64_t Interval::begin(std::uint64_t i) const {
  // Not i·length, which may not fit: length = q·pieces + r, so the floor is i·q + floor(i·r / pieces).
  return lo + i * (length() / pieces()) + i * (length() % pieces()) / pieces();
}

std::vector<std::uint64_t> Interval::ends() const {
  std::vector<std::uint64_t> ends;
  for (std::uint64_t i = 1; i <= pieces(); ++i) ends.push_back(begin(i));
  return ends;
}

Cursor Cursor::at_root(const Root& root, std::uint64_t leaf_count) {
  return {root, merkle::depth_for(leaf_count), 0, leaf_count};
}

Cursor Cursor::at_child(std::uint64_t i, const Root& child) const {
  return {child, height - levels(), (index << levels()) + i, leaf_count};
}

program::GraphKind graph_of(std::uint64_t transition, std::uint64_t steps) {
  ENSURE(transition <= steps + 1, "transition {} of a job of {} steps", transition, steps);
  if (transition == 0) return program::GraphKind::init;
  return transition <= steps ? program::GraphKind::step : program::GraphKind::output;
}

std::uint64_t checkpoint_count(std::uint64_t steps, std::uint64_t interval) {
  return (steps + interval - 1) / interval;
}

Interval checkpoint(std::uint64_t i, std::uint64_t steps, std::uint64_t interval) {
  const std::uint64_t count = checkpoint_count(steps, interval);
  ENSURE(i < count, "checkpoint {} of {}", i, count);
  const std::uint64_t lo = i == 0 ? 0 : 1 + i * interval;
  return {lo, i + 1 == count ? steps + 2 : 1 + (i + 1) * interval};
}

}  // namespace lydian::dispute
