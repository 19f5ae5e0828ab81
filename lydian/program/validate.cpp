#include "lydian/program/validate.h"

#include <algorithm>

#include "lydian/kernels/scalar.h"

namespace lydian::program {
namespace {

constexpr std::int64_t kMaxTensorBytes = std::int64_t{1} << 40;
constexpr int kReduceFns = 3;
constexpr int kArgmax = 2;
__extension__ using Wide = __int128;  // strides times extents, without overflow

/// What an operand reference stands for.
struct Source {
  DType dtype;
  Shape shape;
};

Result<Source> resolve(const Operand& operand, std::span<const Node> earlier, const GraphInputs& inputs) {
  switch (operand.ref.kind) {
    case RefKind::node:
      if (operand.ref.index >= earlier.size())
        return fail("an operand refers to node {}, which does not come before this one", operand.ref.index);
      return Source{earlier[operand.ref.index].dtype, earlier[operand.ref.index].shape};
    case RefKind::state:
      if (inputs.state_bytes < 0)
        return fail("an operand refers to the state, which this graph does not have");
      if (operand.ref.index != 0)
        return fail("an operand refers to state {}, there is only state 0", operand.ref.index);
      return Source{DType::u8, Shape{inputs.state_bytes}};
    case RefKind::constant:
      if (operand.ref.index >= inputs.constants.size())
        return fail("an operand refers to constant {} of {}", operand.ref.index, inputs.constants.size());
      return Source{DType::u8, Shape{inputs.constants[operand.ref.index].bytes}};
  }
  return fail("an operand has an unknown kind of reference");
}

Status expect_operands(const Node& node, int low, int high) {
  if (node.operand_count < low || node.operand_count > high)
    return fail("{} operands, expected {} to {}", node.operand_count, low, high);
  return {};
}

Status expect_shape(const Source& source, const Shape& wanted, std::string_view what) {
  if (source.shape != wanted)
    return fail("{} has the shape {}, expected {}", what, source.shape.text(), wanted.text());
  return {};
}

/// Compared by extents: outside numbers need not make a possible Shape.
Status expect_matrix(const Source& source, std::int64_t rows, std::int64_t columns, std::string_view what) {
  if (source.shape.rank() == 2 && source.shape[0] == rows && source.shape[1] == columns) return {};
  return fail("{} has the shape {}, expected [{}, {}]", what, source.shape.text(), rows, columns);
}

Status expect_dtype(DType found, DType wanted, std::string_view what) {
  if (found != wanted)
    return fail("{} is {}, expected {}", what, tensor::name_of(found), tensor::name_of(wanted));
  return {};
}

Status check_map(const Node& node, std::span<const Source> sources) {
  const auto fn = TRY(kernels::scalar_fn_from_code(node.fn));
  std::array<DType, kMaxOperands> types{};
  for (std::size_t i = 0; i < sources.size(); ++i) types[i] = sources[i].dtype;
  const DType result = TRY(kernels::result_type(fn, std::span(types).first(sources.size()), node.dtype));
  TRY_STATUS(expect_dtype(node.dtype, result, "the output"));
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::uint8_t mask = node.operands[i].broadcast_mask;
    std::int64_t elements = 1;
    for (int d = 0; d < tensor::kMaxRank; ++d) {
      const bool broadcast = (mask >> d & 1) != 0;
      if (d >= node.shape.rank()) {
        if (broadcast)
          return fail("operand {} broadcasts axis {} beyond the rank {}", i, d, node.shape.rank());
        continue;
      }
      if (broadcast && node.shape[d] == 1)
        return fail("operand {} broadcasts axis {}, whose extent is 1", i, d);
      if (!broadcast) elements *= node.shape[d];
    }
    if (sources[i].shape.elements() != elements) {
      return fail("operand {} has {} elements, the output's shape and its mask ask for {}", i,
                  sources[i].shape.elements(), elements);
    }
  }
  return {};
}

/// Every element a view can reach lies in its operand.
Status check_view(const Node& node, const Source& source) {
  if (node.shape.elements() == 0) return {};
  const std::int64_t limit =
      source.shape.elements() * tensor::size_of(source.dtype) / tensor::size_of(node.dtype);
  Wide low = node.offset;
  Wide high = node.offset;
  for (int d = 0; d < node.shape.rank(); ++d) {
    const Wide reach = static_cast<Wide>(node.strides[static_cast<std::size_t>(d)]) * (node.shape[d] - 1);
    (reach < 0 ? low : high) += reach;
  }
  if (low < 0 || high >= limit)
    return fail("the view reaches outside its operand, which has {} elements of {}", limit,
                tensor::name_of(node.dtype));
  return {};
}

Status check_concat(const Node& node, std::span<const Source> sources) {
  if (node.axis >= node.shape.rank()) return fail("axis {} of rank {}", node.axis, node.shape.rank());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    TRY_STATUS(expect_dtype(sources[i].dtype, node.dtype, "a concat operand"));
    if (node.extents[i] > tensor::kMaxExtent) return fail("a concat extent of {}", node.extents[i]);
    TRY_STATUS(expect_shape(sources[i], node.shape.with(node.axis, node.extents[i]), "a concat operand"));
    sum += node.extents[i];
  }
  if (sum != node.shape[node.axis])
    return fail("the operands cover {} of the {} on axis {}", sum, node.shape[node.axis], node.axis);
  return {};
}

Status check_matmul(const Node& node, std::span<const Source> sources) {
  const int rank = node.shape.rank();
  if (rank < 2) return fail("a matmul of rank {}, at least 2 is needed", rank);
  const DType wanted = node.dtype == DType::f32 ? DType::f32 : DType::i8;
  if (node.dtype != DType::f32 && node.dtype != DType::i32)
    return fail("a matmul gives f32 or i32, not {}", tensor::name_of(node.dtype));
  TRY_STATUS(expect_dtype(sources[0].dtype, wanted, "the left operand"));
  TRY_STATUS(expect_dtype(sources[1].dtype, wanted, "the right operand"));
  if (node.extent > tensor::kMaxExtent) return fail("K is {}", node.extent);
  TRY_STATUS(expect_shape(sources[0], node.shape.with(rank - 1, node.extent), "the left operand"));
  return expect_shape(sources[1], node.shape.with(rank - 2, node.extent), "the right operand");
}

Status check_reduce(const Node& node, const Source& source) {
  if (node.fn >= kReduceFns) return fail("reduce function {} is unknown", node.fn);
  if (node.axis > node.shape.rank() || node.shape.rank() >= tensor::kMaxRank)
    return fail("axis {} of rank {}", node.axis, node.shape.rank() + 1);
  if (source.dtype != DType::f32 && source.dtype != DType::i32)
    return fail("a reduce of {}, expected f32 or i32", tensor::name_of(source.dtype));
  TRY_STATUS(expect_dtype(node.dtype, node.fn == kArgmax ? DType::i32 : source.dtype, "the output"));
  if (source.shape.rank() == node.shape.rank() + 1 && source.shape[node.axis] == node.extent &&
      source.shape.removed(node.axis) == node.shape) {
    return {};
  }
  return fail("the operand has the shape {}, expected {} with {} inserted at axis {}", source.shape.text(),
              node.shape.text(), node.extent, node.axis);
}

Status check_gather(const Node& node, std::span<const Source> sources) {
  if (node.shape.rank() != 2) return fail("a gather gives [n, C], not rank {}", node.shape.rank());
  if (node.extent < 1 || node.extent > tensor::kMaxExtent) return fail("a gather from {} rows", node.extent);
  TRY_STATUS(expect_dtype(sources[0].dtype, node.dtype, "the table"));
  TRY_STATUS(expect_dtype(sources[1].dtype, DType::i32, "the index"));
  TRY_STATUS(expect_matrix(sources[0], node.extent, node.shape[1], "the table"));
  return expect_shape(sources[1], Shape{node.shape[0]}, "the index");
}

Status check_scatter_add(const Node& node, std::span<const Source> sources) {
  if (node.shape.rank() != 2 || node.shape[0] < 1)
    return fail("a scatter_add gives [R, C] with R of 1 or more, not {}", node.shape.text());
  if (node.dtype != DType::f32 && node.dtype != DType::i32)
    return fail("a scatter_add of {}, expected f32 or i32", tensor::name_of(node.dtype));
  if (node.extent > tensor::kMaxExtent) return fail("a scatter_add of {} rows", node.extent);
  TRY_STATUS(expect_dtype(sources[0].dtype, DType::i32, "the index"));
  TRY_STATUS(expect_dtype(sources[1].dtype, node.dtype, "the updates"));
  TRY_STATUS(expect_shape(sources[0], Shape{node.extent}, "the index"));
  return expect_matrix(sources[1], node.extent, node.shape[1], "the updates");
}

/// Fields that the form does not use are zero, so that one meaning has one encoding.
Status check_unused_fields(const Node& node) {
  const Form form = node.form;
  const auto zero = [](const auto& list) {
    return std::ranges::all_of(list, [](auto value) { return value == 0; });
  };
  if (form != Form::map && form != Form::reduce && node.fn != 0)
    return fail("fn is {}, this form has none", node.fn);
  if (form != Form::iota && form != Form::concat && form != Form::reduce && node.axis != 0)
    return fail("axis is {}, this form has none", node.axis);
  const bool has_extent =
      form == Form::matmul || form == Form::reduce || form == Form::gather || form == Form::scatter_add;
  if (!has_extent && node.extent != 0) return fail("the extent is {}, this form has none", node.extent);
  if (form != Form::view && (node.offset != 0 || !zero(node.strides)))
    return fail("an offset or stride is set, this form has none");
  for (int d = node.shape.rank(); d < tensor::kMaxRank; ++d) {
    if (node.strides[static_cast<std::size_t>(d)] != 0)
      return fail("stride {} is set beyond the rank {}", d, node.shape.rank());
  }
  for (std::size_t i = 0; i < kMaxOperands; ++i) {
    if (node.extents[i] != 0 && (form != Form::concat || i >= node.operand_count))
      return fail("concat extent {} is set where there is none", i);
    if (form != Form::map && node.operands[i].broadcast_mask != 0)
      return fail("operand {} has a broadcast mask, this form has none", i);
  }
  if (form != Form::literal && !node.literal.is_zero())
    return fail("a literal's root is set, this form has none");
  return {};
}

Status check_form(const Node& node, std::span<const Source> sources) {
  switch (node.form) {
    case Form::literal:
      return expect_operands(node, 0, 0);
    case Form::iota:
      TRY_STATUS(expect_operands(node, 0, 0));
      if (node.axis >= node.shape.rank()) return fail("axis {} of rank {}", node.axis, node.shape.rank());
      return expect_dtype(node.dtype, DType::i32, "an iota");
    case Form::map:
      TRY_STATUS(expect_operands(node, 1, 3));
      return check_map(node, sources);
    case Form::view:
      TRY_STATUS(expect_operands(node, 1, 1));
      return check_view(node, sources[0]);
    case Form::concat:
      TRY_STATUS(expect_operands(node, 2, 3));
      return check_concat(node, sources);
    case Form::matmul:
      TRY_STATUS(expect_operands(node, 2, 2));
      return check_matmul(node, sources);
    case Form::reduce:
      TRY_STATUS(expect_operands(node, 1, 1));
      return check_reduce(node, sources[0]);
    case Form::gather:
      TRY_STATUS(expect_operands(node, 2, 2));
      return check_gather(node, sources);
    case Form::scatter_add:
      TRY_STATUS(expect_operands(node, 2, 2));
      return check_scatter_add(node, sources);
  }
  return fail("unknown form");
}

Status validate_graph(const Program& program, GraphKind kind, std::int64_t value_bytes) {
  const Graph& graph = program.graph(kind);
  const GraphInputs inputs{kind == GraphKind::init ? -1 : program.state_bytes, program.constants};
  if (graph.empty()) return fail("graph {}: it is empty", name_of(kind));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (const auto status = validate(node, std::span(graph.nodes).first(i), inputs); !status) {
      return within(fmt::format("graph {}, node {} ({})", name_of(kind), i, name_of(node.form)),
                    status.error());
    }
    if (node.form != Form::literal) continue;
    const auto literal = program.literals.find(node.literal);
    if (literal == program.literals.end())
      return fail("graph {}, node {}: the literal {} is not in the program", name_of(kind), i,
                  node.literal.hex());
    if (static_cast<std::int64_t>(literal->second.size()) != node.bytes()) {
      return fail("graph {}, node {}: the literal has {} bytes, its shape asks for {}", name_of(kind), i,
                  literal->second.size(), node.bytes());
    }
  }
  const Node& last = graph.nodes.back();
  if (last.dtype != DType::u8 || last.shape != Shape{value_bytes}) {
    return fail("graph {}: its value is {} {}, expected u8 [{}]", name_of(kind), tensor::name_of(last.dtype),
                last.shape.text(), value_bytes);
  }
  return {};
}

}  // namespace

Status validate(const Node& node, std::span<const Node> earlier, const GraphInputs& inputs) {
  if (node.bytes() > kMaxTensorBytes)
    return fail("the output has {} bytes, at most 2^40 are possible", node.bytes());
  TRY_STATUS(check_unused_fields(node));
  std::array<Source, kMaxOperands> sources;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    const Operand& operand = node.operands[i];
    sources[i] = TRY(resolve(operand, earlier, inputs));
    TRY_STATUS(expect_dtype(operand.dtype, sources[i].dtype, fmt::format("operand {}", i)));
    const std::int64_t bytes = sources[i].shape.elements() * tensor::size_of(sources[i].dtype);
    if (operand.bytes != bytes)
      return fail("operand {} is said to have {} bytes, it has {}", i, operand.bytes, bytes);
  }
  return check_form(node, std::span<const Source>(sources).first(node.operand_count));
}

Status check_definitions(const Program& program) {
  if (program.definitions >= kFirstDefinitionsVersion && program.definitions <= kLastDefinitionsVersion)
    return {};
  return fail(
      "program: made under version {} of the operators' definitions, this build executes versions {} to {}",
      program.definitions, kFirstDefinitionsVersion, kLastDefinitionsVersion);
}

Status validate(const Program& program) {
  TRY_STATUS(check_definitions(program));
  if (program.steps < 1 || program.steps > (std::int64_t{1} << 40))
    return fail("program: {} steps, expected 1 to 2^40", program.steps);
  if (program.interval < 1 || program.interval > program.steps)
    return fail("program: an interval of {} for {} steps", program.interval, program.steps);
  for (std::size_t i = 0; i < program.constants.size(); ++i) {
    if (program.constants[i].bytes > tensor::kMaxExtent)
      return fail("program: constant {} has {} bytes, at most 2^32-1 are possible", i,
                  program.constants[i].bytes);
  }
  if (program.state_bytes > tensor::kMaxExtent || program.result_bytes > tensor::kMaxExtent)
    return fail("program: state or result longer than 2^32-1 bytes");
  TRY_STATUS(validate_graph(program, GraphKind::init, program.state_bytes));
  TRY_STATUS(validate_graph(program, GraphKind::step, program.state_bytes));
  TRY_STATUS(validate_graph(program, GraphKind::output, program.result_bytes));
  if (!program.graph(GraphKind::exchange).empty())
    TRY_STATUS(validate_graph(program, GraphKind::exchange, program.state_bytes));
  return {};
}

}  // namespace lydian::program
