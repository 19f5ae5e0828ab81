#include "lydian/autodiff/gradient.h"

#include "lydian/autodiff/rules.h"
#include "lydian/core/ensure.h"

namespace lydian::autodiff {

using program::GraphBuilder;
using program::Node;
using program::RefKind;
using program::Value;

namespace {

/// Which of the first `count` nodes lie on a path from a wanted value.
std::vector<bool> depends_on(const GraphBuilder& builder, std::size_t count, std::span<const Value> wrt) {
  std::vector<bool> depends(count);
  for (const Value& x : wrt) {
    ENSURE(x.ref().kind == RefKind::node, "a gradient is taken in a node");
    if (x.ref().index < count) depends[x.ref().index] = true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Node& node = builder.nodes()[i];
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      if (node.operands[o].ref.kind == RefKind::node && depends[node.operands[o].ref.index])
        depends[i] = true;
    }
  }
  return depends;
}

}  // namespace

std::vector<Value> gradients(Value loss, std::span<const Value> wrt) {
  GraphBuilder& builder = loss.builder();
  ENSURE(loss.shape().elements() == 1 && loss.dtype() == program::DType::f32, "the loss is {}",
         loss.shape().text());
  const std::size_t count = loss.ref().index + 1;
  const std::vector<bool> depends = depends_on(builder, count, wrt);
  std::vector<std::optional<Value>> gradient(count);
  gradient[loss.ref().index] = broadcast_to(builder.scalar(1.0F), loss.shape());

  for (std::size_t i = count; i-- > 0;) {
    if (!gradient[i] || !depends[i] || builder.stops_gradient(static_cast<std::uint32_t>(i))) continue;
    const Node node = builder.nodes()[i];
    const OperandGradients flows = operand_gradients(builder.at(static_cast<std::uint32_t>(i)), *gradient[i]);
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const program::Ref ref = node.operands[o].ref;
      if (!flows[o] || ref.kind != RefKind::node || !depends[ref.index]) continue;
      std::optional<Value>& sum = gradient[ref.index];
      sum = sum ? *sum + *flows[o] : *flows[o];
    }
  }

  std::vector<Value> result;
  for (const Value& x : wrt) {
    const bool reached = x.ref().index < count && gradient[x.ref().index];
    result.push_back(reached ? *gradient[x.ref().index] : broadcast_to(builder.scalar(0.0F), x.shape()));
  }
  return result;
}

}  // namespace lydian::autodiff
