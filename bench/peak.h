// What this machine gives at best, measured: our own product of 1024^3, and copying memory.
#pragma once

#include <cstring>
#include <vector>

#include "lydian/core/pages.h"
#include "lydian/core/thread_pool.h"
#include "lydian/kernels/matmul.h"

namespace lydian::bench {

/// A product of 1024^3, again and again.
class PeakProduct {
 public:
  explicit PeakProduct(ThreadPool& pool) : pool_(pool), scratch_(pool.size()) {}

  void run() {
    kernels::matmul(kernels::active_isa(), pool_, {.m = kExtent, .n = kExtent, .k = kExtent},
                    {a_.data(), kExtent}, {b_.data(), kExtent}, {c_.data(), kExtent}, scratch_);
  }
  static constexpr double flops() { return 2.0 * kExtent * kExtent * kExtent; }

 private:
  static constexpr int kExtent = 1024;
  ThreadPool& pool_;
  kernels::MatmulScratch scratch_;
  std::vector<float> a_ = std::vector<float>(kExtent * kExtent, 1.0F);
  std::vector<float> b_ = std::vector<float>(kExtent * kExtent, 0.5F);
  std::vector<float> c_ = std::vector<float>(kExtent * kExtent);
};

/// Copies 256 MB, more than any cache holds, in large pages.
class PeakCopy {
 public:
  explicit PeakCopy(ThreadPool& pool) : pool_(pool) {
    // Until it is written to, all of it is one page of zeros.
    std::memset(from_.data(), 1, kBytes);
    std::memset(to_.data(), 2, kBytes);
  }

  void run() {
    const std::size_t part = kBytes / static_cast<std::size_t>(pool_.size());
    pool_.parallel_for(pool_.size(), [&](std::int64_t index, int) {
      const std::size_t begin = static_cast<std::size_t>(index) * part;
      std::memcpy(to_.data() + begin, from_.data() + begin, part);
    });
  }
  /// Read and written.
  static constexpr double bytes() { return 2.0 * kBytes; }

 private:
  static constexpr std::size_t kBytes = 256 << 20;
  ThreadPool& pool_;
  Pages from_{kBytes};
  Pages to_{kBytes};
};

}  // namespace lydian::bench
