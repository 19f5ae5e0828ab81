#include "lydian/core/thread_pool.h"

#include <sched.h>

#include <algorithm>

#include "lydian/core/ensure.h"

namespace lydian {
namespace {

// How long a worker spins for the next loop before it sleeps, a few hundred microseconds: loops of one step
// follow within that time, and waking a core takes as long or longer.
constexpr int kSpins = 20000;

thread_local bool inside_body = false;

constexpr int kSpinsToYield = 64;

/// One turn of a loop that waits. Now and then the core is offered to whoever else wants it: that may be the
/// thread that is waited for.
void wait_a_moment(int spin) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
  if (spin % kSpinsToYield == kSpinsToYield - 1) sched_yield();
}

/// Leaves a processor to the thread that runs on it: where the scheduler takes processors for unrelated, it
/// wakes a worker on the one of who woke it, and lets both share that for milliseconds.
void step_aside(int processor) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (processor < 0 || sched_getcpu() != processor || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return;
  cpu_set_t others = allowed;
  CPU_CLR(static_cast<std::size_t>(processor), &others);
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof allowed, &allowed);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  ENSURE(threads >= 1, "threads = {}", threads);
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    generation_.fetch_add(1);
  }
  start_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::parallel_for(std::int64_t count, const std::function<void(std::int64_t, int)>& body) {
  if (count <= 0) return;
  if (workers_.empty() || count == 1 || inside_body) {
    for (std::int64_t i = 0; i < count; ++i) body(i, 0);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    body_ = &body;
    count_ = count;
    callers_processor_ = sched_getcpu();
    next_.store(0, std::memory_order_relaxed);
    active_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
  }
  start_.notify_all();
  drain(0);
  for (int spin = 0; spin < kSpins && active_.load(std::memory_order_acquire) != 0; ++spin)
    wait_a_moment(spin);
  if (active_.load(std::memory_order_acquire) != 0) {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return active_.load(std::memory_order_acquire) == 0; });
  }
}

void ThreadPool::drain(int thread) {
  inside_body = true;
  for (;;) {
    const std::int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= count_) break;
    (*body_)(index, thread);
  }
  inside_body = false;
}

void ThreadPool::work(int thread) {
  std::uint64_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < kSpins && generation_.load(std::memory_order_acquire) == seen; ++spin)
      wait_a_moment(spin);
    if (generation_.load(std::memory_order_acquire) == seen) {
      std::unique_lock lock(mutex_);
      start_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
    }
    seen = generation_.load(std::memory_order_acquire);
    if (stopping_) return;
    step_aside(callers_processor_);
    drain(thread);
    if (active_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      const std::lock_guard lock(mutex_);
      finished_.notify_one();
    }
  }
}

int ThreadPool::hardware_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace lydian
