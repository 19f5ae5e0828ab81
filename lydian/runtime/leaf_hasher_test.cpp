#include "lydian/runtime/leaf_hasher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace lydian::runtime {
namespace {

constexpr auto kLeaf = static_cast<std::int64_t>(merkle::kBlockBytes);
const std::vector<std::int64_t> kSizes = {0, 1, kLeaf - 4, kLeaf, kLeaf + 4, 70 * kLeaf + 12, 3 * kLeaf};

Bytes noise(std::int64_t size, std::uint32_t seed) {
  Bytes bytes(static_cast<std::size_t>(size));
  std::mt19937 generator(seed);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator());
  return bytes;
}

std::vector<Bytes> tensors() {
  std::vector<Bytes> made;
  for (const std::int64_t size : kSizes) made.push_back(noise(size, static_cast<std::uint32_t>(size)));
  return made;
}

std::vector<Root> expected(const std::vector<Bytes>& blobs) {
  std::vector<Root> roots;
  for (const Bytes& blob : blobs) roots.push_back(merkle::blob_root(blob));
  return roots;
}

TEST(LeafHasher, runs_in_any_order_from_any_thread_give_the_blobs_roots) {
  const std::vector<Bytes> blobs = tensors();
  for (const std::int64_t step : {4L, 1000L, 4096L, 16384L, 65532L}) {
    struct Run {
      std::uint32_t tensor;
      std::int64_t begin, end;
    };
    std::vector<Run> runs;
    for (std::uint32_t t = 0; t < blobs.size(); ++t) {
      const std::int64_t coarse = step == 4 ? std::max<std::int64_t>(4, kSizes[t] / 300) : step;
      for (std::int64_t at = 0; at < kSizes[t]; at += coarse)
        runs.push_back({t, at, std::min(kSizes[t], at + coarse)});
    }
    for (const bool shuffled : {false, true}) {
      std::mt19937 generator(7);
      if (shuffled) std::ranges::shuffle(runs, generator);
      ThreadPool pool(3);
      LeafHasher hasher(kSizes, pool);
      pool.parallel_for(std::ssize(runs), [&](std::int64_t i, int thread) {
        const Run& run = runs[static_cast<std::size_t>(i)];
        hasher.put(
            thread, run.tensor, run.begin,
            ByteView(blobs[run.tensor])
                .subspan(static_cast<std::size_t>(run.begin), static_cast<std::size_t>(run.end - run.begin)));
      });
      EXPECT_EQ(hasher.roots(), expected(blobs)) << "runs of " << step << " bytes, shuffled " << shuffled;
    }
  }
}

TEST(LeafHasher, whole_tensors_and_whole_leaves_give_the_blobs_roots) {
  const std::vector<Bytes> blobs = tensors();
  ThreadPool pool(2);
  LeafHasher whole(kSizes, pool);
  LeafHasher by_leaf(kSizes, pool);
  for (std::uint32_t t = 0; t < blobs.size(); ++t) {
    whole.put_whole(t, blobs[t]);
    for (std::int64_t at = 0; at < kSizes[t]; at += kLeaf) {
      by_leaf.put_leaf(0, t, static_cast<std::uint64_t>(at / kLeaf), [&](std::uint8_t* to) {
        std::copy_n(blobs[t].begin() + at, std::min(kLeaf, kSizes[t] - at), to);
      });
    }
  }
  EXPECT_EQ(whole.roots(), expected(blobs));
  EXPECT_EQ(by_leaf.roots(), expected(blobs));
}

}  // namespace
}  // namespace lydian::runtime
