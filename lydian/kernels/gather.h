// Rows by index: gather copies rows of a table, scatter_add sums rows into one (DESIGN.md section 4).
#pragma once

#include <cstdint>
#include <span>

#include "lydian/core/thread_pool.h"
#include "lydian/tensor/dtype.h"

namespace lydian::kernels {

/// out[p] = the row index[p] of the table, the index clamped to [0, table_rows - 1]. A row is row_bytes long;
/// rows of the table begin table_stride_bytes apart, those of out are dense. The table has at least one row.
void gather_rows(ThreadPool& pool, std::span<const std::int32_t> index, const void* table,
                 std::int64_t table_rows, std::int64_t table_stride_bytes, std::int64_t row_bytes, void* out);

/// out[r, c] (dense) = +0, then for p ascending, where index[p] clamped to [0, out_rows - 1] is r:
/// out[r, c] += updates[p * updates_stride + c]. f32 results get the NaN and tiny rules at the end; i32
/// wraps. The stride counts elements.
void scatter_add_rows(ThreadPool& pool, tensor::DType dtype, std::span<const std::int32_t> index,
                      const void* updates, std::int64_t updates_stride, std::int64_t out_rows,
                      std::int64_t columns, void* out);

/// The definitions: the oracles for the above.
void gather_rows_reference(std::span<const std::int32_t> index, const void* table, std::int64_t table_rows,
                           std::int64_t table_stride_bytes, std::int64_t row_bytes, void* out);
void scatter_add_rows_reference(tensor::DType dtype, std::span<const std::int32_t> index, const void* updates,
                                std::int64_t updates_stride, std::int64_t out_rows, std::int64_t columns,
                                void* out);

}  // namespace lydian::kernels
