// Generation and evaluation as programs, against the model's logits and losses computed beside them.
#include "lydian/models/generation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lydian/autodiff/gradient.h"
#include "lydian/models/layers.h"
#include "lydian/models/training.h"
#include "lydian/program/validate.h"
#include "lydian/runtime/engine.h"

namespace lydian::models {
namespace {

using runtime::Engine;
using Tokens = std::vector<std::int32_t>;

constexpr GptConfig kModel{.layers = 2, .heads = 2, .width = 16, .context = 6, .vocabulary = 13};

/// Weights of middling size, so that logits differ clearly from token to token.
Bytes random_weights() {
  Bytes bytes(static_cast<std::size_t>(gpt_parameters(kModel).total() * 4));
  std::uint32_t state = 7;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    state = state * 1664525 + 1013904223;
    store_le(bytes.data() + i, static_cast<float>(static_cast<std::int32_t>(state)) * 0x1p-31F * 0.6F);
  }
  return bytes;
}

std::vector<float> floats_of(ByteView bytes) {
  std::vector<float> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), values.size() * 4);
  return values;
}

class Generation : public testing::Test {
 protected:
  Generation() { config_.weights.bytes = std::ssize(weights_); }

  /// The texts of all sequences, by the cached program where the context has room, by the other where not.
  [[nodiscard]] std::vector<Tokens> generate_all() {
    return check_cached(config_) ? run(generation_program(config_), generation_state(config_))
                                 : run(sliding_generation_program(config_), generation_result(config_));
  }
  [[nodiscard]] Tokens generate() { return generate_all().front(); }

  [[nodiscard]] std::vector<Tokens> run(const Program& program, const StateFile& state_file) {
    const Status status = check(config_);
    if (!status) throw std::runtime_error(status.error().message);
    const Status valid = program::validate(program);
    if (!valid) throw std::runtime_error(valid.error().message);
    Engine engine(program, {weights_}, pool_);
    while (engine.boundary() < program.steps + 1) engine.advance();
    const std::int64_t total = config_.total_tokens();
    EXPECT_EQ(load_le<std::int32_t>(engine.state().data() + state_file.offset("count")), total);
    state_ = Bytes(engine.state().begin(), engine.state().end());
    engine.advance();
    const StateFile file = generation_result(config_);
    EXPECT_EQ(load_le<std::int32_t>(engine.state().data() + file.offset("count")), total);
    std::vector<Tokens> all(config_.prompts.size(), Tokens(static_cast<std::size_t>(total)));
    const std::uint8_t* from = engine.state().data() + file.offset("tokens");
    for (Tokens& tokens : all) {
      std::memcpy(tokens.data(), from, tokens.size() * 4);
      from += tokens.size() * 4;
    }
    return all;
  }

  /// The logits for the token after these, of which the last `context` count.
  [[nodiscard]] std::vector<float> logits(Tokens tokens) const {
    if (std::ssize(tokens) > kModel.context) tokens.erase(tokens.begin(), tokens.end() - kModel.context);
    program::LiteralTable literals;
    const std::vector<program::Constant> constants = {config_.weights};
    program::GraphBuilder builder(&literals, -1, constants);
    const Weights weights = gpt_parameters(kModel).read(builder.constant(0), 0);
    const auto time = std::ssize(tokens);
    const Value input =
        builder.literal(DType::i32, {1, time},
                        ByteView(reinterpret_cast<const std::uint8_t*>(tokens.data()), tokens.size() * 4));
    const Value all = gpt_head(kModel, weights, gpt_features(kModel, weights, input));
    const Value last = slice(all, 0, time - 1, time);
    const std::array views = {ByteView(weights_)};
    return floats_of(runtime::interpret(builder.finish(as_u8(last)), {{}, views, literals}));
  }

  /// Positions of the k largest.
  [[nodiscard]] static std::set<std::int32_t> largest(const std::vector<float>& values, std::size_t k) {
    std::vector<std::int32_t> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    std::ranges::stable_sort(order, std::greater<>{},
                             [&](std::int32_t i) { return values[static_cast<std::size_t>(i)]; });
    return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k)};
  }

  Bytes weights_ = random_weights();
  Bytes state_;  // after the last step of the latest run
  ThreadPool pool_{2};
  GenerationConfig config_{.model = kModel, .prompts = {{3, 1, 4}}, .new_tokens = 12};
};

TEST_F(Generation, greedy_takes_the_largest_logit_within_the_context_and_beyond_it) {
  const Tokens tokens = generate();
  for (std::size_t i = 3; i < tokens.size(); ++i) {
    const std::vector<float> expected =
        logits({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i)});
    EXPECT_EQ(tokens[i], *largest(expected, 1).begin()) << "token " << i;
  }
}

TEST_F(Generation, a_prompt_longer_than_the_context_is_cut_to_its_end) {
  config_.prompts = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
  config_.new_tokens = 1;
  EXPECT_EQ(generate().back(), *largest(logits(config_.prompts[0]), 1).begin());
}

TEST_F(Generation, the_cached_program_writes_the_text_of_the_one_that_computes_all_anew) {
  for (const std::size_t length : {1U, 2U, 5U, 6U}) {
    config_.prompts = {Tokens(length, 7)};
    config_.prompts[0].back() = 3;
    config_.new_tokens = kModel.context + 1 - static_cast<std::int64_t>(length);
    for (const float temperature : {0.0F, 1.0F}) {
      config_.temperature = temperature;
      ASSERT_TRUE(check_cached(config_));
      EXPECT_EQ(run(generation_program(config_), generation_state(config_)),
                run(sliding_generation_program(config_), generation_result(config_)))
          << length << " tokens at temperature " << temperature;
    }
  }
}

TEST_F(Generation, a_step_leaves_the_cache_that_one_pass_over_its_tokens_makes) {
  config_.new_tokens = 3;
  const Tokens text = generate();
  const StateFile stepped = generation_state(config_);
  const Bytes after_steps = state_;
  // The same text as the prompt: init computes all of the cache, and the state keeps room for one more.
  config_.prompts = {text};
  config_.new_tokens = 1;
  const Program program = generation_program(config_);
  Engine engine(program, {weights_}, pool_);
  engine.advance();
  const StateFile at_once = generation_state(config_);
  constexpr std::int64_t kHead = kModel.width / kModel.heads;
  for (std::int64_t layer = 0; layer < kModel.layers; ++layer) {
    for (const char* part : {"keys", "values"}) {
      const std::string name = fmt::format("cache.{}.{}", layer, part);
      for (std::int64_t head = 0; head < kModel.heads; ++head) {
        const auto row = [&](const StateFile& file, ByteView state, std::int64_t capacity) {
          const std::int64_t begin = file.offset(name) + head * capacity * kHead * 4;
          return Bytes(state.begin() + begin, state.begin() + begin + 5 * kHead * 4);
        };
        EXPECT_EQ(row(stepped, after_steps, 5), row(at_once, engine.state(), 6)) << name << " head " << head;
      }
    }
  }
}

TEST_F(Generation, a_batch_holds_the_texts_that_its_prompts_give_alone) {
  const std::vector<Tokens> prompts = {{3, 1, 4}, {1, 5, 9}, {2, 6, 5}};
  for (const std::int64_t count : {4, 9}) {  // within the context, and beyond it
    config_.new_tokens = count;
    config_.prompts = prompts;
    const std::vector<Tokens> together = generate_all();
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      config_.prompts = {prompts[i]};
      EXPECT_EQ(together[i], generate()) << "text " << i << ", " << count << " tokens";
    }
  }
}

TEST_F(Generation, one_prompt_twice_is_drawn_apart_in_a_batch) {
  config_.temperature = 3;
  for (const std::int64_t count : {4, 30}) {
    config_.new_tokens = count;
    config_.prompts = {{3, 1, 4}};
    const Tokens alone = generate();
    config_.prompts = {{3, 1, 4}, {3, 1, 4}};
    const std::vector<Tokens> together = generate_all();
    EXPECT_EQ(together[0], alone);
    EXPECT_NE(together[1], alone);
  }
}

TEST_F(Generation, a_text_cut_in_two_programs_goes_on_with_its_random_stream) {
  config_.temperature = 3;
  config_.new_tokens = 4;
  const Tokens whole = generate();
  config_.new_tokens = 2;
  config_.prompts = {generate()};
  EXPECT_EQ(generate(), whole);
  // The same end of the text after another beginning: only the count of what lies before tells them apart.
  int different = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    config_.seed = {seed};
    config_.tokens_before = 1;
    const Tokens later = generate();
    config_.tokens_before = 0;
    different += later != generate() ? 1 : 0;
  }
  EXPECT_GT(different, 2);
}

TEST_F(Generation, a_cached_text_ends_with_the_context) {
  config_.new_tokens = kModel.context - 2;
  EXPECT_TRUE(check_cached(config_));
  config_.new_tokens = kModel.context - 1;
  EXPECT_FALSE(check_cached(config_));
  EXPECT_TRUE(check(config_));
}

TEST_F(Generation, a_cached_step_updates_its_state_in_place) {
  config_.new_tokens = 3;
  const Program program = generation_program(config_);
  EXPECT_TRUE(runtime::Executor(program.graph(program::GraphKind::step), program.literals, pool_)
                  .writes_over_state());
}

TEST_F(Generation, top_k_takes_one_of_the_k_largest) {
  config_.temperature = 3;
  config_.top_k = 2;
  config_.new_tokens = 40;
  int second = 0;
  const Tokens tokens = generate();
  for (std::size_t i = 3; i < tokens.size(); ++i) {
    const std::vector<float> expected =
        logits({tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i)});
    EXPECT_TRUE(largest(expected, 2).contains(tokens[i])) << "token " << i;
    if (!largest(expected, 1).contains(tokens[i])) ++second;
  }
  EXPECT_GT(second, 3) << "sampling never left the likeliest token";
}

TEST_F(Generation, top_1_is_greedy_at_any_temperature) {
  const Tokens greedy = generate();
  config_.temperature = 5;
  config_.top_k = 1;
  EXPECT_EQ(generate(), greedy);
}

TEST_F(Generation, a_seed_gives_one_text_and_another_seed_another) {
  config_.temperature = 2;
  config_.new_tokens = 30;
  config_.seed = {5};
  const Tokens once = generate();
  EXPECT_EQ(generate(), once);
  config_.seed = {6};
  EXPECT_NE(generate(), once);
}

TEST_F(Generation, samples_tokens_as_often_as_their_probability_says) {
  config_.prompts = {{2}};
  config_.new_tokens = 1;
  config_.temperature = 1.5F;
  std::vector<float> weights = logits(config_.prompts[0]);
  double total = 0;
  for (float& x : weights) total += x = std::exp(x / config_.temperature);
  constexpr int kDraws = 600;
  std::vector<int> counts(weights.size());
  for (int draw = 0; draw < kDraws; ++draw) {
    config_.seed = {static_cast<std::uint64_t>(draw)};
    ++counts[static_cast<std::size_t>(generate().back())];
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i] / total;
    EXPECT_NEAR(counts[i], kDraws * p, 5 * std::sqrt(kDraws * p * (1 - p)) + 1) << "token " << i;
  }
}

TEST_F(Generation, refuses_what_it_cannot_do) {
  const auto refused = [&](auto change) {
    GenerationConfig config = config_;
    change(config);
    return !check(config);
  };
  EXPECT_FALSE(refused([](GenerationConfig&) {}));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts[0].clear(); }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts = {{13}}; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts = {{-1}}; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts = {}; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts = {{1}, {1, 2}}; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.prompts.assign(1025, {1}); }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.new_tokens = 0; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.new_tokens = std::int64_t{1} << 40; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.temperature = -1; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.temperature = std::nanf(""); }));
  EXPECT_TRUE(refused([](GenerationConfig& c) { c.top_k = -1; }));
  EXPECT_TRUE(refused([](GenerationConfig& c) {
    c.model.context = 1 << 20;
    c.new_tokens = 1 << 24;
  }));
}

TEST_F(Generation, evaluation_is_the_mean_loss_of_windows_spread_over_the_data) {
  Bytes data(100);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * i % 13);
  const EvaluationConfig config{
      .model = kModel, .weights = config_.weights, .data = {{{}, 100}, 1, 20, 90}, .batch = 2, .steps = 3};
  const Program program = evaluation_program(config);
  ASSERT_TRUE(program::validate(program));
  Engine engine(program, {weights_, data}, pool_);
  while (!engine.is_done()) engine.advance();
  const float found = load_le<float>(engine.state().data() + evaluation_state().offset("loss_sum")) / 3;

  double expected = 0;
  const std::int64_t distance = (70 - kModel.context) / 6;
  for (std::int64_t window = 0; window < 6; ++window) {
    Tokens tokens;
    for (std::int64_t t = 0; t < kModel.context; ++t) {
      const auto at = static_cast<std::size_t>(20 + window * distance + t);
      tokens.push_back(data[at]);
      const std::vector<float> row = logits(tokens);
      double total = 0;
      for (const float x : row) total += std::exp(static_cast<double>(x));
      expected += std::log(total) - static_cast<double>(row[data[at + 1]]);
    }
  }
  expected /= 6.0 * static_cast<double>(kModel.context);
  EXPECT_NEAR(found, expected, 1e-5 * expected);
}

TEST(Metadata, gives_the_models_numbers_back) {
  for (const bool tied : {true, false}) {
    GptConfig model = kModel;
    model.tied = tied;
    const Program program = [&] {
      Bytes tokens(50);
      TrainingConfig config{.model = model, .batch = 1, .steps = 1, .interval = 1};
      config.data = {{{}, 50}, 1, 0, 50};
      config.metadata = Tokenizer::bytes().metadata();
      return training_program(config);
    }();
    ThreadPool pool(1);
    Engine engine(program, {ByteView(Bytes(50))}, pool);
    engine.restore(2, Bytes(static_cast<std::size_t>(program.state_bytes)));
    engine.advance();
    const auto header = tensor::parse_safetensors(engine.state());
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->find("lm_head.weight") == nullptr, tied);
    const auto again = gpt_from_metadata(header->metadata);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(
        std::tie(again->layers, again->heads, again->width, again->context, again->vocabulary, again->tied),
        std::tie(model.layers, model.heads, model.width, model.context, model.vocabulary, model.tied));
    EXPECT_TRUE(Tokenizer::from_metadata(header->metadata));
  }
}

TEST(Metadata, refuses_what_is_no_gpt) {
  const std::map<std::string, std::string> good = {{"lydian.architecture", "gpt2"}, {"lydian.layers", "2"},
                                                   {"lydian.heads", "2"},           {"lydian.width", "16"},
                                                   {"lydian.context", "6"},         {"lydian.tied", "1"},
                                                   {"lydian.vocabulary", "13"}};
  ASSERT_TRUE(gpt_from_metadata(good));
  EXPECT_FALSE(gpt_from_metadata({}));
  for (const auto& [key, value] : good) {
    auto without = good;
    without.erase(key);
    EXPECT_FALSE(gpt_from_metadata(without)) << key;
  }
  const std::vector<std::pair<std::string, std::string>> bad = {{"lydian.architecture", "llama"},
                                                                {"lydian.layers", ""},
                                                                {"lydian.layers", "2x"},
                                                                {"lydian.layers", " 2"},
                                                                {"lydian.layers", "0"},
                                                                {"lydian.layers", "-1"},
                                                                {"lydian.heads", "3"},
                                                                {"lydian.width", "1e3"},
                                                                {"lydian.tied", "yes"},
                                                                {"lydian.tied", "2"},
                                                                {"lydian.context", "99999999999999999999"}};
  for (const auto& [key, value] : bad) {
    auto changed = good;
    changed[key] = value;
    EXPECT_FALSE(gpt_from_metadata(changed)) << key << " = " << value;
  }
}

TEST(Random, uniforms_are_strictly_between_zero_and_one) {
  program::LiteralTable literals;
  program::GraphBuilder builder(&literals, -1, {});
  const Bytes bits = {0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x80};
  const Value all = uniform(builder.literal(DType::i32, {4}, bits));
  const std::vector<float> found =
      floats_of(runtime::interpret(builder.finish(as_u8(all)), {{}, {}, literals}));
  EXPECT_EQ(found, (std::vector<float>{0x1p-24F, 1 - 0x1p-24F, 0.5F - 0x1p-24F, 0.5F + 0x1p-24F}));
}

TEST(Layers, gelu_and_its_gradient_are_finite_everywhere) {
  program::LiteralTable literals;
  program::GraphBuilder builder(&literals, 32, {});
  const Value x = read_bytes(builder.state(), DType::f32, {8}, 0);
  const Value y = gelu(x);
  const std::array wanted = {x};
  const Value slope = autodiff::gradients(sum(y, 0), wanted)[0];
  const std::array<float, 8> inputs = {-1e6F, -50, -12, -5, 0, 5, 12, 1e6F};
  const ByteView state(reinterpret_cast<const std::uint8_t*>(inputs.data()), 32);
  const std::vector<float> found = floats_of(runtime::interpret(
      builder.finish(program::concat({as_u8(y), as_u8(slope)}, 0)), {state, {}, literals}));
  const std::array<float, 8> values = {0, 0, 0, -2.29e-7F, 0, 5, 12, 1e6F};
  const std::array<float, 8> slopes = {0, 0, 0, -1.2e-6F, 0.5F, 1, 1, 1};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(found[i], values[i], 1e-7F) << inputs[i];
    EXPECT_NEAR(found[8 + i], slopes[i], 5e-6F) << inputs[i];
  }
}

}  // namespace
}  // namespace lydian::models
