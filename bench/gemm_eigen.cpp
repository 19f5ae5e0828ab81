// Eigen's product. Its templates make warnings of their own.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <Eigen/Dense>
#pragma GCC diagnostic pop

#include "bench/gemm_peers.h"

namespace lydian::bench {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Input = Eigen::Map<const Matrix>;

void run_one(const Gemm& g) {
  Eigen::Map<Matrix> c(g.c, g.m, g.n);
  const Input a(g.a, g.transpose_a ? g.k : g.m, g.a_row());
  const Input b(g.b, g.transpose_b ? g.n : g.k, g.b_row());
  if (g.transpose_a && g.transpose_b) c.noalias() = a.transpose() * b.transpose();
  if (g.transpose_a && !g.transpose_b) c.noalias() = a.transpose() * b;
  if (!g.transpose_a && g.transpose_b) c.noalias() = a * b.transpose();
  if (!g.transpose_a && !g.transpose_b) c.noalias() = a * b;
}

}  // namespace

GemmPeer eigen_peer() {
  return {"Eigen", [](int threads) { Eigen::setNbThreads(threads); },
          [](const Gemm& g) {
            for (int i = 0; i < g.batch; ++i) run_one(g.at(i));
          }};
}

}  // namespace lydian::bench
