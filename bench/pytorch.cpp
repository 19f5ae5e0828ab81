#include "bench/pytorch.h"

namespace lydian::bench {

Result<Child> start_pytorch(const std::string& script, const std::vector<std::int64_t>& numbers, int threads,
                            std::string* greeting) {
  // With OpenBLAS built for pthreads, two thread pools fight over the cores and PyTorch is up to twice as
  // slow: it gets the build for OpenMP, whose threads are PyTorch's own.
  const std::string openmp_build = "openblas-openmp";
  std::vector<std::string> command = {"/usr/bin/python3", LYDIAN_SOURCE_DIR "/bench/" + script};
  for (const std::int64_t number : numbers) command.push_back(std::to_string(number));
  // Waiting threads spin for 30 microseconds rather than libgomp's milliseconds: on a quiet machine the wait
  // is over by then, and beside other work long spins make PyTorch's second thread a loss of a factor of ten.
  Child child =
      TRY(Child::start(command, {"LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/" + openmp_build,
                                 "GOMP_SPINCOUNT=10000", fmt::format("OMP_NUM_THREADS={}", threads)}));
  const Result<std::string> answer = child.read_line();
  if (!answer)
    return fail("PyTorch does not start; Debian's python3-torch is needed: {}", answer.error().message);
  if (!answer->contains(openmp_build))
    return fail("PyTorch does not use OpenBLAS's build for OpenMP (libopenblas0-openmp): {}", *answer);
  if (greeting != nullptr) *greeting = answer->substr(0, answer->find(", /"));
  return child;
}

}  // namespace lydian::bench
