// The reductions, written once over the compiler's vector types. Vector gives the width; it must live in an
// unnamed namespace of the including file, so that code compiled for one instruction set never stands in for
// another's. The same text with one lane serves what does not fill a vector.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "lydian/kernels/reduce_kernel.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

template <typename T, int kCount>
struct VectorOf {
  using Type [[gnu::vector_size(sizeof(T) * kCount)]] = T;
};
template <typename T>
struct VectorOf<T, 1> {
  using Type = T;
};

/// kCount f32 elements. Order is that of Key: -0 < +0, and every NaN on top.
template <typename Vector, int kCount>
struct FloatLanes {
  using Element = float;
  using Value = typename VectorOf<float, kCount>::Type;
  using Key = typename VectorOf<std::int32_t, kCount>::Type;
  static constexpr std::int32_t kNanKey = std::numeric_limits<std::int32_t>::max();
  static constexpr std::int32_t kLeastKey = std::bit_cast<std::int32_t>(0x807fffffu);  // of -infinity

  static Key key(Value x) {
    const Key bits = std::bit_cast<Key>(x);
    const Key ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return x == x ? ordered : Key{} + kNanKey;
  }
  static Value value_of(Key key) {
    const Key bits = key ^ ((key >> 31) & 0x7fffffff);
    return std::bit_cast<Value>(key == kNanKey ? Key{} + static_cast<std::int32_t>(kCanonicalNan) : bits);
  }
  /// The NaN and tiny rules.
  static Value finish(Value x) {
    const Key bits = std::bit_cast<Key>(x);
    const Key magnitude = bits & 0x7fffffff;
    const Key flushed = magnitude < 0x00800000 ? bits ^ magnitude : bits;
    return std::bit_cast<Value>(x == x ? flushed : Key{} + static_cast<std::int32_t>(kCanonicalNan));
  }
};

/// The same for i32. Sums wrap, so values are unsigned.
template <typename Vector, int kCount>
struct IntLanes {
  using Element = std::uint32_t;
  using Value = typename VectorOf<std::uint32_t, kCount>::Type;
  using Key = typename VectorOf<std::int32_t, kCount>::Type;
  static constexpr std::int32_t kLeastKey = std::numeric_limits<std::int32_t>::min();

  static Key key(Value x) { return std::bit_cast<Key>(x); }
  static Value value_of(Key key) { return std::bit_cast<Value>(key); }
  static Value finish(Value x) { return x; }
};

/// Columns side by side, kVectors of kLanes: element i of a column lies i * stride further on.
template <typename Vector, template <typename, int> typename Lanes, int kLanes, int kVectors>
struct ReduceColumns {
  using Ops = Lanes<Vector, kLanes>;
  using Value = typename Ops::Value;
  using Key = typename Ops::Key;
  using Element = typename Ops::Element;
  static constexpr int kColumns = kLanes * kVectors;

  static Value load(const Element* p, int v) {
    Value x;
    std::memcpy(&x, p + v * kLanes, sizeof(x));
    return x;
  }

  static void sum(std::int64_t n, const Element* in, std::int64_t stride, Element* out) {
    Value lanes[kSumLanes][kVectors] = {};
    for (std::int64_t i = 0; i < n; ++i, in += stride) {
      for (int v = 0; v < kVectors; ++v) lanes[i % kSumLanes][v] += load(in, v);
    }
    for (int w = kSumLanes / 2; w > 0; w /= 2) {
      for (int l = 0; l < w; ++l) {
        for (int v = 0; v < kVectors; ++v) lanes[l][v] += lanes[l + w][v];
      }
    }
    for (int v = 0; v < kVectors; ++v) lanes[0][v] = Ops::finish(lanes[0][v]);
    std::memcpy(out, lanes[0], sizeof(lanes[0]));
  }

  static void maximum(std::int64_t n, const Element* in, std::int64_t stride, Element* out) {
    Key best[kVectors];
    for (Key& key : best) key = Key{} + Ops::kLeastKey;
    for (std::int64_t i = 0; i < n; ++i, in += stride) {
      for (int v = 0; v < kVectors; ++v) {
        const Key key = Ops::key(load(in, v));
        best[v] = key > best[v] ? key : best[v];
      }
    }
    Value values[kVectors];
    for (int v = 0; v < kVectors; ++v) values[v] = Ops::value_of(best[v]);
    std::memcpy(out, values, sizeof(values));
  }

  static void argmax(std::int64_t n, const Element* in, std::int64_t stride, std::int32_t* out) {
    Key best[kVectors];
    Key index[kVectors] = {};
    for (Key& key : best) key = Key{} + Ops::kLeastKey;
    for (std::int64_t i = 0; i < n; ++i, in += stride) {
      for (int v = 0; v < kVectors; ++v) {
        const Key key = Ops::key(load(in, v));
        index[v] = key > best[v] ? Key{} + static_cast<std::int32_t>(i) : index[v];
        best[v] = key > best[v] ? key : best[v];
      }
    }
    std::memcpy(out, index, sizeof(index));
  }
};

/// One row of contiguous elements.
template <typename Vector, template <typename, int> typename Lanes>
struct ReduceRow {
  static constexpr int kLanes = Vector::kLanes;
  static constexpr int kVectors = kSumLanes / kLanes;
  using Ops = Lanes<Vector, kLanes>;
  using Value = typename Ops::Value;
  using Key = typename Ops::Key;
  using Element = typename Ops::Element;
  using Scalar = Lanes<Vector, 1>;

  static Value load(const Element* p, int v) {
    Value x;
    std::memcpy(&x, p + v * kLanes, sizeof(x));
    return x;
  }

  static Element sum(std::int64_t n, const Element* in) {
    Value lanes[kVectors] = {};
    std::int64_t i = 0;
    for (; i + kSumLanes <= n; i += kSumLanes) {
      for (int v = 0; v < kVectors; ++v) lanes[v] += load(in + i, v);
    }
    if (i < n) {
      // A lane is never -0, so those that have no element left may add +0.
      Element tail[kSumLanes] = {};
      std::memcpy(tail, in + i, static_cast<std::size_t>(n - i) * sizeof(Element));
      for (int v = 0; v < kVectors; ++v) lanes[v] += load(tail, v);
    }
    for (int w = kVectors / 2; w > 0; w /= 2) {
      for (int v = 0; v < w; ++v) lanes[v] += lanes[v + w];
    }
    return Scalar::finish(fold<kLanes>(lanes[0]));
  }

  static std::int32_t greatest_key(std::int64_t n, const Element* in) {
    Key best[kVectors];
    for (Key& key : best) key = Key{} + Ops::kLeastKey;
    std::int64_t i = 0;
    for (; i + kSumLanes <= n; i += kSumLanes) {
      for (int v = 0; v < kVectors; ++v) {
        const Key key = Ops::key(load(in + i, v));
        best[v] = key > best[v] ? key : best[v];
      }
    }
    std::int32_t greatest = Ops::kLeastKey;
    for (const Key& keys : best) {
      for (int lane = 0; lane < kLanes; ++lane) greatest = greatest < keys[lane] ? keys[lane] : greatest;
    }
    for (; i < n; ++i) {
      const std::int32_t key = Scalar::key(in[i]);
      greatest = greatest < key ? key : greatest;
    }
    return greatest;
  }

  static Element maximum(std::int64_t n, const Element* in) { return Scalar::value_of(greatest_key(n, in)); }

  static std::int32_t argmax(std::int64_t n, const Element* in) {
    if (n == 0) return 0;
    const std::int32_t greatest = greatest_key(n, in);
    std::int32_t i = 0;
    while (Scalar::key(in[i]) != greatest) ++i;
    return i;
  }

 private:
  template <int kCount>
  using Part = typename VectorOf<Element, kCount>::Type;

  /// Lane l += lane l + w for w = kCount / 2, ..., 1.
  template <int kCount>
  static Element fold(Part<kCount> x) {
    if constexpr (kCount == 4) {
      return (x[0] + x[2]) + (x[1] + x[3]);
    } else {
      return [&]<int... kLane>(std::integer_sequence<int, kLane...>) {
        return fold<kCount / 2>(__builtin_shufflevector(x, x, kLane...) +
                                __builtin_shufflevector(x, x, (kLane + kCount / 2)...));
      }(std::make_integer_sequence<int, kCount / 2>{});
    }
  }
};

/// The functions of ReduceKernel for one element type.
template <typename Vector, template <typename, int> typename Lanes>
struct ReduceFunctions {
  using Row = ReduceRow<Vector, Lanes>;
  using Element = typename Row::Element;
  using Wide = ReduceColumns<Vector, Lanes, Vector::kLanes, 4>;
  using Narrow = ReduceColumns<Vector, Lanes, Vector::kLanes, 1>;
  using Single = ReduceColumns<Vector, Lanes, 1, 1>;

  template <auto kFunction, typename Out>
  static void rows(std::int64_t lines, std::int64_t n, const void* in, std::int64_t stride, void* out) {
    const auto* row = static_cast<const Element*>(in);
    for (std::int64_t line = 0; line < lines; ++line)
      static_cast<Out*>(out)[line] = kFunction(n, row + line * stride);
  }

  template <auto kWide, auto kNarrow, auto kSingle, typename Out>
  static void columns(std::int64_t lines, std::int64_t n, const void* in, std::int64_t stride, void* out) {
    const auto* from = static_cast<const Element*>(in);
    auto* to = static_cast<Out*>(out);
    std::int64_t line = 0;
    for (; line + Wide::kColumns <= lines; line += Wide::kColumns) kWide(n, from + line, stride, to + line);
    for (; line + Narrow::kColumns <= lines; line += Narrow::kColumns)
      kNarrow(n, from + line, stride, to + line);
    for (; line < lines; ++line) kSingle(n, from + line, stride, to + line);
  }

  static constexpr ReduceKernel::Functions kRows{&rows<&Row::sum, Element>, &rows<&Row::maximum, Element>,
                                                 &rows<&Row::argmax, std::int32_t>};
  static constexpr ReduceKernel::Functions kColumns{
      &columns<&Wide::sum, &Narrow::sum, &Single::sum, Element>,
      &columns<&Wide::maximum, &Narrow::maximum, &Single::maximum, Element>,
      &columns<&Wide::argmax, &Narrow::argmax, &Single::argmax, std::int32_t>};
};

template <typename Vector>
inline constexpr ReduceKernel kReduceKernelOf{
    ReduceFunctions<Vector, FloatLanes>::kRows, ReduceFunctions<Vector, FloatLanes>::kColumns,
    ReduceFunctions<Vector, IntLanes>::kRows, ReduceFunctions<Vector, IntLanes>::kColumns};

}  // namespace lydian::kernels
