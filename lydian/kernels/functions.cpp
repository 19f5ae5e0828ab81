#include "lydian/kernels/functions.h"

#include <cmath>

namespace lydian::kernels {

float exp_rounded(float x) { return static_cast<float>(std::exp(static_cast<double>(x))); }
float log_rounded(float x) { return static_cast<float>(std::log(static_cast<double>(x))); }
float sin_rounded(float x) { return static_cast<float>(std::sin(static_cast<double>(x))); }
float cos_rounded(float x) { return static_cast<float>(std::cos(static_cast<double>(x))); }

}  // namespace lydian::kernels
