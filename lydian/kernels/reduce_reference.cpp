// The definitions of the reductions, as they read in docs/operators.md.
#include <array>
#include <cmath>
#include <limits>

#include "lydian/core/ensure.h"
#include "lydian/kernels/reduce.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {
namespace {

/// The n elements that make one result.
template <typename T>
struct Line {
  const T* first;
  std::int64_t n;
  std::int64_t stride;

  T operator[](std::int64_t i) const { return first[i * stride]; }
};

template <typename T>
T sum_of(const Line<T>& line) {
  std::array<T, kSumLanes> lanes{};
  for (std::int64_t i = 0; i < line.n; ++i) lanes[static_cast<std::size_t>(i % kSumLanes)] += line[i];
  for (std::size_t w = kSumLanes / 2; w > 0; w /= 2) {
    for (std::size_t l = 0; l < w; ++l) lanes[l] += lanes[l + w];
  }
  return lanes[0];
}

/// Whether x comes after y in the order of maximum: -0 < +0, NaN above all.
bool above(float x, float y) {
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && !std::isnan(y);
  if (x == 0 && y == 0) return !std::signbit(x) && std::signbit(y);
  return x > y;
}
bool above(std::int32_t x, std::int32_t y) { return x > y; }

template <typename T>
std::int64_t argmax_of(const Line<T>& line) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < line.n; ++i) {
    if (above(line[i], line[best])) best = i;
  }
  return best;
}

template <typename T>
void for_each_line(const ReduceShape& s, const void* in, const auto& body) {
  for (std::int64_t o = 0; o < s.outer; ++o) {
    for (std::int64_t i = 0; i < s.inner; ++i) {
      const T* first = static_cast<const T*>(in) + o * s.outer_stride + i * s.inner_stride;
      body(o * s.inner + i, Line<T>{first, s.n, s.n_stride});
    }
  }
}

void reduce_f32(ReduceFn fn, const ReduceShape& shape, const void* in, void* out) {
  for_each_line<float>(shape, in, [&](std::int64_t at, const Line<float>& line) {
    const std::int64_t best = argmax_of(line);
    constexpr float kNothing = -std::numeric_limits<float>::infinity();
    switch (fn) {
      case ReduceFn::sum:
        static_cast<float*>(out)[at] = finish(sum_of(line));
        break;
      case ReduceFn::maximum:
        static_cast<float*>(out)[at] = line.n == 0 ? kNothing : canonical_nan(line[best]);
        break;
      case ReduceFn::argmax:
        static_cast<std::int32_t*>(out)[at] = static_cast<std::int32_t>(best);
        break;
    }
  });
}

void reduce_i32(ReduceFn fn, const ReduceShape& shape, const void* in, void* out) {
  auto* const to = static_cast<std::int32_t*>(out);
  if (fn == ReduceFn::sum) {
    for_each_line<std::uint32_t>(shape, in, [&](std::int64_t at, const Line<std::uint32_t>& line) {
      to[at] = static_cast<std::int32_t>(sum_of(line));
    });
    return;
  }
  for_each_line<std::int32_t>(shape, in, [&](std::int64_t at, const Line<std::int32_t>& line) {
    const std::int64_t best = argmax_of(line);
    if (fn == ReduceFn::argmax) {
      to[at] = static_cast<std::int32_t>(best);
    } else {
      to[at] = line.n == 0 ? std::numeric_limits<std::int32_t>::min() : line[best];
    }
  });
}

}  // namespace

void reduce_reference(ReduceFn fn, tensor::DType dtype, const ReduceShape& shape, const void* in, void* out) {
  if (dtype == tensor::DType::f32) return reduce_f32(fn, shape, in, out);
  ENSURE(dtype == tensor::DType::i32, "reduce of {}", tensor::name_of(dtype));
  reduce_i32(fn, shape, in, out);
}

}  // namespace lydian::kernels
