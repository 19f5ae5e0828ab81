// A fixed set of threads that run one loop at a time. Which thread takes which index is not defined, so a
// body's result must not depend on it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lydian {

class ThreadPool {
 public:
  /// threads counts the caller too: 1 runs everything in place.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(index, thread) for every index in [0, count), thread in [0, size()). Returns when all are
  /// done. Only one thread may call it at a time; a nested call from a body runs in place.
  void parallel_for(std::int64_t count, const std::function<void(std::int64_t index, int thread)>& body);

  /// The machine's hardware threads that this process may use.
  static int hardware_threads();

 private:
  void work(int thread);
  void drain(int thread);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable finished_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::int64_t> next_{0};
  std::atomic<int> active_{0};
  std::int64_t count_ = 0;
  int callers_processor_ = -1;
  const std::function<void(std::int64_t, int)>* body_ = nullptr;
  std::atomic<bool> stopping_{false};
};

}  // namespace lydian
