// Roots of states beside OpenSSL's SHA-256 of the same bytes on as many cores (each hashes its part as one
// message), and what a root every 100 steps adds to a training.
//   commit_bench [10MB|100MB|1GB|2GB|a|b...] [THREADS...]
#include <openssl/evp.h>

#include "bench/harness.h"
#include "bench/training_case.h"
#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"

namespace lydian::bench {
namespace {

constexpr int kInterval = 100;  // steps from one commitment to the next

struct Size {
  std::string name;
  std::size_t bytes;
  int rounds;
};
const std::vector<Size> kSizes = {{"10MB", 10'000'000, 21},
                                  {"100MB", 100'000'000, 11},
                                  {"1GB", 1'000'000'000, 5},
                                  {"2GB", 2'000'000'000, 3}};

void openssl_sha256(ByteView bytes, ThreadPool& pool) {
  const std::size_t part = bytes.size() / static_cast<std::size_t>(pool.size());
  pool.parallel_for(pool.size(), [&](std::int64_t index, int) {
    const ByteView own = bytes.subspan(static_cast<std::size_t>(index) * part, part);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    ENSURE(EVP_Digest(own.data(), own.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  });
}

void compare_size(const Size& size, const Pages& all, int threads, Report& report) {
  ThreadPool pool(threads);
  const ByteView bytes = ByteView(all.bytes()).first(size.bytes);
  const std::vector<double> seconds = interleaved_medians(
      {{"ours", [&] { return seconds_per_call([&] { (void)merkle::blob_root(bytes, &pool); }); }},
       {"OpenSSL", [&] { return seconds_per_call([&] { openssl_sha256(bytes, pool); }); }}},
      size.rounds);
  const double gigabytes = static_cast<double>(size.bytes) * 1e-9;
  report.add(larger_is_better(fmt::format("root of {}, {}", size.name, threads_text(threads)),
                              gigabytes / seconds[0], gigabytes / seconds[1], "OpenSSL SHA-256", "GB/s"));
}

void compare_interval(const TrainingCase& c, int threads, Report& report) {
  OwnTraining training(c, threads);
  const std::vector<double> seconds = interleaved_medians(
      {{"step", [&] { return seconds_per_call([&] { training.step(); }, c.steps); }},
       {"root",
        [&] {
          return seconds_per_call([&] { (void)merkle::blob_root(training.state(), &training.pool()); });
        }}},
      c.rounds);
  const double plain = kInterval * seconds[0];
  report.add(smaller_is_better(
      fmt::format("{} steps of {} and a root, {}", kInterval, c.name, threads_text(threads)),
      plain + seconds[1], plain, "the steps alone", "s"));
  report.note(fmt::format("a state of {:.1f} MB: its root takes {:.2f} ms, {:.3f} % of the steps",
                          static_cast<double>(training.state().size()) * 1e-6, seconds[1] * 1e3,
                          100 * seconds[1] / plain));
}

Status run(int count, char** arguments) {
  std::vector<std::string> names = training_case_names();
  for (const Size& size : kSizes) names.push_back(size.name);
  const Selection selection = TRY(select(count, arguments, names));
  std::size_t most = 0;
  for (const Size& size : kSizes) most = selection.wants(size.name) ? std::max(most, size.bytes) : most;
  Pages all(most);  // as a state is kept
  for (std::size_t i = 0; i < all.size(); ++i)
    all.data()[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
  Report report("commit");
  for (const int threads : selection.threads) {
    for (const Size& size : kSizes) {
      if (selection.wants(size.name)) compare_size(size, all, threads, report);
    }
    for (const TrainingCase& c : training_cases()) {
      if (selection.wants(c.name)) compare_interval(c, threads, report);
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("commit_bench", lydian::bench::run(count, arguments));
}
