// One thread that runs tasks in the order given, for work on whole files that must not hold up the node.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace lydian::swarm {

class BackgroundQueue {
 public:
  BackgroundQueue();
  /// Finishes the task that runs; the others never run and their futures break.
  ~BackgroundQueue();
  BackgroundQueue(const BackgroundQueue&) = delete;
  BackgroundQueue& operator=(const BackgroundQueue&) = delete;

  template <typename Task>
  [[nodiscard]] auto run(Task task) -> std::future<std::invoke_result_t<Task>> {
    auto packaged = std::make_shared<std::packaged_task<std::invoke_result_t<Task>()>>(std::move(task));
    auto future = packaged->get_future();
    push([packaged] { (*packaged)(); });
    return future;
  }

 private:
  void push(std::function<void()> task);
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lydian::swarm
