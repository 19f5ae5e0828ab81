#include "lydian/cli/interrupt.h"

#include <poll.h>

#include <csignal>

namespace lydian::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() { return interrupted != 0; }

void pause_ms(int milliseconds) {
  if (!is_interrupted()) ::poll(nullptr, 0, milliseconds);
}

}  // namespace lydian::cli
