// Decoding with the keys and values in the state, greedy, beside PyTorch, in tokens a second of all
// sequences; and for one sequence, how fast the weights are read beside how fast the machine copies.
//   generate_bench [b1|b8|c1|c8...] [THREADS...]
#include <algorithm>

#include "bench/harness.h"
#include "bench/peak.h"
#include "bench/pytorch.h"
#include "bench/training_case.h"
#include "lydian/merkle/tree.h"
#include "lydian/models/generation.h"
#include "lydian/runtime/engine.h"

namespace lydian::bench {
namespace {

constexpr std::int64_t kPromptTokens = 128;
constexpr int kRounds = 9;
constexpr int kTries = 3;

struct DecodingCase {
  std::string name;
  models::GptConfig model;
  std::int64_t batch = 1;
  int tokens = 1;  // of each sequence, a sample
};

/// Models b and c of the training, for 1 and 8 sequences.
std::vector<DecodingCase> decoding_cases() {
  std::vector<DecodingCase> cases;
  for (const TrainingCase& c : training_cases()) {
    if (c.name == "a") continue;
    for (const std::int64_t batch : {1, 8})
      cases.push_back({c.name + std::to_string(batch), c.model, batch, c.name == "b" ? 32 : 8});
  }
  return cases;
}

/// Our decoding of a case, with made-up weights, always from the same state.
class OwnDecoding {
 public:
  OwnDecoding(const DecodingCase& c, int threads)
      : weights_(made_up_weights(models::gpt_parameters(c.model).total())),
        program_(models::generation_program(config_of(c, weights_.bytes()))),
        pool_(threads),
        engine_(program_, {weights_.bytes()}, pool_),
        tokens_(c.tokens) {
    engine_.advance();
    start_.assign(engine_.state().begin(), engine_.state().end());
  }

  /// Seconds that a token of each sequence takes.
  double sample() {
    engine_.restore(1, start_);
    return seconds_per_call([&] { engine_.advance(); }, tokens_);
  }
  /// Read once for each token. The embeddings are looked up, but the tied head reads those of the tokens.
  [[nodiscard]] double weight_bytes() const { return static_cast<double>(weights_.size()); }
  [[nodiscard]] ThreadPool& pool() { return pool_; }

 private:
  static Pages made_up_weights(std::int64_t count) {
    Pages bytes(static_cast<std::size_t>(4 * count));
    for (std::int64_t i = 0; i < count; ++i)
      store_le(bytes.data() + 4 * i, static_cast<float>(i * 7919 % 10007 - 5003) * 1e-5F);
    return bytes;
  }

  static models::GenerationConfig config_of(const DecodingCase& c, ByteView weights) {
    models::GenerationConfig config{.model = c.model,
                                    .weights = {merkle::blob_root(weights), std::ssize(weights)}};
    config.new_tokens = c.model.context - kPromptTokens;
    for (std::int64_t b = 0; b < c.batch; ++b) {
      auto& prompt = config.prompts.emplace_back();
      for (std::int64_t t = 0; t < kPromptTokens; ++t)
        prompt.push_back(static_cast<std::int32_t>((b + 3 * t) % c.model.vocabulary));
    }
    return config;
  }

  Pages weights_;
  program::Program program_;
  ThreadPool pool_;
  runtime::Engine engine_;
  int tokens_;
  Bytes start_;
};

Status compare(const DecodingCase& c, int threads, Report& report) {
  OwnDecoding own(c, threads);
  PeakCopy copy(own.pool());
  std::string greeting;
  const models::GptConfig& model = c.model;
  Child pytorch = TRY(start_pytorch("pytorch_generate.py",
                                    {model.layers, model.heads, model.width, model.context, c.batch,
                                     model.vocabulary, threads, kTries, kPromptTokens},
                                    threads, &greeting));
  Status status;
  const std::vector<double> seconds =
      interleaved_medians({{"ours", [&] { return own.sample(); }},
                           {"PyTorch",
                            [&] {
                              const auto answer = pytorch.ask_number(std::to_string(c.tokens));
                              if (!answer) status = std::unexpected(answer.error());
                              return answer.value_or(1.0) / c.tokens;
                            }},
                           {"copy", [&] { return seconds_per_call([&] { copy.run(); }); }}},
                          kRounds);
  TRY_STATUS(status);
  const auto batch = static_cast<double>(c.batch);
  const std::string name = fmt::format("generate {}, {}", c.name, threads_text(threads));
  report.add(larger_is_better(name, batch / seconds[0], batch / seconds[1], "PyTorch", "tokens/s"));
  if (c.batch == 1)
    report.add(larger_is_better(name + ", share of copy", own.weight_bytes() / seconds[0] * 1e-9,
                                PeakCopy::bytes() / seconds[2] * 1e-9, "copy, read and written", "GB/s"));
  report.note(fmt::format("{:.2f} ms a token; {} {:.2f} ms", seconds[0] * 1e3, greeting, seconds[1] * 1e3));
  return {};
}

Status run(int count, char** arguments) {
  std::vector<std::string> names;
  for (const DecodingCase& c : decoding_cases()) names.push_back(c.name);
  const Selection selection = TRY(select(count, arguments, names));
  clear_library_settings();
  Report report("generate");
  for (const DecodingCase& c : decoding_cases()) {
    for (const int threads : selection.threads) {
      if (selection.wants(c.name)) TRY_STATUS(compare(c, threads, report));
    }
  }
  return report.write();
}

}  // namespace
}  // namespace lydian::bench

int main(int count, char** arguments) {
  return lydian::bench::exit_code("generate_bench", lydian::bench::run(count, arguments));
}
