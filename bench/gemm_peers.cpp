// Finds the libraries and wraps their C functions.
#include "bench/gemm_peers.h"

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>

#include "lydian/kernels/isa.h"

namespace lydian::bench {
namespace {

constexpr const char* kBlisSkylakeX = "0";  // arch_t of BLIS 0.9
constexpr const char* kBlisHaswell = "3";

constexpr int kRowMajor = 101;  // the values of cblas.h
constexpr int kPlain = 111;
constexpr int kTransposed = 112;

using SetThreads = void (*)(int);
using SetThreadsLong = void (*)(long);
using CblasSgemm = void (*)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                            const float* a, int a_row, const float* b, int b_row, float beta, float* c,
                            int c_row);
using DnnlSgemm = int (*)(char transpose_a, char transpose_b, std::int64_t m, std::int64_t n, std::int64_t k,
                          float alpha, const float* a, std::int64_t a_row, const float* b, std::int64_t b_row,
                          float beta, float* c, std::int64_t c_row);

/// The first of these libraries that loads; its names stay its own, since several define cblas_sgemm.
void* open_any(const std::vector<const char*>& names) {
  for (const char* name : names) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)) return library;
  }
  return nullptr;
}

template <typename Function>
Function symbol(void* library, const char* name) {
  return library == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library, name));
}

void run_cblas(CblasSgemm sgemm, const Gemm& g) {
  for (int i = 0; i < g.batch; ++i) {
    const Gemm one = g.at(i);
    sgemm(kRowMajor, g.transpose_a ? kTransposed : kPlain, g.transpose_b ? kTransposed : kPlain, g.m, g.n,
          g.k, 1.0f, one.a, g.a_row(), one.b, g.b_row(), 0.0f, one.c, g.n);
  }
}

void run_dnnl(DnnlSgemm sgemm, const Gemm& g) {
  for (int i = 0; i < g.batch; ++i) {
    const Gemm one = g.at(i);
    sgemm(g.transpose_a ? 'T' : 'N', g.transpose_b ? 'T' : 'N', g.m, g.n, g.k, 1.0f, one.a, g.a_row(), one.b,
          g.b_row(), 0.0f, one.c, g.n);
  }
}

}  // namespace

std::vector<GemmPeer> installed_gemm_peers(bool held_to_avx2) {
  if (held_to_avx2) {
    setenv("OPENBLAS_CORETYPE", "Haswell", 1);
    setenv("BLIS_ARCH_TYPE", kBlisHaswell, 1);
    setenv("DNNL_MAX_CPU_ISA", "AVX2", 1);
  } else if (kernels::supported_isas().back() == kernels::Isa::avx512) {
    // BLIS 0.9 takes a processor that it does not know for one without vectors.
    setenv("BLIS_ARCH_TYPE", kBlisSkylakeX, 1);
  }
  std::vector<GemmPeer> peers;
  void* const openblas =
      open_any({"/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0",
                "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0", "libopenblas.so.0"});
  const auto openblas_sgemm = symbol<CblasSgemm>(openblas, "cblas_sgemm");
  const auto openblas_threads = symbol<SetThreads>(openblas, "openblas_set_num_threads");
  if (openblas_sgemm != nullptr && openblas_threads != nullptr) {
    peers.push_back({"OpenBLAS", openblas_threads, [=](const Gemm& g) { run_cblas(openblas_sgemm, g); }});
  }
  void* const blis = open_any({"/usr/lib/x86_64-linux-gnu/blis-pthread/libblis.so.4", "libblis.so.4"});
  const auto blis_sgemm = symbol<CblasSgemm>(blis, "cblas_sgemm");
  const auto blis_threads = symbol<SetThreadsLong>(blis, "bli_thread_set_num_threads");
  if (blis_sgemm != nullptr && blis_threads != nullptr) {
    peers.push_back({"BLIS", blis_threads, [=](const Gemm& g) { run_cblas(blis_sgemm, g); }});
  }
  void* const dnnl = open_any({"libdnnl.so.2", "libdnnl.so.3"});
  const auto dnnl_sgemm = symbol<DnnlSgemm>(dnnl, "dnnl_sgemm");
  const auto dnnl_threads = symbol<SetThreads>(open_any({"libgomp.so.1"}), "omp_set_num_threads");
  if (dnnl_sgemm != nullptr && dnnl_threads != nullptr) {
    peers.push_back({"oneDNN", dnnl_threads, [=](const Gemm& g) { run_dnnl(dnnl_sgemm, g); }});
  }
#if LYDIAN_BENCH_EIGEN
  peers.push_back(eigen_peer());
#endif
  return peers;
}

}  // namespace lydian::bench
