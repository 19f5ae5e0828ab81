// Other libraries' f32 matrix products, as they are installed: OpenBLAS, BLIS and oneDNN are loaded at run
// time, Eigen is compiled in. What is missing is left out.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lydian::bench {

/// batch products C = A B of dense row-major matrices one after the other. A transposed operand is stored
/// transposed.
struct Gemm {
  int m = 0;
  int n = 0;
  int k = 0;
  bool transpose_a = false;
  bool transpose_b = false;
  int batch = 1;
  const float* a = nullptr;
  const float* b = nullptr;
  float* c = nullptr;

  [[nodiscard]] int a_row() const { return transpose_a ? m : k; }
  [[nodiscard]] int b_row() const { return transpose_b ? k : n; }
  /// The operands of one product of the batch.
  [[nodiscard]] Gemm at(int index) const {
    Gemm one = *this;
    one.batch = 1;
    one.a += static_cast<std::ptrdiff_t>(index) * m * k;
    one.b += static_cast<std::ptrdiff_t>(index) * k * n;
    one.c += static_cast<std::ptrdiff_t>(index) * m * n;
    return one;
  }
};

struct GemmPeer {
  std::string name;
  std::function<void(int threads)> set_threads;
  std::function<void(const Gemm&)> run;
};

/// Loads them. Held to AVX2 they use no wider instructions than AVX2 and FMA; otherwise the widest that they
/// have for this machine. Eigen's are chosen where gemm_eigen.cpp is compiled. Once a process.
[[nodiscard]] std::vector<GemmPeer> installed_gemm_peers(bool held_to_avx2);

#if LYDIAN_BENCH_EIGEN
[[nodiscard]] GemmPeer eigen_peer();
#endif

}  // namespace lydian::bench
