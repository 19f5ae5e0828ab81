// SIGINT and SIGTERM as a flag that long work looks at between two pieces.
#pragma once

namespace lydian::cli {

/// From now on the signals set the flag instead of ending the process.
void catch_interrupts();
[[nodiscard]] bool is_interrupted();
/// Sleeps, but not past an interrupt.
void pause_ms(int milliseconds);

}  // namespace lydian::cli
