// The correctly rounded exp, log, sin and cos by MPFR: what the tests hold functions.h against.
#pragma once

#include <mpfr.h>

#include <cmath>

#include "lydian/core/ensure.h"
#include "lydian/kernels/scalar.h"

namespace lydian::kernels {

/// One thread's MPFR with the exponent range of binary32.
class ExactFunction {
 public:
  explicit ExactFunction(ScalarFn fn) : fn_(fn) {
    mpfr_set_emin(-148);
    mpfr_set_emax(128);
    mpfr_init2(value_, 24);
  }
  ~ExactFunction() { mpfr_clear(value_); }
  ExactFunction(const ExactFunction&) = delete;
  ExactFunction& operator=(const ExactFunction&) = delete;

  /// By MPFR alone.
  float operator()(float x) {
    mpfr_set_flt(value_, x, MPFR_RNDN);
    const int inexact = evaluate();
    mpfr_subnormalize(value_, inexact, MPFR_RNDN);
    return mpfr_get_flt(value_, MPFR_RNDN);
  }

  /// The same, but by the C library's long double function where that decides the rounding. It does where all
  /// reals within a relative 2^-44 of its value round to one binary32. glibc states errors below 2^-60 for
  /// these functions; the margin leaves four thousand arguments in a function to MPFR.
  float quick(float x) {
    static_assert(std::numeric_limits<long double>::digits >= 64);
    const long double estimate = estimate_of(x);
    const long double margin = std::fabs(estimate) * 0x1p-44L;
    const auto low = static_cast<float>(estimate - margin);
    const auto high = static_cast<float>(estimate + margin);
    return low == high && low != 0 ? low : (*this)(x);
  }

 private:
  int evaluate() {
    switch (fn_) {
      case ScalarFn::exp:
        return mpfr_exp(value_, value_, MPFR_RNDN);
      case ScalarFn::log:
        return mpfr_log(value_, value_, MPFR_RNDN);
      case ScalarFn::sin:
        return mpfr_sin(value_, value_, MPFR_RNDN);
      case ScalarFn::cos:
        return mpfr_cos(value_, value_, MPFR_RNDN);
      default:
        ENSURE(false, "MPFR is asked for exp, log, sin and cos only");
    }
  }

  [[nodiscard]] long double estimate_of(long double x) const {
    switch (fn_) {
      case ScalarFn::exp:
        return std::exp(x);
      case ScalarFn::log:
        return std::log(x);
      case ScalarFn::sin:
        return std::sin(x);
      default:
        return std::cos(x);
    }
  }

  ScalarFn fn_;
  mpfr_t value_;
};

}  // namespace lydian::kernels
