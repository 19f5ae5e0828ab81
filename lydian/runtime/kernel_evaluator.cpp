#include "lydian/runtime/kernel_evaluator.h"

#include "lydian/core/ensure.h"
#include "lydian/runtime/executor.h"

namespace lydian::runtime {

using program::Form;
using program::RefKind;
using tensor::Shape;

Shape operand_shape(const Node& node, std::size_t operand) {
  const int rank = node.shape.rank();
  switch (node.form) {
    case Form::map: {
      Shape shape = node.shape;
      for (int d = 0; d < rank; ++d) {
        if ((node.operands[operand].broadcast_mask >> d & 1) != 0) shape = shape.with(d, 1);
      }
      return shape;
    }
    case Form::view:
      return {node.operands[0].bytes / tensor::size_of(node.operands[0].dtype)};
    case Form::concat:
      return node.shape.with(node.axis, node.extents[operand]);
    case Form::matmul:
      return node.shape.with(operand == 0 ? rank - 1 : rank - 2, node.extent);
    case Form::reduce:
      return node.shape.inserted(node.axis, node.extent);
    case Form::gather:
      return operand == 0 ? Shape{node.extent, node.shape[1]} : Shape{node.shape[0]};
    case Form::scatter_add:
      return operand == 0 ? Shape{node.extent} : Shape{node.extent, node.shape[1]};
    case Form::literal:
    case Form::iota:
      break;
  }
  ENSURE(false, "a {} has no operands", program::name_of(node.form));
}

void KernelEvaluator::evaluate(std::uint32_t, const Node& node, Operands operands,
                               const LiteralTable& literals, std::span<std::uint8_t> output) {
  // A graph of this node alone, whose operands are typed views of constants.
  Graph graph;
  Node alone = node;
  for (std::size_t o = 0; o < node.operand_count; ++o) {
    Node view{.form = Form::view,
              .dtype = node.operands[o].dtype,
              .shape = operand_shape(node, o),
              .operand_count = 1};
    view.operands[0] = {.ref = {RefKind::constant, static_cast<std::uint32_t>(o)},
                        .bytes = node.operands[o].bytes};
    for (int d = 0; d < view.shape.rank(); ++d)
      view.strides[static_cast<std::size_t>(d)] = view.shape.stride(d);
    alone.operands[o].ref = {RefKind::node, static_cast<std::uint32_t>(graph.nodes.size())};
    graph.nodes.push_back(view);
  }
  graph.nodes.push_back(alone);
  Executor(graph, literals, pool_, {isa_, true}).run({}, operands, output);
}

}  // namespace lydian::runtime
