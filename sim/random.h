// Seeded choices for simulations: the same numbers on every machine, unlike the standard distributions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>

namespace lydian::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// Two of these bytes a number, for as long as they last: what a fuzzer steers. They outlive this.
  explicit Random(std::span<const std::uint8_t> choices) : engine_(choices.size()), choices_(choices) {}

  /// In [0, bound); bound ≥ 1.
  std::uint64_t below(std::uint64_t bound) { return bits() % bound; }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  std::uint64_t bits() {
    if (choices_.size() < 2) return engine_();
    const std::uint64_t number = choices_[0] | std::uint64_t{choices_[1]} << 8;
    choices_ = choices_.subspan(2);
    return number;
  }

  template <typename T>
  const T& pick(std::span<const T> from) {
    return from[below(from.size())];
  }
  template <typename T>
  T pick(std::initializer_list<T> from) {
    return from.begin()[below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
  std::span<const std::uint8_t> choices_;
};

}  // namespace lydian::sim
