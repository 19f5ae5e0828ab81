#include "lydian/autodiff/gradient.h"

#include <array>
#include <ranges>

#include "lydian/autodiff/rules.h"
#include "lydian/core/ensure.h"

namespace lydian::autodiff {

using program::GraphBuilder;
using program::Node;
using program::RefKind;
using program::Value;

namespace {

/// By node: whether it is, or is computed from, a wanted value. `order` has operands first.
std::vector<bool> depends_on(const GraphBuilder& builder, std::span<const std::uint32_t> order,
                             std::span<const Value> wrt) {
  std::vector<bool> depends(builder.nodes().size());
  for (const Value& x : wrt) {
    ENSURE(x.ref().kind == RefKind::node, "a gradient is taken in a node");
    depends[x.ref().index] = true;
  }
  for (const std::uint32_t i : order) {
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
  const std::vector<std::uint32_t> order = builder.depth_first(std::array{loss});
  const std::vector<bool> depends = depends_on(builder, order, wrt);
  std::vector<std::optional<Value>> gradient(builder.nodes().size());
  gradient[loss.ref().index] = broadcast_to(builder.scalar(1.0F), loss.shape());
  builder.schedule(loss);

  // Each flow is scheduled where it is found, so that what it reads of the forward pass can be forgotten
  // soon.
  for (const std::uint32_t i : std::views::reverse(order)) {
    if (!gradient[i] || !depends[i] || builder.stops_gradient(i)) continue;
    const Node node = builder.nodes()[i];
    const OperandGradients flows = operand_gradients(builder.at(i), *gradient[i]);
    for (std::size_t o = 0; o < node.operand_count; ++o) {
      const program::Ref ref = node.operands[o].ref;
      if (!flows[o] || ref.kind != RefKind::node || !depends[ref.index]) continue;
      std::optional<Value>& sum = gradient[ref.index];
      sum = sum ? *sum + *flows[o] : *flows[o];
      builder.schedule(*sum);
    }
  }

  std::vector<Value> result;
  for (const Value& x : wrt) {
    const std::optional<Value>& reached = gradient[x.ref().index];
    result.push_back(reached ? *reached : broadcast_to(builder.scalar(0.0F), x.shape()));
  }
  return result;
}

}  // namespace lydian::autodiff
