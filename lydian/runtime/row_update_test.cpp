// Steps that replace a row of their state: when that is done in place, and that the bytes stay.
#include "lydian/runtime/row_update.h"

#include <gtest/gtest.h>

#include <functional>

#include "lydian/program/builder.h"
#include "lydian/runtime/byte_order.h"
#include "lydian/runtime/executor.h"

namespace lydian::runtime {
namespace {

using program::GraphBuilder;
using program::LiteralTable;
using program::Value;

/// A state of position i32 [1] and table f32 [2, 5, 3].
constexpr std::int64_t kTable = 30;
constexpr std::int64_t kBytes = 4 * (1 + kTable);

// Where memory has another byte order than files, a table of the state is read through a copy.
constexpr bool kCanBeInPlace = kMemoryIsLittleEndian;

class RowUpdateTest : public testing::TestWithParam<int> {
 protected:
  struct Parts {
    GraphBuilder& builder;
    Value position;
    Value table;
    Value row;  // f32 [2, 1, 3]

    [[nodiscard]] Value updated() const {
      const Value index = builder.iota({5, 1}, 0);
      return select(equal(index, reshape(position, {1, 1})), row, table);
    }
  };

  static Bytes state_at(std::int32_t position) {
    Bytes state(kBytes);
    store_le(state.data(), position);
    for (std::int64_t i = 0; i < kTable; ++i)
      store_le(state.data() + 4 + 4 * i, static_cast<float>(i) + 0.5F);
    return state;
  }

  /// Runs a step from several states, into other memory and over the state where it may, against the
  /// definitions. Whether it may.
  bool run(const std::function<Value(const Parts&)>& step) {
    LiteralTable literals;
    GraphBuilder builder(&literals, kBytes, {});
    const Value position = read_bytes(builder.state(), tensor::DType::i32, {1}, 0);
    const Value table = read_bytes(builder.state(), tensor::DType::f32, {2, 5, 3}, 4);
    const Value row = reshape(sin(convert(builder.iota({6}, 0) + position, tensor::DType::f32)), {2, 1, 3});
    const Graph graph = builder.finish(step({builder, position, table, row}));
    ThreadPool pool(GetParam());
    Executor executor(graph, literals, pool, {.in_place = false});
    for (const std::int32_t at : {0, 1, 4, 5, -1}) {
      Bytes state = state_at(at);
      const Bytes expected = interpret(graph, {state, {}, literals});
      Bytes value(kBytes, 0xAB);
      executor.run(state, {}, value);
      EXPECT_EQ(value, expected) << "position " << at;
      if (executor.writes_over_state()) {
        executor.run(state, {}, state);
        EXPECT_EQ(state, expected) << "position " << at << ", in place";
      }
    }
    return executor.writes_over_state();
  }

  static Value next(const Parts& parts) { return parts.position + parts.builder.scalar_i32(1); }
};

TEST_P(RowUpdateTest, is_done_in_place) {
  EXPECT_EQ(kCanBeInPlace, run([](const Parts& parts) {
              return program::concat({as_u8(next(parts)), as_u8(parts.updated())}, 0);
            }));
}

TEST_P(RowUpdateTest, is_seen_by_those_that_read_the_new_table) {
  EXPECT_EQ(kCanBeInPlace, run([](const Parts& parts) {
              const Value sums = sum(reshape(parts.updated(), {kTable}), 0);
              const Value rounded = convert(sums, tensor::DType::i32);
              return program::concat({as_u8(parts.position + rounded), as_u8(parts.updated())}, 0);
            }));
}

TEST_P(RowUpdateTest, is_not_done_over_a_table_that_something_else_reads) {
  EXPECT_FALSE(run([](const Parts& parts) {
    const Value old = convert(sum(reshape(parts.table, {kTable}), 0), tensor::DType::i32);
    return program::concat({as_u8(parts.position + old), as_u8(parts.updated())}, 0);
  }));
}

TEST_P(RowUpdateTest, is_not_done_over_a_table_that_another_concatenation_reads) {
  EXPECT_FALSE(run([](const Parts& parts) {
    const Value twice = program::concat({as_u8(parts.table), as_u8(parts.table)}, 0);
    const Value floats = read_bytes(twice, tensor::DType::f32, {2 * kTable}, 0);
    const Value old = convert(sum(floats, 0), tensor::DType::i32);
    return program::concat({as_u8(parts.position + old), as_u8(parts.updated())}, 0);
  }));
}

TEST_P(RowUpdateTest, is_not_done_where_the_row_comes_out_of_the_table) {
  EXPECT_FALSE(run([](const Parts& parts) {
    const Value first = slice(parts.table, 1, 0, 1);
    const Value table = Parts{parts.builder, parts.position, parts.table, first}.updated();
    return program::concat({as_u8(next(parts)), as_u8(table)}, 0);
  }));
}

TEST_P(RowUpdateTest, is_not_done_where_the_table_moves) {
  EXPECT_FALSE(run(
      [](const Parts& parts) { return program::concat({as_u8(parts.updated()), as_u8(next(parts))}, 0); }));
}

TEST_P(RowUpdateTest, is_not_done_where_old_bytes_go_elsewhere) {
  EXPECT_FALSE(run([](const Parts& parts) {
    const Value updated = reshape(parts.updated(), {kTable});
    const Value moved = read_bytes(parts.builder.state(), tensor::DType::f32, {1}, 0);
    return program::concat({as_u8(next(parts)), as_u8(slice(updated, 0, 1, kTable)), as_u8(moved)}, 0);
  }));
}

TEST_P(RowUpdateTest, keeps_what_a_step_leaves_unchanged) {
  EXPECT_EQ(kCanBeInPlace, run([](const Parts& parts) {
              return program::concat({as_u8(parts.position), as_u8(parts.updated())}, 0);
            }));
}

TEST_P(RowUpdateTest, replaces_all_rows_that_its_condition_names) {
  EXPECT_EQ(kCanBeInPlace, run([](const Parts& parts) {
              const Value index = parts.builder.iota({5, 1}, 0);
              const Value table =
                  select(less(index, reshape(parts.position, {1, 1})), parts.row, parts.table);
              return program::concat({as_u8(next(parts)), as_u8(table)}, 0);
            }));
}

TEST_P(RowUpdateTest, is_not_done_where_elements_are_chosen_one_by_one) {
  EXPECT_FALSE(run([](const Parts& parts) {
    const Value table = select(less(parts.table, parts.builder.scalar(7.0F)), parts.row, parts.table);
    return program::concat({as_u8(next(parts)), as_u8(table)}, 0);
  }));
}

INSTANTIATE_TEST_SUITE_P(Threads, RowUpdateTest, testing::Values(1, 2));

}  // namespace
}  // namespace lydian::runtime
