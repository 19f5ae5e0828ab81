// The blocking around the tiles. A task is a block of C of one product. It walks k in blocks; for each it
// packs the block of B (kept in the private L2 cache), then runs panels of rows of A over it. A later block
// of k continues the chains from C, so they stay single chains in ascending k.
#include "lydian/kernels/matmul.h"

#include <algorithm>
#include <new>

#include "lydian/core/ensure.h"
#include "lydian/kernels/matmul_kernel.h"
#include "lydian/kernels/matmul_skinny.h"

namespace lydian::kernels {
namespace {

constexpr std::int64_t kDepthBlock = 384;      // k of a block
constexpr std::int64_t kPackedB = 192 * 1024;  // floats of a block of B: 768 KB
constexpr std::int64_t kPackedA = 48 * 1024;   // floats of a group of packed panels of A
// From so many rows on, packing B repays itself. With fewer, a block of A (480 KB) stays in the L2 cache
// while the columns of B pass by, each read once.
constexpr std::int64_t kRowsWorthPackingB = 320;
// In place, a transposed A serves well while the elements that a tile reads for successive k do not all fall
// into one set of the L1 cache (4 KB).
constexpr std::int64_t kDepthStrideWorthPackingA = 1000;
constexpr std::int64_t kScratchFloats = kPackedA + kPackedB;
static_assert(MatmulSkinnyJob::kScratchFloats <= kScratchFloats);
constexpr std::align_val_t kAlignment{4096};

// What a second thread has to do to be worth its wake: about 20 microseconds of multiply-adds. One that still
// spins joins within 2; one that sleeps, or whose processor others use, has taken 65.
constexpr std::int64_t kWorkPerThread = 2 * 1024 * 1024;
constexpr std::int64_t kWorkPerElementRead = 4;  // multiply-adds in the time of reading an element of B

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

const MatmulKernel& kernel_of(Isa isa) {
  switch (isa) {
#if LYDIAN_HAS_X86_KERNELS
    case Isa::avx512:
      return matmul_kernel_avx512();
    case Isa::avx2:
      return matmul_kernel_avx2();
#endif
#if LYDIAN_HAS_NEON_KERNELS
    case Isa::neon:
      return matmul_kernel_neon();
#endif
    default:
      return matmul_kernel_portable();
  }
}

/// How a product is cut into blocks of C.
struct Plan {
  const MatmulKernel* kernel;
  const MatmulTileSet* tiles;
  std::int64_t depth_block;
  std::int64_t row_block;     // a multiple of the tile's rows
  std::int64_t column_block;  // a multiple of the tile's columns
  std::int64_t row_blocks;
  std::int64_t column_blocks;
  bool packs_b;

  [[nodiscard]] std::int64_t tile_columns() const { return tiles->vectors * kernel->lanes; }
};

/// Cycles of one step of k of a tile: its multiply-adds (two a cycle), its loads (about one a cycle) or the
/// latency of its chains, whichever is most.
double cost_of_tile(std::int64_t rows, std::int64_t vectors) {
  const auto height = static_cast<double>(rows);
  const auto width = static_cast<double>(vectors);
  return std::max({height * width / 2, (height + width) / 1.13, 4.0});
}

/// The same of all tiles of `rows` rows and `vectors` vectors of columns.
double cost_of_tiles(const MatmulTileSet& tiles, std::int64_t rows, std::int64_t vectors) {
  const auto cost_of_panel = [&](std::int64_t height) {
    double cost = static_cast<double>(vectors / tiles.vectors) * cost_of_tile(height, tiles.vectors);
    if (vectors % tiles.vectors != 0) cost += cost_of_tile(height, vectors % tiles.vectors);
    return cost;
  };
  double cost = static_cast<double>(rows / tiles.rows) * cost_of_panel(tiles.rows);
  if (rows % tiles.rows != 0) cost += cost_of_panel(rows % tiles.rows);
  return cost;
}

const MatmulTileSet& best_tiles(const MatmulKernel& kernel, std::int64_t m, std::int64_t n) {
  const std::int64_t vectors = ceil_div(n, kernel.lanes);
  return *std::ranges::min_element(kernel.tiles, {},
                                   [&](const MatmulTileSet& t) { return cost_of_tiles(t, m, vectors); });
}

Plan make_plan(Isa isa, const MatmulShape& shape, std::int64_t b_column_stride, std::int64_t threads) {
  Plan plan{};
  plan.kernel = &kernel_of(isa);
  plan.tiles = &best_tiles(*plan.kernel, shape.m, shape.n);
  const std::int64_t tile_columns = plan.tile_columns();
  const std::int64_t depth_blocks = std::max<std::int64_t>(1, ceil_div(shape.k, kDepthBlock));
  plan.depth_block = ceil_div(ceil_div(shape.k, depth_blocks), 4) * 4;

  const std::int64_t column_panels = ceil_div(shape.n, tile_columns);
  const std::int64_t row_panels = ceil_div(shape.m, plan.tiles->rows);
  plan.packs_b = b_column_stride != 1 || shape.m >= kRowsWorthPackingB;
  const std::int64_t packed_panels =
      std::max<std::int64_t>(1, kPackedB / (std::max<std::int64_t>(1, plan.depth_block) * tile_columns));
  const std::int64_t cached_panels = plan.packs_b ? packed_panels : column_panels;
  const std::int64_t products = shape.outer * shape.inner;
  const std::int64_t wanted = threads == 1 ? 1 : ceil_div(2 * threads, products);

  // Split the columns for the cache, then further for the threads as long as the parts stay even, then the
  // rows.
  std::int64_t column_blocks = ceil_div(column_panels, cached_panels);
  for (std::int64_t blocks = std::min(wanted, column_panels); blocks > column_blocks; --blocks) {
    const std::int64_t waste = ceil_div(column_panels, blocks) * blocks - column_panels;
    if (waste * 8 <= column_panels) column_blocks = blocks;
  }
  const std::int64_t panels = ceil_div(column_panels, column_blocks);
  plan.column_blocks = ceil_div(column_panels, panels);
  plan.column_block = panels * tile_columns;
  const std::int64_t row_blocks =
      std::clamp<std::int64_t>(ceil_div(wanted, plan.column_blocks), 1, row_panels);
  const std::int64_t block_panels = ceil_div(row_panels, row_blocks);
  plan.row_blocks = ceil_div(row_panels, block_panels);
  plan.row_block = block_panels * plan.tiles->rows;
  return plan;
}

struct Range {
  std::int64_t begin;
  std::int64_t end;
  [[nodiscard]] std::int64_t size() const { return end - begin; }
};

/// Block `index` of those that cut [0, size) into parts of `block`.
Range block_range(std::int64_t index, std::int64_t block, std::int64_t size) {
  return {index * block, std::min(size, (index + 1) * block)};
}

/// An operand of one product, seen from the tile: the rows of A or the columns of B ("lines"), along which k
/// runs.
struct Lines {
  const float* data;
  std::int64_t line_stride;
  std::int64_t depth_stride;
};

/// A block of an operand as tiles read it, in place or packed.
struct Panels {
  const float* data;
  std::int64_t panel_stride;
  std::int64_t line_stride;
  std::int64_t depth_stride;
};

Panels in_place(const Lines& from, Range lines, Range depth, std::int64_t width) {
  return {from.data + lines.begin * from.line_stride + depth.begin * from.depth_stride,
          width * from.line_stride, from.line_stride, from.depth_stride};
}

Panels packed(const MatmulKernel& kernel, const Lines& from, Range lines, Range depth, std::int64_t width,
              float* to) {
  kernel.pack({.from = in_place(from, lines, depth, width).data,
               .line_stride = from.line_stride,
               .depth_stride = from.depth_stride,
               .count = lines.size(),
               .depth = depth.size(),
               .width = width,
               .to = to});
  return {to, width * depth.size(), 1, width};
}

/// One product of the batch.
struct Product {
  Lines a;
  Lines b;
  float* c;
  std::int64_t c_row;
  std::int64_t depth;
};

/// Tiles of C over one block of k: the rows of `a` against the columns of `b`.
void run_tiles(const Plan& plan, const Product& product, const Panels& a, const Panels& b, Range rows,
               Range columns, Range depth) {
  const std::int64_t tile_rows = plan.tiles->rows;
  const std::int64_t tile_columns = plan.tile_columns();
  MatmulTile tile{};
  tile.depth = depth.size();
  tile.a_row = a.line_stride;
  tile.a_depth = a.depth_stride;
  tile.b_depth = b.depth_stride;
  tile.c_row = product.c_row;
  tile.first = depth.begin == 0;
  tile.last = depth.end == product.depth;
  tile.a = a.data;
  for (std::int64_t i = rows.begin; i < rows.end; i += tile_rows, tile.a += a.panel_stride) {
    float* const c_rows = product.c + i * product.c_row;
    const std::int64_t row_count = std::min(tile_rows, rows.end - i);
    tile.b = b.data;
    for (std::int64_t j = columns.begin; j < columns.end; j += tile_columns, tile.b += b.panel_stride) {
      const bool ends_row = j + tile_columns >= columns.end;
      tile.columns = std::min(tile_columns, columns.end - j);
      tile.c = c_rows + j;
      tile.c_next = !ends_row                  ? tile.c + tile_columns
                    : i + tile_rows < rows.end ? tile.c + tile_rows * product.c_row
                                               : tile.c;
      plan.tiles->function(row_count, ceil_div(tile.columns, plan.kernel->lanes))(tile);
    }
  }
}

/// The same, all rows on one panel of columns before the next: B in place is read from memory once.
void run_strips(const Plan& plan, const Product& product, const Panels& a, Panels b, Range rows,
                Range columns, Range depth) {
  for (std::int64_t j = columns.begin; j < columns.end; j += plan.tile_columns(), b.data += b.panel_stride) {
    run_tiles(plan, product, a, b, rows, {j, std::min(columns.end, j + plan.tile_columns())}, depth);
  }
}

/// One block of C of one product.
void run_block(const Plan& plan, const Product& product, Range rows, Range columns, float* scratch) {
  const std::int64_t tile_rows = plan.tiles->rows;
  const std::int64_t tile_columns = plan.tile_columns();
  const bool pack_a = product.a.depth_stride >= kDepthStrideWorthPackingA && columns.size() > tile_columns;
  Range depth{0, std::min(product.depth, plan.depth_block)};
  do {
    const Panels b = plan.packs_b ? packed(*plan.kernel, product.b, columns, depth, tile_columns, scratch)
                                  : in_place(product.b, columns, depth, tile_columns);
    const std::int64_t group =
        pack_a ? tile_rows * (kPackedA / (tile_rows * std::max<std::int64_t>(1, depth.size()))) : rows.size();
    for (std::int64_t i = rows.begin; i < rows.end; i += group) {
      const Range group_rows{i, std::min(rows.end, i + group)};
      const Panels a = pack_a
                           ? packed(*plan.kernel, product.a, group_rows, depth, tile_rows, scratch + kPackedB)
                           : in_place(product.a, group_rows, depth, tile_rows);
      if (plan.packs_b)
        run_tiles(plan, product, a, b, group_rows, columns, depth);
      else
        run_strips(plan, product, a, b, group_rows, columns, depth);
    }
    depth = {depth.end, std::min(product.depth, depth.end + plan.depth_block)};
  } while (depth.begin < product.depth);
}

/// A whole batch, cut into blocks of C.
struct Job {
  Plan plan;
  MatmulShape shape;
  MatmulOperand<float> a;
  MatmulOperand<float> b;
  MatmulResult<float> c;

  Job(Isa isa, std::int64_t threads, const MatmulShape& shape_, const MatmulOperand<float>& a_,
      const MatmulOperand<float>& b_, const MatmulResult<float>& c_)
      : shape(shape_), a(a_), b(b_), c(c_) {
    // A single column or step of k has no stride: 1 spares the packing.
    if (shape.n == 1) b.column_stride = 1;
    if (shape.k == 1) a.column_stride = 1;
    plan = make_plan(isa, shape, b.column_stride, threads);
  }

  [[nodiscard]] std::int64_t blocks() const {
    return shape.outer * shape.inner * plan.row_blocks * plan.column_blocks;
  }

  void run(std::int64_t index, float* scratch) const {
    const std::int64_t row_block = index % plan.row_blocks;
    const std::int64_t column_block = index / plan.row_blocks % plan.column_blocks;
    const std::int64_t batch = index / (plan.row_blocks * plan.column_blocks);
    const std::int64_t x = batch / shape.inner;
    const std::int64_t y = batch % shape.inner;
    const Product product{{a.at(x, y, 0, 0), a.row_stride, a.column_stride},
                          {b.at(x, y, 0, 0), b.column_stride, b.row_stride},
                          c.at(x, y, 0, 0),
                          c.row_stride,
                          shape.k};
    run_block(plan, product, block_range(row_block, plan.row_block, shape.m),
              block_range(column_block, plan.column_block, shape.n), scratch);
  }
};

bool is_empty(const MatmulShape& shape) {
  ENSURE(shape.m >= 0 && shape.n >= 0 && shape.k >= 0 && shape.outer >= 0 && shape.inner >= 0);
  return shape.m == 0 || shape.n == 0 || shape.outer == 0 || shape.inner == 0;
}

int threads_worth(const MatmulShape& shape, int threads) {
  const std::int64_t rows = std::max(shape.m, kWorkPerElementRead);
  const std::int64_t work = shape.outer * shape.inner * shape.n * shape.k * rows;
  return static_cast<int>(std::clamp<std::int64_t>(work / kWorkPerThread, 1, threads));
}

}  // namespace

void matmul_pack_strided(const MatmulPacking& p) {
  float* to = p.to;
  for (std::int64_t line = 0; line < p.count; line += p.width) {
    for (std::int64_t k = 0; k < p.depth; ++k) {
      const float* from = p.from + line * p.line_stride + k * p.depth_stride;
      for (std::int64_t i = 0; i < p.width; ++i) *to++ = line + i < p.count ? from[i * p.line_stride] : 0.0f;
    }
  }
}

MatmulScratch::MatmulScratch(int threads)
    : threads_(threads),
      data_(static_cast<float*>(
          ::operator new(sizeof(float) * kScratchFloats * static_cast<std::size_t>(threads), kAlignment))) {}

MatmulScratch::~MatmulScratch() { ::operator delete(data_, kAlignment); }

float* MatmulScratch::of_thread(int thread) const {
  ENSURE(thread >= 0 && thread < threads_, "thread {} of {}", thread, threads_);
  return data_ + thread * kScratchFloats;
}

void matmul(Isa isa, ThreadPool& pool, const MatmulShape& shape, const MatmulOperand<float>& a,
            const MatmulOperand<float>& b, const MatmulResult<float>& c, MatmulScratch& scratch) {
  if (is_empty(shape)) return;
  const int threads = threads_worth(shape, pool.size());
  if (threads == 1) return matmul_on_thread(isa, 0, shape, a, b, c, scratch);
  if (const auto skinny = MatmulSkinnyJob::plan(kernel_of(isa), threads, shape, a, b, c)) {
    pool.parallel_for(skinny->tasks(),
                      [&](std::int64_t task, int thread) { skinny->run(task, scratch.of_thread(thread)); });
    return;
  }
  const Job job(isa, threads, shape, a, b, c);
  pool.parallel_for(job.blocks(),
                    [&](std::int64_t index, int thread) { job.run(index, scratch.of_thread(thread)); });
}

void matmul_on_thread(Isa isa, int thread, const MatmulShape& shape, const MatmulOperand<float>& a,
                      const MatmulOperand<float>& b, const MatmulResult<float>& c, MatmulScratch& scratch) {
  if (is_empty(shape)) return;
  if (const auto skinny = MatmulSkinnyJob::plan(kernel_of(isa), 1, shape, a, b, c)) {
    for (std::int64_t task = 0; task < skinny->tasks(); ++task) skinny->run(task, scratch.of_thread(thread));
    return;
  }
  const Job job(isa, 1, shape, a, b, c);
  for (std::int64_t index = 0; index < job.blocks(); ++index) job.run(index, scratch.of_thread(thread));
}

}  // namespace lydian::kernels
