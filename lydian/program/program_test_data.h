// What the tests of this folder share: a small program in which every form occurs.
#pragma once

#include "lydian/core/ensure.h"
#include "lydian/merkle/tree.h"
#include "lydian/program/builder.h"

namespace lydian::program {

inline const Bytes kSampleConstant = {1, 2, 3, 4, 5, 6, 7, 8};

inline Graph sample_init(LiteralTable* literals, std::span<const Constant> constants) {
  GraphBuilder g(literals, -1, constants);
  Bytes weights(32);
  for (int i = 0; i < 8; ++i) store_le<float>(weights.data() + 4 * i, 0.25F * static_cast<float>(i - 3));
  return g.finish(as_u8(g.literal(DType::f32, {2, 4}, weights)));
}

inline Graph sample_step(LiteralTable* literals, std::span<const Constant> constants) {
  GraphBuilder g(literals, 32, constants);
  const Value x = read_bytes(g.state(), DType::f32, {2, 4}, 0);                   // (2, 4)
  const Value scores = matmul(x, transpose(x, {1, 0}));                           // (2, 2)
  const Value weight = sum(exp(scores * 0.125F), 1);                              // (2)
  const Value best = argmax(scores, 1);                                           // (2) i32
  const Value update = g.scatter_add(best, gather(x, best), 2);                   // (2, 4)
  const Value shift = reshape(convert(g.constant(0), DType::f32), {2, 4});        // (2, 4)
  const Value next = fma(reshape(weight, {2, 1}), update, shift);                 // (2, 4)
  const Value swapped = concat({slice(next, 0, 1, 2), slice(next, 0, 0, 1)}, 0);  // (2, 4)
  const Value column = convert(g.iota({4}, 0), DType::f32);                       // (4)
  return g.finish(as_u8(swapped / (column + 1.0F)));
}

inline Graph sample_output(LiteralTable* literals, std::span<const Constant> constants) {
  GraphBuilder g(literals, 32, constants);
  return g.finish(as_u8(max(read_bytes(g.state(), DType::f32, {2, 4}, 0), 1)));
}

/// Three steps, two of them in the first checkpoint; a state of 32 bytes, a result of 8.
inline Program sample_program() {
  Program program{.steps = 3, .interval = 2, .state_bytes = 32, .result_bytes = 8};
  program.constants = {
      {merkle::blob_root(kSampleConstant), static_cast<std::int64_t>(kSampleConstant.size())}};
  program.graph(GraphKind::init) = sample_init(&program.literals, program.constants);
  program.graph(GraphKind::step) = sample_step(&program.literals, program.constants);
  program.graph(GraphKind::output) = sample_output(&program.literals, program.constants);
  return program;
}

/// The first node of a form in the sample's step, with the nodes before it.
struct SampleNode {
  Node node;
  std::vector<Node> earlier;
};
inline SampleNode sample_node(Form form) {
  const Program program = sample_program();
  SampleNode sample;
  for (const Node& node : program.graph(GraphKind::step).nodes) {
    sample.node = node;
    if (node.form == form) return sample;
    sample.earlier.push_back(node);
  }
  ENSURE(false, "the sample has no {}", name_of(form));
}

}  // namespace lydian::program
