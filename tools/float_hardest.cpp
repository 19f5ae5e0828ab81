#include "tools/float_hardest.h"

#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace lydian::tools {
namespace {

using MpfrFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

struct Subject {
  std::string_view name;
  double (*approximate)(double);  // the C library's, right to an ulp of double: picks candidates
  MpfrFunction exact;
  std::uint32_t first;  // the positive arguments searched, as encodings
  std::uint32_t last;
  bool negative;  // their negatives too
};

// What lies outside follows from the series' first terms: exp is 1, sin is x, cos is 1, exp over- or
// underflows. sin is odd and cos is even.
constexpr Subject kSubjects[] = {
    {"exp", [](double x) { return std::exp(x); }, mpfr_exp, 0x32800000, 0x42d00000, true},
    {"log", [](double x) { return std::log(x); }, mpfr_log, 0x00000001, 0x7f7fffff, false},
    {"sin", [](double x) { return std::sin(x); }, mpfr_sin, 0x39800000, 0x7f7fffff, false},
    {"cos", [](double x) { return std::cos(x); }, mpfr_cos, 0x39800000, 0x7f7fffff, false},
};

struct Candidate {
  double log2_distance;  // to the boundary, relative to the value
  std::uint32_t argument;
};

/// Exponent of the last place of the binary32 numbers around y.
int last_place(double y) { return std::max(std::ilogb(y) - 23, -149); }

/// Distance from y to the nearest midpoint of neighbours, in last places: exact, for the double y.
double distance_in_places(double y) {
  const double scaled = std::ldexp(std::fabs(y), -last_place(y));
  return std::fabs(scaled - std::floor(scaled) - 0.5);
}

double exact_log2_distance(MpfrFunction function, float x) {
  mpfr_t argument, value, scaled, fraction;
  mpfr_inits2(240, argument, value, scaled, fraction, static_cast<mpfr_ptr>(nullptr));
  mpfr_set_flt(argument, x, MPFR_RNDN);
  function(value, argument, MPFR_RNDN);
  mpfr_abs(value, value, MPFR_RNDN);
  mpfr_mul_2si(scaled, value, -last_place(mpfr_get_d(value, MPFR_RNDN)), MPFR_RNDN);
  mpfr_frac(fraction, scaled, MPFR_RNDN);
  mpfr_sub_d(fraction, fraction, 0.5, MPFR_RNDN);
  mpfr_abs(fraction, fraction, MPFR_RNDN);
  mpfr_div(fraction, fraction, scaled, MPFR_RNDN);
  mpfr_log2(fraction, fraction, MPFR_RNDN);
  const double result = mpfr_get_d(fraction, MPFR_RNDN);
  mpfr_clears(argument, value, scaled, fraction, static_cast<mpfr_ptr>(nullptr));
  return result;
}

}  // namespace

void print_hardest(std::string_view function) {
  const auto* subject = std::ranges::find(kSubjects, function, &Subject::name);
  if (subject == std::end(kSubjects)) return;
  std::vector<Candidate> found;
  double least_magnitude = 1;
  std::uint32_t least_argument = 0;
  const auto visit = [&](std::uint32_t bits) {
    const float x = std::bit_cast<float>(bits);
    const double y = subject->approximate(static_cast<double>(x));
    if (x >= 0.5f && std::fabs(y) < least_magnitude) {
      least_magnitude = std::fabs(y);
      least_argument = bits;
    }
    // Within 2^-20 of a last place: 2^8 times the error of `approximate`.
    if (y != 0 && distance_in_places(y) < 0x1p-20)
      found.push_back({exact_log2_distance(subject->exact, x), bits});
  };
  for (std::uint32_t bits = subject->first; bits <= subject->last; ++bits) {
    visit(bits);
    if (subject->negative) visit(bits | 0x80000000);
  }
  std::ranges::sort(found, {}, &Candidate::log2_distance);
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 4); ++i) {
    std::printf("%s(0x%08x) is 2^%.2f from a boundary\n", subject->name.data(), found[i].argument,
                found[i].log2_distance);
  }
  std::printf("%s: least magnitude for arguments from 0.5 on is 2^%.2f at 0x%08x\n", subject->name.data(),
              std::log2(least_magnitude), least_argument);
}

}  // namespace lydian::tools
