// The loops of map.h over the operations of a simd_*.h, and the table of them. Included once for each
// instruction set, by the map_*.cpp of its name.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include "lydian/kernels/map.h"
#include "lydian/kernels/map_operations.h"

namespace lydian::kernels {

/// The kernels of one instruction set by function (position in kScalarFns), operand type (f32 0, i32 1) and
/// splats; those of convert by both types and splats. Null where there is no such function.
struct MapTable {
  std::array<std::array<std::array<MapKernel, 8>, 2>, kScalarFns.size()> functions{};
  std::array<std::array<std::array<MapKernel, 8>, tensor::kDTypes.size()>, tensor::kDTypes.size()>
      conversions{};
};

extern const MapTable kMapTablePortable;
extern const MapTable kMapTableAvx2;
extern const MapTable kMapTableAvx512;
extern const MapTable kMapTableNeon;

/// kWidth elements of a type, as an F where it is a float and an I where it is an integer.
template <class S, DType dtype>
inline auto load(const void* p) {
  using enum DType;
  if constexpr (dtype == f32) return S::load_f32(p);
  if constexpr (dtype == i32) return S::load_i32(p);
  if constexpr (dtype == i8) return S::load_i8(p);
  if constexpr (dtype == u8) return S::load_u8(p);
  if constexpr (dtype == u16) return S::load_u16(p);
  if constexpr (dtype == f16) return S::load_f16(p);
  if constexpr (dtype == bf16) return S::as_float(S::shift_left(S::load_u16(p), S::splat(std::int32_t{16})));
}

/// A loaded f32, f16 or bf16, or integer, as the integers whose low bits are the elements of `out`.
template <class S, DType out>
inline typename S::I to_integer(typename S::F x) {
  using enum DType;
  if constexpr (out == i32) return saturated_int<S>(x);
  if constexpr (out == i8) return saturated_int<S>(x, -128.0F, 127.0F);
  if constexpr (out == u8) return saturated_int<S>(x, 0.0F, 255.0F);
  if constexpr (out == u16) return saturated_int<S>(x, 0.0F, 65535.0F);
}
template <class S, DType out>
inline typename S::I to_integer(typename S::I x) {
  return x;
}

template <class S, DType out>
inline void store_integer(void* p, typename S::I x) {
  if constexpr (tensor::size_of(out) == 4) S::store_i32(p, x);
  if constexpr (tensor::size_of(out) == 2) S::store_low16(p, x);
  if constexpr (tensor::size_of(out) == 1) S::store_low8(p, x);
}

/// Rounds once to the type `out`, with its rules.
template <class S, DType out>
inline void store_float(void* p, typename S::F x) {
  using enum DType;
  if constexpr (out == f32) S::store_f32(p, finish<S>(x));
  if constexpr (out == f16) S::store_f16(p, S::canonical_nan(x));
  if constexpr (out == bf16) S::store_low16(p, bf16_bits<S>(x));
}
template <class S, DType out>
inline void store_float(void* p, typename S::I x) {
  // f16 needs no such care: what is inexact in binary32 is beyond its range.
  if constexpr (out == DType::bf16) x = before_bf16<S>(x);
  store_float<S, out>(p, S::to_float(x));
}

/// One vector of one function: what the loop below repeats.
template <class S, ScalarFn fn, DType in, DType out>
struct MapStep {
  static constexpr int kWidth = S::kWidth;
  static constexpr int kArity = arity_of(fn);
  static constexpr std::size_t kFirstSize =
      fn == ScalarFn::select ? sizeof(std::int32_t) : tensor::size_of(in);
  static constexpr std::size_t kSize = tensor::size_of(in);
  static constexpr std::size_t kResultSize = tensor::size_of(out);

  static void run(const void* a, const void* b, const void* c, void* result) {
    if constexpr (fn == ScalarFn::convert) {
      if constexpr (tensor::is_float(out))
        store_float<S, out>(result, load<S, in>(a));
      else
        store_integer<S, out>(result, to_integer<S, out>(load<S, in>(a)));
    } else if constexpr (fn == ScalarFn::select) {
      const auto is_zero = S::equal(S::load_i32(a), S::splat(std::int32_t{0}));
      S::store_i32(result, S::select(is_zero, S::load_i32(c), S::load_i32(b)));
    } else if constexpr (info_of(fn).is_comparison) {
      S::store_i32(result, compare<S, fn>(load<S, in>(a), load<S, in>(b)));
    } else if constexpr (in == DType::f32) {
      const auto x = S::load_f32(a);
      const auto y = kArity > 1 ? S::load_f32(b) : x;
      const auto z = kArity > 2 ? S::load_f32(c) : x;
      S::store_f32(result, compute_f32<S, fn>(x, y, z));
    } else {
      S::store_i32(result, compute_i32<S, fn>(S::load_i32(a), S::load_i32(b)));
    }
  }
};

/// A contiguous operand, or one element repeated to a vector that every step reads.
template <std::size_t size, int width, bool is_splat>
class MapOperand {
 public:
  explicit MapOperand(const void* p) : data_(static_cast<const std::byte*>(p)) {
    if constexpr (is_splat)
      for (int i = 0; i < width; ++i) std::memcpy(&vector_[i * size], p, size);
  }
  /// The vector that begins at element i.
  [[nodiscard]] const void* at(std::int64_t i) const {
    if constexpr (is_splat)
      return vector_.data();
    else
      return data_ + static_cast<std::size_t>(i) * size;
  }
  /// The last `count` elements, which begin at i, as a whole vector: a load from it stays inside.
  const void* tail(std::int64_t i, std::size_t count) {
    if constexpr (!is_splat) std::memcpy(vector_.data(), at(i), count * size);
    return vector_.data();
  }

 private:
  const std::byte* data_;
  alignas(64) std::array<std::byte, size * width> vector_{};
};

/// An operand beyond the function's arity.
struct NoOperand {
  explicit NoOperand(const void*) {}
  static const void* at(std::int64_t) { return nullptr; }
  static const void* tail(std::int64_t, std::size_t) { return nullptr; }
};

template <class Step, SplatMask splats>
void map_loop(std::int64_t n, const void* a, const void* b, const void* c, void* out) {
  constexpr int kWidth = Step::kWidth;
  if (n <= 0) return;
  MapOperand<Step::kFirstSize, kWidth, (splats & 1) != 0> first(a);
  std::conditional_t<(Step::kArity > 1), MapOperand<Step::kSize, kWidth, (splats & 2) != 0>, NoOperand>
      second(b);
  std::conditional_t<(Step::kArity > 2), MapOperand<Step::kSize, kWidth, (splats & 4) != 0>, NoOperand> third(
      c);
  auto* const result = static_cast<std::byte*>(out);
  std::int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth)
    Step::run(first.at(i), second.at(i), third.at(i),
              result + static_cast<std::size_t>(i) * Step::kResultSize);
  if (i == n) return;
  const auto rest = static_cast<std::size_t>(n - i);
  alignas(64) std::array<std::byte, Step::kResultSize * kWidth> last;
  Step::run(first.tail(i, rest), second.tail(i, rest), third.tail(i, rest), last.data());
  std::memcpy(result + static_cast<std::size_t>(i) * Step::kResultSize, last.data(),
              rest * Step::kResultSize);
}

/// The row of one function and operand type: its kernels by splats.
template <class S, ScalarFn fn, DType in, DType out>
constexpr std::array<MapKernel, 8> map_row() {
  return []<SplatMask... splats>(std::integer_sequence<SplatMask, splats...>) {
    return std::array<MapKernel, 8>{&map_loop<MapStep<S, fn, in, out>, splats>...};
  }(std::make_integer_sequence<SplatMask, 1U << arity_of(fn)>{});
}

template <class S, std::size_t index>
constexpr void fill_function(MapTable& table) {
  constexpr const ScalarFnInfo& kInfo = kScalarFns[index];
  constexpr DType kFloatResult = kInfo.is_comparison ? DType::i32 : DType::f32;
  if constexpr (kInfo.domain == Domain::f32 || kInfo.domain == Domain::f32_or_i32)
    table.functions[index][0] = map_row<S, kInfo.fn, DType::f32, kFloatResult>();
  if constexpr (kInfo.domain == Domain::i32 || kInfo.domain == Domain::f32_or_i32)
    table.functions[index][1] = map_row<S, kInfo.fn, DType::i32, DType::i32>();
}

template <class S>
constexpr MapTable make_map_table() {
  MapTable table;
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    (fill_function<S, index>(table), ...);
  }(std::make_index_sequence<kScalarFns.size()>{});
  [&]<std::size_t... pair>(std::index_sequence<pair...>) {
    constexpr std::size_t kTypes = tensor::kDTypes.size();
    ((table.conversions[pair / kTypes][pair % kTypes] =
          map_row<S, ScalarFn::convert, static_cast<DType>(pair / kTypes),
                  static_cast<DType>(pair % kTypes)>()),
     ...);
  }(std::make_index_sequence<tensor::kDTypes.size() * tensor::kDTypes.size()>{});
  return table;
}

}  // namespace lydian::kernels
