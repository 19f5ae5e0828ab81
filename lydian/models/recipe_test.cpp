#include "lydian/models/recipe.h"

#include <gtest/gtest.h>

#include <fstream>

namespace lydian::models {
namespace {

/// A folder with a text of 1000 characters of 10 kinds, one of bytes that are not UTF-8, and one that is
/// empty.
class RecipeTest : public testing::Test {
 protected:
  RecipeTest()
      : folder_(std::filesystem::temp_directory_path() / fmt::format("lydian_recipe_test_{}", ::getpid())) {
    std::filesystem::create_directories(folder_);
    std::string text;
    for (int i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 10);
    std::ofstream(folder_ / "text.txt") << text;
    std::ofstream(folder_ / "binary.txt") << "ok\xFF\xFE" + text;
    std::ofstream(folder_ / "empty.txt");
  }
  ~RecipeTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] Result<Recipe> parse(const std::string& text, const RecipeOverrides& overrides = {}) const {
    return parse_recipe(text, folder_, "job.toml", overrides);
  }

  std::filesystem::path folder_;
};

const std::string kData = "[data]\nfile = \"text.txt\"\n";
const std::string kModel = "[model]\ncontext = 8\n";

TEST_F(RecipeTest, fills_what_is_not_said_with_defaults) {
  const auto recipe = parse(kData);
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->name, "job");
  EXPECT_EQ(recipe->tokenizer.kind(), TokenizerKind::character);
  EXPECT_EQ(recipe->training.model.vocabulary, 10);
  EXPECT_EQ(recipe->token_file.size(), 1000U);
  EXPECT_EQ(recipe->training.data.end, 900);
  EXPECT_EQ(recipe->validation_begin, 900);
  EXPECT_EQ(recipe->validation_end, 1000);
  EXPECT_EQ(recipe->training.optimizer.decay_steps, recipe->training.steps);
  EXPECT_EQ(recipe->sample_prompt, "a");  // the text has no new line, and begins with this
}

TEST_F(RecipeTest, reads_every_key) {
  const auto recipe = parse(
      "name = \"mine\"\n[model]\nkind = \"gpt\"\nlayers = 2\nheads = 3\nwidth = 12\ncontext = 5\ntied = "
      "false\n"
      "[data]\nfile = \"text.txt\"\ntokenizer = \"byte\"\nvalidation = 0.25\n"
      "[training]\nsteps = 30\nbatch = 2\nseed = -1\ncheckpoint_every = 7\nlearning_rate = "
      "1e-2\nmin_learning_rate = 1e-3\nwarmup = 4\n"
      "decay_steps = 20\nbeta1 = 0.8\nbeta2 = 0.95\nepsilon = 1e-7\nweight_decay = 0\nclip = "
      "0.5\nevaluate_every = 9\nevaluation_batches = 3\n"
      "[sample]\nprompt = \"ab\"\ntokens = 11\n"
      "[offer]\nmin_price = 2\nmax_price = 2.5\nsolver_bond = 7\nchallenge_bond = 3\nauction_seconds = "
      "1\nexpiry_seconds = 2\n"
      "challenge_window_seconds = 3\ncheckpoint_seconds = 4\nmove_budget_seconds = 5\n");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->name, "mine");
  const GptConfig& model = recipe->training.model;
  EXPECT_EQ(std::tie(model.layers, model.heads, model.width, model.context, model.vocabulary),
            std::make_tuple(2, 3, 12, 5, 256));
  EXPECT_FALSE(model.tied);
  EXPECT_EQ(recipe->validation_begin, 750);
  const TrainingConfig& training = recipe->training;
  EXPECT_EQ(std::tie(training.steps, training.batch, training.interval), std::make_tuple(30, 2, 7));
  EXPECT_EQ(training.seed.value, ~std::uint64_t{0});
  const AdamWConfig& optimizer = training.optimizer;
  EXPECT_EQ(std::tie(optimizer.learning_rate, optimizer.min_learning_rate, optimizer.beta1, optimizer.beta2,
                     optimizer.epsilon),
            std::make_tuple(1e-2F, 1e-3F, 0.8F, 0.95F, 1e-7F));
  EXPECT_EQ(
      std::tie(optimizer.weight_decay, optimizer.clip_norm, optimizer.warmup_steps, optimizer.decay_steps),
      std::make_tuple(0.0F, 0.5F, 4, 20));
  EXPECT_EQ(std::tie(recipe->evaluate_every, recipe->evaluation_batches, recipe->sample_prompt,
                     recipe->sample_tokens),
            std::make_tuple(9, 3, std::string("ab"), 11));
  const Offer& offer = recipe->offer;
  EXPECT_EQ(std::tie(offer.min_price, offer.max_price, offer.solver_bond, offer.challenge_bond),
            std::make_tuple(2, 2.5, 7, 3));
  EXPECT_EQ(std::tie(offer.auction_seconds, offer.expiry_seconds, offer.challenge_window_seconds,
                     offer.checkpoint_seconds, offer.move_budget_seconds),
            std::make_tuple(1, 2, 3, 4, 5));
}

TEST_F(RecipeTest, the_command_line_overrides_the_steps) {
  const auto recipe = parse(kData + "[training]\nsteps = 500\ncheckpoint_every = 100\n", {.steps = 30});
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->training.steps, 30);
  EXPECT_EQ(recipe->training.interval, 30);
  EXPECT_FALSE(parse(kData, {.steps = 0}));
  EXPECT_FALSE(parse(kData, {.steps = -5}));
}

TEST_F(RecipeTest, refuses_and_says_what_would_be_right) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "[data] has no \"file\""},
      {"name = ", "job.toml:1: "},
      {"name = \"a\"\nname = \"b\"\n" + kData, "job.toml:2: "},
      {"\xFF\xFE", "job.toml:1: "},
      {"name = 5\n" + kData, "\"name\" must be a text"},
      {"nmae = \"x\"\n" + kData, "unknown \"nmae\""},
      {"model = 3\n" + kData, "\"model\" must be a table"},
      {"[[data]]\nfile = \"text.txt\"\n", "\"data\" must be a table"},
      {kData + "[model]\nlayer = 2\n", "job.toml:4: [model] has the unknown key \"layer\""},
      {kData + "[model]\nkind = \"rnn\"\n", "expected \"gpt\""},
      {kData + "[model]\nlayers = 2.0\n", "job.toml:4: \"layers\" must be a whole number"},
      {kData + "[model]\nlayers = \"2\"\n", "must be a whole number"},
      {kData + "[model]\nlayers = 0\n", "layers = 0"},
      {kData + "[model]\nlayers = 99999999999999999999\n", "job.toml:4: "},
      {kData + "[model]\nheads = 3\n", "does not divide"},
      {kData + "[model]\nwidth = -128\n", "width = -128"},
      {kData + "[model]\ntied = 1\n", "must be true or false"},
      {kData + "[model]\ncontext = 900\n", "900 tokens, a context of 900 needs at least 901"},
      {kData + "[model]\ncontext = 100\n", "validation holds out 100 tokens"},
      {"[data]\nfile = \"absent.txt\"\n", "absent.txt"},
      {"[data]\nfile = \".\"\n", "not a regular file"},
      {"[data]\nfile = \"binary.txt\"\n", "byte 2 of the text is not valid UTF-8"},
      {"[data]\nfile = \"empty.txt\"\n", "the text is empty"},
      {"[data]\nfile = \"empty.txt\"\ntokenizer = \"byte\"\n", "0 tokens"},
      {kData + "tokenizer = \"bpe\"\n", "expected \"character\" or \"byte\""},
      {kData + "validation = 1\n", "validation = 1"},
      {kData + "validation = -0.1\n", "validation = -0.1"},
      {kData + "validation = nan\n", "must be a number"},
      {kData + "[training]\nsteps = 0\n", "steps = 0"},
      {kData + "[training]\nsteps = 2000000000\n", "steps = 2000000000"},
      {kData + "[training]\nbatch = 0\n", "batch = 0"},
      {kData + "[training]\nbatch = 1048577\n", "batch = 1048577"},
      {kData + "[training]\ncheckpoint_every = 0\n", "checkpoint_every = 0"},
      {kData + "[training]\nlearning_rate = inf\n", "must be a number"},
      {kData + "[training]\nlearning_rate = -1e-3\n", "learning_rate"},
      {kData + "[training]\nlearning_rate = 1e300\n", "learning_rate"},
      {kData + "[training]\nlearning_rate = 1e-5\nmin_learning_rate = 1e-4\n", "min_learning_rate"},
      {kData + "[training]\nwarmup = -1\n", "warmup"},
      {kData + "[training]\nwarmup = 100\ndecay_steps = 100\n", "decay_steps = 100"},
      {kData + "[training]\ndecay_steps = -3\n", "decay_steps = -3"},
      {kData + "[training]\nbeta1 = 1\n", "beta1"},
      {kData + "[training]\nepsilon = 0\n", "epsilon"},
      {kData + "[training]\nevaluate_every = 0\n", "evaluate_every = 0"},
      {kData + "[training]\nevaluation_batches = 0\n", "evaluation_batches = 0"},
      {kData + "[sample]\ntokens = -1\n", "tokens = -1"},
      {kData + "[sample]\nprompt = \"\"\n", "[sample] prompt is empty"},
      {kData + "[sample]\nprompt = \"ab\u2603\"\n",
       "[sample] prompt: byte 2 of the text is the character U+2603"},
      {kData + "[offer]\nmin_price = 0\n", "min_price = 0"},
      {kData + "[offer]\nmin_price = 5\nmax_price = 4\n", "min_price = 5 and max_price = 4"},
      {kData + "[offer]\nsolver_bond = 0\n", "solver_bond = 0"},
      {kData + "[offer]\nmove_budget_seconds = 0\n", "move_budget_seconds = 0"},
      {kData + "[offer]\ncheckpoint_seconds = 2592001\n", "checkpoint_seconds = 2592001"},
      {kData + "[offer]\nauction_seconds = 20\nexpiry_seconds = 19\n", "cannot expire before"},
  };
  for (const auto& [text, message] : refused) {
    const auto recipe = parse(text);
    ASSERT_FALSE(recipe) << text;
    EXPECT_NE(recipe.error().message.find(message), std::string::npos) << text << "\n"
                                                                       << recipe.error().message;
    EXPECT_TRUE(recipe.error().message.starts_with("job.toml") ||
                recipe.error().message.starts_with(folder_.string()))
        << recipe.error().message;
  }
}

TEST_F(RecipeTest, accepts_the_edges_of_its_ranges) {
  const std::vector<std::string> accepted = {
      kData + "[model]\ncontext = 99\n",
      kData + "validation = 0\n[model]\ncontext = 999\n",
      kModel + "[data]\nfile = \"binary.txt\"\ntokenizer = \"byte\"\n",
      kData + "[training]\nlearning_rate = 0\nmin_learning_rate = 0\n",
      kData + "[training]\nlearning_rate = 1\n",
      kData + "[training]\nwarmup = 0\nsteps = 1\n",
      kData + "[training]\nclip = 0\n",
      kData + "[sample]\ntokens = 0\nprompt = \"\"\n",
      kData + "[offer]\nmin_price = 7\nmax_price = 7\nexpiry_seconds = 2592000\nauction_seconds = 2592000\n",
      "# a comment\n" + kData,
  };
  for (const std::string& text : accepted) {
    const auto recipe = parse(text);
    EXPECT_TRUE(recipe) << text << "\n" << recipe.error().message;
  }
}

TEST_F(RecipeTest, refuses_a_model_whose_tensors_no_graph_can_have) {
  std::ofstream(folder_ / "long.txt") << std::string(1100000, 'a');
  const auto recipe = parse("[model]\ncontext = 1000000\n[data]\nfile = \"long.txt\"\nvalidation = 0\n");
  ASSERT_FALSE(recipe);
  EXPECT_NE(recipe.error().message.find("at most 2^32"), std::string::npos) << recipe.error().message;
}

TEST_F(RecipeTest, the_examples_are_recipes) {
  for (const char* name : {"shakespeare.toml", "demo.toml"}) {
    const auto recipe = read_recipe(std::filesystem::path(LYDIAN_SOURCE_DIR) / "examples" / name);
    EXPECT_TRUE(recipe) << recipe.error().message;
  }
}

}  // namespace
}  // namespace lydian::models
