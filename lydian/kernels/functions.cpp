#include "lydian/kernels/functions.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lydian/kernels/functions_core.h"
#include "lydian/kernels/simd_portable.h"

namespace lydian::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

__extension__ using Wide = unsigned __int128;

/// An argument less a multiple of pi: x + offset = n pi + r.
struct Reduced {
  double r;  // |r| <= pi/2, to a relative 2^-53
  bool n_is_odd;
};

/// The reduction of Payne and Hanek, for 2^20 <= x < inf. offset is 0 for sin, and pi/2 for cos.
Reduced reduce_large(float x, bool offset_is_half_pi) {
  // 64 zeros, then 1/pi to 256 bits.
  static constexpr std::array<std::uint64_t, 5> kPiInverseBits = {0, 0x517cc1b727220a94, 0xfe13abe8fa9a6ee0,
                                                                  0x6db14acc9e21c820, 0xff28b1d5ef5de2b0};
  static constexpr std::uint64_t kPi = 0xc90fdaa22168c235;  // pi 2^62

  const auto bits = std::bit_cast<std::uint32_t>(x);
  const Wide mantissa = (bits & 0x7fffff) | 0x800000;
  const int exponent = static_cast<int>(bits >> 23) - 150;  // x = mantissa 2^exponent, -3 <= exponent <= 104

  // 2^exponent / pi modulo 2, in units of 2^-127: the 128 bits of 1/pi that begin at weight 2^-exponent.
  const auto first = static_cast<std::size_t>(exponent + 63);
  const std::uint64_t* const word = &kPiInverseBits[first / 64];
  const std::size_t shift = first % 64;
  Wide window = Wide{word[0]} << 64 | word[1];
  if (shift != 0) window = window << shift | word[2] >> (64 - shift);

  Wide turns = mantissa * window;  // x/pi modulo 2; the next bit of 1/pi could add less than 2^24 units
  if (offset_is_half_pi) turns += Wide{1} << 126;
  const bool n_is_odd = (turns + (Wide{1} << 126)) >> 127 != 0;
  const Wide fraction = turns - (Wide{n_is_odd} << 127);  // in [-1/2, 1/2), two's complement

  const bool is_negative = fraction >> 127 != 0;
  const Wide magnitude = is_negative ? -fraction : fraction;
  const int zeros =
      std::countl_zero(static_cast<std::uint64_t>(magnitude >> 64));  // no float is nearer than 2^-32
  const auto top = static_cast<std::uint64_t>((magnitude << zeros) >> 64);
  const double r =
      std::ldexp(static_cast<double>(static_cast<std::uint64_t>((Wide{top} * kPi) >> 64)), -61 - zeros);
  return {is_negative ? -r : r, n_is_odd};
}

float sin_of_reduced(const Reduced& reduced) {
  const double value = core::sin_reduced<SimdPortable>(reduced.r);
  return static_cast<float>(reduced.n_is_odd ? -value : value);
}

}  // namespace

float exp_rounded(float x) {
  if (x != x) return kNan;
  if (x > 89.0F) return kInfinity;
  if (x < -104.0F) return 0.0F;
  return static_cast<float>(core::exp<SimdPortable>(x));
}

float log_rounded(float x) {
  if (x == 0.0F) return -kInfinity;
  if (!(x > 0.0F)) return kNan;
  if (x == kInfinity) return x;
  return core::mend_exceptions<SimdPortable>(core::kLogExceptions, x,
                                             static_cast<float>(core::log<SimdPortable>(x)));
}

float sin_rounded(float x) {
  if (x == 0.0F) return x;
  const float magnitude = std::fabs(x);
  if (!(magnitude < kInfinity)) return kNan;
  if (magnitude <= core::kMaxReducible) {
    const auto value = static_cast<float>(core::sin<SimdPortable>(x));
    return core::mend_exceptions<SimdPortable>(core::kSinExceptions, x, value);
  }
  const float value = core::mend_exceptions<SimdPortable>(core::kSinLargeExceptions, magnitude,
                                                          sin_of_reduced(reduce_large(magnitude, false)));
  return x < 0 ? -value : value;
}

float cos_rounded(float x) {
  const float magnitude = std::fabs(x);
  if (!(magnitude < kInfinity)) return kNan;
  if (magnitude <= core::kMaxReducible) return static_cast<float>(core::cos<SimdPortable>(x));
  const float value = sin_of_reduced(reduce_large(magnitude, true));
  return core::mend_exceptions<SimdPortable>(core::kCosLargeExceptions, magnitude, value);
}

}  // namespace lydian::kernels
