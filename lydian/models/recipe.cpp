#include "lydian/models/recipe.h"

#include <toml++/toml.h>

#include <cmath>
#include <set>

#include "lydian/core/file.h"
#include "lydian/merkle/tree.h"

namespace lydian::models {
namespace {

constexpr double kMaxTokens = 1e12;

/// One table of the file: takes keys off it with their types checked, and in the end refuses those nobody
/// took.
class Section {
 public:
  Section(const toml::table* table, std::string name, std::string place)
      : table_(table), name_(std::move(name)), place_(std::move(place)) {}

  template <typename T>
  Status take(std::string_view key, T& value, bool required = false) {
    known_.insert(std::string(key));
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    if (node == nullptr) {
      if (required) return fail("{}: [{}] has no \"{}\", which is needed", place_, name_, key);
      return {};
    }
    return read(*node, key, value);
  }

  Status finish() const {
    if (table_ == nullptr) return {};
    for (const auto& [key, node] : *table_) {
      if (known_.contains(std::string(key.str()))) continue;
      return fail("{}:{}: [{}] has the unknown key \"{}\"; known are: {}", place_, node.source().begin.line,
                  name_, key.str(), known_list());
    }
    return {};
  }

 private:
  Status wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) const {
    return fail("{}:{}: \"{}\" must be {}", place_, node.source().begin.line, key, wanted);
  }
  Status read(const toml::node& node, std::string_view key, std::int64_t& value) const {
    const auto number = node.value_exact<std::int64_t>();
    if (!number) return wrong_type(node, key, "a whole number");
    value = *number;
    return {};
  }
  Status read(const toml::node& node, std::string_view key, double& value) const {
    const auto number = node.is_number() ? node.value<double>() : std::nullopt;
    if (!number || !std::isfinite(*number)) return wrong_type(node, key, "a number");
    value = *number;
    return {};
  }
  Status read(const toml::node& node, std::string_view key, float& value) const {
    double wide = 0;
    TRY_STATUS(read(node, key, wide));
    value = static_cast<float>(wide);
    return {};
  }
  Status read(const toml::node& node, std::string_view key, bool& value) const {
    const auto flag = node.value_exact<bool>();
    if (!flag) return wrong_type(node, key, "true or false");
    value = *flag;
    return {};
  }
  Status read(const toml::node& node, std::string_view key, std::string& value) const {
    const auto text = node.value_exact<std::string>();
    if (!text) return wrong_type(node, key, "a text in quotes");
    value = *text;
    return {};
  }
  [[nodiscard]] std::string known_list() const {
    std::string list;
    for (const std::string& key : known_) list += (list.empty() ? "" : ", ") + key;
    return list;
  }

  const toml::table* table_;
  std::string name_;
  std::string place_;
  std::set<std::string> known_;
};

struct File {
  toml::table table;
  std::string place;

  [[nodiscard]] Result<Section> section(const char* name) const {
    const toml::node* node = table.get(name);
    if (node != nullptr && !node->is_table())
      return fail("{}: \"{}\" must be a table, [{}]", place, name, name);
    return Section(node == nullptr ? nullptr : node->as_table(), name, place);
  }
};

Status read_model(const File& file, GptConfig& model) {
  Section section = TRY(file.section("model"));
  std::string kind = "gpt";
  TRY_STATUS(section.take("kind", kind));
  if (kind != "gpt") return fail("{}: kind = \"{}\", expected \"gpt\"", file.place, kind);
  TRY_STATUS(section.take("layers", model.layers));
  TRY_STATUS(section.take("heads", model.heads));
  TRY_STATUS(section.take("width", model.width));
  TRY_STATUS(section.take("context", model.context));
  TRY_STATUS(section.take("tied", model.tied));
  return section.finish();
}

Status read_data(const File& file, const std::filesystem::path& folder, Recipe& recipe) {
  Section section = TRY(file.section("data"));
  std::string name;
  std::string tokenizer = "character";
  double validation = 0.1;
  TRY_STATUS(section.take("file", name, true));
  TRY_STATUS(section.take("tokenizer", tokenizer));
  TRY_STATUS(section.take("validation", validation));
  TRY_STATUS(section.finish());
  if (!(validation >= 0 && validation < 1))
    return fail("{}: validation = {}, expected 0 to less than 1", file.place, validation);
  const std::string text = TRY(read_text_file(folder / name));
  if (tokenizer == "byte") {
    recipe.tokenizer = Tokenizer::bytes();
  } else if (tokenizer == "character") {
    auto made = Tokenizer::characters_of(text);
    if (!made) return within((folder / name).string(), made.error());
    recipe.tokenizer = *made;
  } else {
    return fail("{}: tokenizer = \"{}\", expected \"character\" or \"byte\"", file.place, tokenizer);
  }
  recipe.token_file = TRY(recipe.tokenizer.encode_file(text));
  TokenData& data = recipe.training.data;
  data.token_bytes = recipe.tokenizer.token_bytes();
  data.blob = {merkle::blob_root(recipe.token_file), static_cast<std::int64_t>(recipe.token_file.size())};
  recipe.validation_end = data.blob.bytes / data.token_bytes;
  recipe.validation_begin =
      static_cast<std::int64_t>(static_cast<double>(recipe.validation_end) * (1 - validation));
  data.begin = 0;
  data.end = recipe.validation_begin;
  recipe.training.metadata = recipe.tokenizer.metadata();
  recipe.training.model.vocabulary = recipe.tokenizer.vocabulary();
  return {};
}

Status read_training(const File& file, const RecipeOverrides& overrides, Recipe& recipe) {
  Section section = TRY(file.section("training"));
  TrainingConfig& training = recipe.training;
  AdamWConfig& optimizer = training.optimizer;
  std::int64_t seed = 1337;
  std::int64_t decay_steps = 0;
  TRY_STATUS(section.take("steps", training.steps));
  TRY_STATUS(section.take("batch", training.batch));
  TRY_STATUS(section.take("seed", seed));
  TRY_STATUS(section.take("checkpoint_every", training.interval));
  TRY_STATUS(section.take("learning_rate", optimizer.learning_rate));
  TRY_STATUS(section.take("min_learning_rate", optimizer.min_learning_rate));
  TRY_STATUS(section.take("warmup", optimizer.warmup_steps));
  TRY_STATUS(section.take("decay_steps", decay_steps));
  TRY_STATUS(section.take("beta1", optimizer.beta1));
  TRY_STATUS(section.take("beta2", optimizer.beta2));
  TRY_STATUS(section.take("epsilon", optimizer.epsilon));
  TRY_STATUS(section.take("weight_decay", optimizer.weight_decay));
  TRY_STATUS(section.take("clip", optimizer.clip_norm));
  TRY_STATUS(section.take("evaluate_every", recipe.evaluate_every));
  TRY_STATUS(section.take("evaluation_batches", recipe.evaluation_batches));
  TRY_STATUS(section.finish());
  if (training.interval < 1)
    return fail("{}: checkpoint_every = {}, expected 1 or more", file.place, training.interval);
  if (decay_steps < 0)
    return fail("{}: decay_steps = {}, expected 0 (all steps) or more than warmup", file.place, decay_steps);
  if (overrides.steps) training.steps = *overrides.steps;
  training.interval = std::min(training.interval, std::max<std::int64_t>(training.steps, 1));
  optimizer.decay_steps =
      decay_steps != 0 ? decay_steps : std::max(training.steps, optimizer.warmup_steps + 1);
  training.seed = {static_cast<std::uint64_t>(seed)};
  if (recipe.evaluate_every < 1)
    return fail("{}: evaluate_every = {}, expected 1 or more", file.place, recipe.evaluate_every);
  if (recipe.evaluation_batches < 1)
    return fail("{}: evaluation_batches = {}, expected 1 or more", file.place, recipe.evaluation_batches);
  if (const auto valid = check(training); !valid) return within(file.place, valid.error());
  const std::int64_t held_out = recipe.validation_end - recipe.validation_begin;
  if (held_out > 0 && held_out <= training.model.context) {
    return fail("{}: validation holds out {} tokens, expected 0 or more than context = {}", file.place,
                held_out, training.model.context);
  }
  return {};
}

/// A new line, or what the text begins with where it has none.
std::string usual_prompt(const Recipe& recipe) {
  if (recipe.tokenizer.encode("\n")) return "\n";
  const bool is_wide = recipe.training.data.token_bytes == 2;
  const std::int32_t first =
      is_wide ? load_le<std::uint16_t>(recipe.token_file.data()) : recipe.token_file.front();
  return recipe.tokenizer.decode(std::array{first});
}

Status read_sample(const File& file, Recipe& recipe) {
  Section section = TRY(file.section("sample"));
  recipe.sample_prompt = usual_prompt(recipe);
  TRY_STATUS(section.take("prompt", recipe.sample_prompt));
  TRY_STATUS(section.take("tokens", recipe.sample_tokens));
  TRY_STATUS(section.finish());
  if (recipe.sample_tokens < 0 || recipe.sample_tokens > 1 << 24)
    return fail("{}: tokens = {}, expected 0 to 2^24", file.place, recipe.sample_tokens);
  if (recipe.sample_tokens == 0) return {};
  // Said now, not when the training is over.
  if (recipe.sample_prompt.empty())
    return fail("{}: [sample] prompt is empty, at least one character is needed", file.place);
  const auto tokens = recipe.tokenizer.encode(recipe.sample_prompt);
  if (!tokens) return fail("{}: [sample] prompt: {}", file.place, tokens.error().message);
  return {};
}

Status read_offer(const File& file, Offer& offer) {
  Section section = TRY(file.section("offer"));
  TRY_STATUS(section.take("min_price", offer.min_price));
  TRY_STATUS(section.take("max_price", offer.max_price));
  TRY_STATUS(section.take("solver_bond", offer.solver_bond));
  TRY_STATUS(section.take("challenge_bond", offer.challenge_bond));
  const std::initializer_list<std::pair<const char*, std::int64_t*>> times = {
      {"auction_seconds", &offer.auction_seconds},
      {"expiry_seconds", &offer.expiry_seconds},
      {"challenge_window_seconds", &offer.challenge_window_seconds},
      {"checkpoint_seconds", &offer.checkpoint_seconds},
      {"move_budget_seconds", &offer.move_budget_seconds}};
  for (const auto& [key, value] : times) TRY_STATUS(section.take(key, *value));
  TRY_STATUS(section.finish());
  // The bounds of docs/protocol.md, section 4.
  constexpr std::int64_t kMaxSeconds = 30 * 24 * 3600;
  for (const auto& [key, value] : times) {
    if (*value < 1 || *value > kMaxSeconds)
      return fail("{}: {} = {}, expected 1 to {} (30 days)", file.place, key, *value, kMaxSeconds);
  }
  if (offer.auction_seconds > offer.expiry_seconds) {
    return fail(
        "{}: auction_seconds = {} and expiry_seconds = {}, an offer cannot expire before its auction ends",
        file.place, offer.auction_seconds, offer.expiry_seconds);
  }
  if (!(offer.min_price > 0 && offer.max_price >= offer.min_price && offer.max_price <= kMaxTokens)) {
    return fail("{}: min_price = {} and max_price = {}, expected 0 < min <= max <= 10^12", file.place,
                offer.min_price, offer.max_price);
  }
  if (!(offer.solver_bond > 0 && offer.solver_bond <= kMaxTokens && offer.challenge_bond > 0 &&
        offer.challenge_bond <= kMaxTokens)) {
    return fail("{}: solver_bond = {} and challenge_bond = {}, expected both above 0 and at most 10^12",
                file.place, offer.solver_bond, offer.challenge_bond);
  }
  return {};
}

}  // namespace

Result<Recipe> parse_recipe(std::string_view text, const std::filesystem::path& folder,
                            const std::string& place, const RecipeOverrides& overrides) {
  File file{.place = place};
  try {
    file.table = toml::parse(text, place);
  } catch (const toml::parse_error& error) {
    return fail("{}:{}: {}", place, error.source().begin.line, error.description());
  }
  static const std::set<std::string_view> kSections = {"name",     "model",  "data",
                                                       "training", "sample", "offer"};
  for (const auto& [key, node] : file.table) {
    if (!kSections.contains(key.str())) {
      return fail(
          "{}:{}: unknown \"{}\"; a job file has name, [model], [data], [training], [sample] and [offer]",
          place, node.source().begin.line, key.str());
    }
  }
  Recipe recipe;
  recipe.name = std::filesystem::path(place).stem().string();
  if (const toml::node* name = file.table.get("name"); name != nullptr) {
    if (!name->is_string())
      return fail("{}:{}: \"name\" must be a text in quotes", place, name->source().begin.line);
    recipe.name = name->value_or(std::string());
  }
  TRY_STATUS(read_model(file, recipe.training.model));
  TRY_STATUS(read_data(file, folder, recipe));
  TRY_STATUS(read_training(file, overrides, recipe));
  TRY_STATUS(read_sample(file, recipe));
  TRY_STATUS(read_offer(file, recipe.offer));
  return recipe;
}

Result<Recipe> read_recipe(const std::filesystem::path& path, const RecipeOverrides& overrides) {
  const std::string text = TRY(read_text_file(path));
  return parse_recipe(text, path.has_parent_path() ? path.parent_path() : std::filesystem::path("."),
                      path.string(), overrides);
}

}  // namespace lydian::models
