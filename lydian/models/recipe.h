// A job file (TOML): what to train, on what, how. Read strictly: an unknown key or a value out of range is an
// error that names the key and its line.
#pragma once

#include <filesystem>
#include <optional>

#include "lydian/models/training.h"

namespace lydian::models {

/// What a submitter offers; unset values come from the ledger's defaults. Token amounts are whole tokens.
struct Offer {
  double min_price = 1;
  double max_price = 10;
  double solver_bond = 20;
  double challenge_bond = 5;
  std::int64_t auction_seconds = 30;
  std::int64_t expiry_seconds = 3600;
  std::int64_t challenge_window_seconds = 20;
  std::int64_t checkpoint_seconds = 600;
  std::int64_t move_budget_seconds = 600;
};

struct Recipe {
  std::string name;
  TrainingConfig training;  // data.blob is filled from the token file
  Tokenizer tokenizer;
  Bytes token_file;
  std::int64_t validation_begin = 0;  // tokens [validation_begin, validation_end) are held out
  std::int64_t validation_end = 0;
  std::int64_t evaluate_every = 250;
  std::int64_t evaluation_batches = 20;
  std::string sample_prompt;  // what the tokenizer knows; "\n" if the job file names none
  std::int64_t sample_tokens = 300;
  Offer offer;
};

/// Overrides from the command line.
struct RecipeOverrides {
  std::optional<std::int64_t> steps;
};

[[nodiscard]] Result<Recipe> read_recipe(const std::filesystem::path& path,
                                         const RecipeOverrides& overrides = {});
/// text is the job file's content; data files are found relative to folder. `place` is for errors.
[[nodiscard]] Result<Recipe> parse_recipe(std::string_view text, const std::filesystem::path& folder,
                                          const std::string& place, const RecipeOverrides& overrides = {});

}  // namespace lydian::models
