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
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void release_interrupts() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool is_interrupted() { return interrupted != 0; }

void pause_ms(int milliseconds) {
  if (!is_interrupted()) ::poll(nullptr, 0, milliseconds);
}

}  // namespace lydian::cli
