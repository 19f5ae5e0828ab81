#include "lydian/runtime/evaluate.h"

#include <bit>
#include <cmath>

#include "lydian/core/ensure.h"
#include "lydian/kernels/scalar.h"

namespace lydian::runtime {
namespace {

using kernels::ReduceFn;
using kernels::ScalarFn;
using program::Form;
using program::Operand;
using tensor::DType;
using tensor::Shape;
using Word = std::uint32_t;

// Operand positions in a node.
constexpr std::size_t kTable = 0, kGatherIndex = 1;
constexpr std::size_t kScatterIndex = 0, kUpdates = 1;

float as_float(Word word) { return std::bit_cast<float>(word); }
Word as_word(float value) { return std::bit_cast<Word>(value); }
Word sign_extended(Word i8) { return static_cast<Word>(static_cast<std::int8_t>(i8)); }

bool is_reduce(const Node& node, ReduceFn fn) {
  return node.form == Form::reduce && static_cast<ReduceFn>(node.fn) == fn;
}

std::int64_t clamped_row(Word index, std::int64_t rows) {
  return std::clamp<std::int64_t>(static_cast<std::int32_t>(index), 0, rows - 1);
}

Word maximum(DType dtype, Word a, Word b) { return kernels::apply(ScalarFn::maximum, dtype, dtype, a, b, 0); }

Word add_in_chain(DType dtype, Word a, Word b) {
  return dtype == DType::f32 ? as_word(kernels::canonical_nan(as_float(a) + as_float(b))) : a + b;
}

template <typename Reader>
Word read(const Node& node, Reader& reader, std::size_t operand, std::int64_t index) {
  return reader.read(operand, node.operands[operand].dtype, index);
}

// ---- forms without a chain

Word iota_element(const Node& node, std::int64_t index) {
  return static_cast<Word>(index / node.shape.stride(node.axis) % node.shape[node.axis]);
}

/// The place of an output element in an operand that has extent 1 on the axes of its mask.
std::int64_t broadcast_index(const Shape& shape, std::uint8_t mask, std::int64_t index) {
  if (mask == 0) return index;
  std::int64_t place = 0;
  std::int64_t stride = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    const std::int64_t at = index % shape[d];
    index /= shape[d];
    if ((mask >> d & 1) != 0) continue;
    place += at * stride;
    stride *= shape[d];
  }
  return place;
}

template <typename Reader>
Word map_element(const Node& node, Reader& reader, std::int64_t index) {
  std::array<Word, program::kMaxOperands> words{};
  for (std::size_t i = 0; i < node.operand_count; ++i)
    words[i] = read(node, reader, i, broadcast_index(node.shape, node.operands[i].broadcast_mask, index));
  const DType in = node.operands[node.operand_count - 1U].dtype;  // a select's first operand is the odd one
  return kernels::apply(static_cast<ScalarFn>(node.fn), in, node.dtype, words[0], words[1], words[2]);
}

template <typename Reader>
Word view_element(const Node& node, Reader& reader, std::int64_t index) {
  std::int64_t place = node.offset;
  for (int d = node.shape.rank() - 1; d >= 0; --d) {
    place += index % node.shape[d] * node.strides[static_cast<std::size_t>(d)];
    index /= node.shape[d];
  }
  return reader.read(0, node.dtype, place);
}

template <typename Reader>
Word concat_element(const Node& node, Reader& reader, std::int64_t index) {
  const std::int64_t inner = node.shape.stride(node.axis);
  const std::int64_t outer = index / inner / node.shape[node.axis];
  std::int64_t at = index / inner % node.shape[node.axis];
  std::size_t operand = 0;
  while (at >= node.extents[operand]) at -= node.extents[operand++];
  return read(node, reader, operand, (outer * node.extents[operand] + at) * inner + index % inner);
}

template <typename Reader>
Word gather_element(const Node& node, Reader& reader, std::int64_t index) {
  const std::int64_t columns = node.shape[1];
  const std::int64_t row = clamped_row(read(node, reader, kGatherIndex, index / columns), node.extent);
  return read(node, reader, kTable, row * columns + index % columns);
}

template <typename Reader>
Word argmax_element(const Node& node, Reader& reader, std::int64_t index) {
  std::int64_t best = 0;
  Word best_value = 0;
  for (std::int64_t p = 0; p < node.extent; ++p) {
    const Word value = read(node, reader, 0, reduced_index(node, index, p));
    if (p == 0 || beats(node.operands[0].dtype, value, p, best_value, best)) {
      best = p;
      best_value = value;
    }
  }
  return static_cast<Word>(best);
}

// ---- chains

template <typename Reader>
Word matmul_operation(const Node& node, Reader& reader, std::int64_t index, std::int64_t k,
                      Word accumulator) {
  const std::int64_t columns = node.shape.last();
  const std::int64_t rows = node.shape.last(1);
  const std::int64_t row = index / columns;  // of all batches
  const std::int64_t batch = row / rows;
  const Word a = read(node, reader, 0, row * node.extent + k);
  const Word b = read(node, reader, 1, (batch * node.extent + k) * columns + index % columns);
  if (node.dtype == DType::i32) return accumulator + sign_extended(a) * sign_extended(b);
  return as_word(kernels::canonical_nan(std::fma(as_float(a), as_float(b), as_float(accumulator))));
}

template <typename Reader>
Word scatter_operation(const Node& node, Reader& reader, std::int64_t index, std::int64_t p,
                       Word accumulator) {
  const std::int64_t columns = node.shape[1];
  if (clamped_row(read(node, reader, kScatterIndex, p), node.shape[0]) != index / columns) return accumulator;
  return add_in_chain(node.dtype, accumulator, read(node, reader, kUpdates, p * columns + index % columns));
}

template <typename Reader>
Word operation(const Node& node, Reader& reader, std::int64_t index, int lane, std::int64_t position,
               Word accumulator) {
  if (node.form == Form::matmul) return matmul_operation(node, reader, index, position, accumulator);
  if (node.form == Form::scatter_add) return scatter_operation(node, reader, index, position, accumulator);
  const std::int64_t at = has_lanes(node) ? lane + kLanes * position : position;
  const Word x = read(node, reader, 0, reduced_index(node, index, at));
  if (is_reduce(node, ReduceFn::maximum)) return maximum(node.dtype, accumulator, x);
  return add_in_chain(node.dtype, accumulator, x);
}

template <typename Reader>
Word run_chain(const Node& node, Reader& reader, std::int64_t index, int lane) {
  Word accumulator = initial_accumulator(node);
  const std::int64_t length = chain_length(node, lane);
  for (std::int64_t p = 0; p < length; ++p)
    accumulator = operation(node, reader, index, lane, p, accumulator);
  return accumulator;
}

template <typename Reader>
Lanes run_lanes(const Node& node, Reader& reader, std::int64_t index) {
  Lanes ends;
  for (int lane = 0; lane < kLanes; ++lane)
    ends[static_cast<std::size_t>(lane)] = run_chain(node, reader, index, lane);
  return ends;
}

template <typename Reader>
Word element_of(const Node& node, Reader& reader, std::int64_t index) {
  if (has_lanes(node)) return finish(node, fold_lanes(run_lanes(node, reader, index)));
  if (has_chain(node)) return finish(node, run_chain(node, reader, index, 0));
  switch (node.form) {
    case Form::iota:
      return iota_element(node, index);
    case Form::map:
      return map_element(node, reader, index);
    case Form::view:
      return view_element(node, reader, index);
    case Form::concat:
      return concat_element(node, reader, index);
    case Form::gather:
      return gather_element(node, reader, index);
    case Form::reduce:
      return argmax_element(node, reader, index);
    default:
      ENSURE(false, "a {} has no element by definition", name_of(node.form));
  }
}

}  // namespace

Word load_element(ByteView tensor, DType dtype, std::int64_t index) {
  const std::uint8_t* p = tensor.data() + index * tensor::size_of(dtype);
  switch (tensor::size_of(dtype)) {
    case 1:
      return *p;
    case 2:
      return load_le<std::uint16_t>(p);
    default:
      return load_le<std::uint32_t>(p);
  }
}

void store_element(std::span<std::uint8_t> tensor, DType dtype, std::int64_t index, Word bits) {
  std::uint8_t* p = tensor.data() + index * tensor::size_of(dtype);
  switch (tensor::size_of(dtype)) {
    case 1:
      *p = static_cast<std::uint8_t>(bits);
      return;
    case 2:
      return store_le(p, static_cast<std::uint16_t>(bits));
    default:
      return store_le(p, bits);
  }
}

Word element(const Node& node, ElementReader& reader, std::int64_t index) {
  return element_of(node, reader, index);
}

Word element(const Node& node, Operands operands, std::int64_t index) {
  BytesReader reader(operands);
  return element_of(node, reader, index);
}

Bytes evaluate(const Node& node, Operands operands, const program::LiteralTable& literals) {
  if (node.form == Form::literal) {
    const auto literal = literals.find(node.literal);
    ENSURE(literal != literals.end(), "literal {} is not in the program", node.literal.hex());
    return literal->second;
  }
  BytesReader reader(operands);
  Bytes output(static_cast<std::size_t>(node.bytes()));
  const std::int64_t elements = node.shape.elements();
  for (std::int64_t i = 0; i < elements; ++i)
    store_element(output, node.dtype, i, element_of(node, reader, i));
  return output;
}

bool beats(DType dtype, Word x, std::int64_t i, Word y, std::int64_t j) {
  if (dtype == DType::f32) {  // a NaN's payload does not count: maximum makes it canonical
    x = as_word(kernels::canonical_nan(as_float(x)));
    y = as_word(kernels::canonical_nan(as_float(y)));
  }
  if (x == y) return i < j;
  return maximum(dtype, x, y) == x;
}

std::int64_t reduced_index(const Node& node, std::int64_t index, std::int64_t position) {
  const std::int64_t inner = node.shape.elements(node.axis, node.shape.rank());
  return (index / inner * node.extent + position) * inner + index % inner;
}

bool has_chain(const Node& node) {
  return node.form == Form::matmul || node.form == Form::scatter_add ||
         (node.form == Form::reduce && !is_reduce(node, ReduceFn::argmax));
}

bool has_lanes(const Node& node) { return is_reduce(node, ReduceFn::sum) && node.dtype == DType::f32; }

std::int64_t chain_length(const Node& node, int lane) {
  if (!has_lanes(node)) return node.extent;
  return lane < node.extent ? (node.extent - lane + kLanes - 1) / kLanes : 0;
}

Word initial_accumulator(const Node& node) {
  if (!is_reduce(node, ReduceFn::maximum)) return 0;  // +0 of f32 too
  return node.dtype == DType::f32 ? 0xff800000 : 0x80000000;
}

Word advance(const Node& node, ElementReader& reader, std::int64_t index, int lane, std::int64_t position,
             Word accumulator) {
  return operation(node, reader, index, lane, position, accumulator);
}

Word fold_lanes(const Lanes& lanes) {
  Lanes folded = lanes;
  for (std::size_t width = kLanes / 2; width > 0; width /= 2)
    for (std::size_t lane = 0; lane < width; ++lane)
      folded[lane] = add_in_chain(DType::f32, folded[lane], folded[lane + width]);
  return folded[0];
}

Word finish(const Node& node, Word accumulator) {
  if (node.dtype != DType::f32 || is_reduce(node, ReduceFn::maximum)) return accumulator;
  return as_word(kernels::finish(as_float(accumulator)));
}

std::vector<Word> accumulators(const Node& node, Operands operands, std::int64_t index, int lane,
                               std::span<const std::int64_t> counts) {
  BytesReader reader(operands);
  std::vector<Word> values;
  Word accumulator = initial_accumulator(node);
  std::int64_t done = 0;
  for (const std::int64_t count : counts) {
    for (; done < count; ++done) accumulator = operation(node, reader, index, lane, done, accumulator);
    values.push_back(accumulator);
  }
  return values;
}

Lanes lanes(const Node& node, Operands operands, std::int64_t index) {
  BytesReader reader(operands);
  return run_lanes(node, reader, index);
}

}  // namespace lydian::runtime
