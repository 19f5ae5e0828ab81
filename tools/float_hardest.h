// How near the elementary functions come to a rounding boundary, over every binary32 argument: the number
// that a correctly rounding implementation must beat with its error.
#pragma once

#include <string_view>

namespace lydian::tools {

/// Searches all arguments of exp, log, sin or cos and prints the hardest few. Minutes of one core for sin and
/// cos.
void print_hardest(std::string_view function);

}  // namespace lydian::tools
