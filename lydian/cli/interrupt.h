// SIGINT and SIGTERM as a flag that long work looks at between two pieces.
#pragma once

namespace lydian::cli {

/// From now on the first of each signal sets the flag; a second one ends the process, as without this.
void catch_interrupts();
/// Signals end the process again: there is nothing left that an end could harm.
void release_interrupts();
[[nodiscard]] bool is_interrupted();
/// Sleeps, but not past an interrupt.
void pause_ms(int milliseconds);

}  // namespace lydian::cli
