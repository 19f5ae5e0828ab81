// Jobs run on this machine alone: training, its evaluation, and text from a model.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "lydian/core/thread_pool.h"
#include "lydian/models/generation.h"
#include "lydian/models/recipe.h"
#include "lydian/runtime/engine.h"

namespace lydian::cli {

/// Refuses what needs more memory than this machine has free. what: "the training".
[[nodiscard]] Status check_fits(std::string_view what, runtime::Engine& engine);

/// Mean loss on the held-out tokens of a recipe; `weights` holds the parameters in order at
/// parameters_offset. Batches: at most as many as fit without overlap. Nothing: it was stopped between two.
[[nodiscard]] std::optional<double> validation_loss(
    const models::Recipe& recipe, ByteView weights, std::int64_t parameters_offset, std::int64_t batches,
    ThreadPool& pool, const std::function<bool()>& is_stopped = [] { return false; });

/// A model file opened for use.
struct Model {
  Pages file;
  models::GptConfig config;
  models::Tokenizer tokenizer;
  std::int64_t parameters_offset = 0;
};
[[nodiscard]] Result<Model> open_model(const std::filesystem::path& path);

struct TextRequest {
  std::string prompt;
  std::int64_t tokens = 200;
  float temperature = 0.8F;
  std::int64_t top_k = 0;
  std::uint64_t seed = 1;
  std::int64_t batch = 1;  // texts, all from the same prompt
  bool slide = false;      // each token sees a whole context before it, at the price of computing it anew
};
/// Gets each piece of each text, numbered from 0, as it comes.
using ShowText = std::function<void(std::int64_t text, std::string_view piece)>;
/// The prompt is shown first. A text that outgrows the model's context goes on from its last half, of which
/// the keys and values are computed anew.
[[nodiscard]] Status generate_texts(const Model& model, const TextRequest& request, ThreadPool& pool,
                                    const ShowText& show);
/// One text.
[[nodiscard]] Status generate_text(const Model& model, const TextRequest& request, ThreadPool& pool,
                                   const std::function<void(std::string_view)>& show);

}  // namespace lydian::cli
