// Correctly rounded exp, log, sin and cos of binary32: the value is the real number's nearest binary32, for
// every one of the 2^32 arguments, so the result does not depend on the algorithm. NaN for a NaN; the NaN and
// tiny rules of operators are the caller's.
#pragma once

namespace lydian::kernels {

[[nodiscard]] float exp_rounded(float x);
[[nodiscard]] float log_rounded(float x);
[[nodiscard]] float sin_rounded(float x);
[[nodiscard]] float cos_rounded(float x);

}  // namespace lydian::kernels
