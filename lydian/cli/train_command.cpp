// lydian train: a training job on this machine, with the same program that solvers run.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "lydian/cli/command.h"
#include "lydian/cli/interrupt.h"
#include "lydian/cli/local_job.h"
#include "lydian/cli/place.h"
#include "lydian/cli/progress.h"
#include "lydian/core/file.h"
#include "lydian/merkle/tree.h"

namespace lydian::cli {
namespace {

using models::Recipe;
using runtime::Engine;

struct TrainOptions {
  std::string job;
  std::string out;
  std::int64_t steps = 0;
  bool resume = false;
};

/// The state after the last checkpoint, in a file whose name ties it to this very program.
std::filesystem::path checkpoint_path(const std::filesystem::path& out, const program::Program& program) {
  return out.string() + "." + root_of(program).hex().substr(0, 12) + ".checkpoint";
}

Status restore(Engine& engine, const program::Program& program, const models::StateFile& layout,
               const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    return fail(
        "{}: there is no checkpoint to resume; a checkpoint belongs to one job file and number of steps. "
        "Start without --resume",
        path.string());
  }
  Bytes state = TRY(read_file(path));
  if (static_cast<std::int64_t>(state.size()) != program.state_bytes) {
    return fail("{}: {} bytes, this job's states have {}. Delete the file to start anew", path.string(),
                state.size(), program.state_bytes);
  }
  const auto step = load_le<std::int32_t>(state.data() + layout.offset("step"));
  if (step < 0 || step > program.steps)
    return fail("{}: holds step {} of {}. Delete the file to start anew", path.string(), step, program.steps);
  engine.restore(step + 1, state);
  return {};
}

class Training {
 public:
  Training(const Recipe& recipe, std::filesystem::path out, ThreadPool& pool)
      : recipe_(recipe),
        program_(models::training_program(recipe.training)),
        layout_(models::training_state(recipe.training.model)),
        out_(std::move(out)),
        checkpoint_(checkpoint_path(out_, program_)),
        pool_(pool),
        engine_(program_, {recipe.token_file}, pool) {}

  Status run(bool resume) {
    TRY_STATUS(check_fits("the training", engine_));
    if (resume) TRY_STATUS(restore(engine_, program_, layout_, checkpoint_));
    announce();
    const std::int64_t tokens = recipe_.training.batch * recipe_.training.model.context;
    Progress progress(program_.steps, std::max<std::int64_t>(0, engine_.boundary() - 1),
                      static_cast<double>(tokens), "tokens/s");
    while (engine_.boundary() <= program_.steps) {
      engine_.advance();
      const std::int64_t step = engine_.boundary() - 1;
      if (step > 0) progress.update(step, fmt::format("loss {:.4f}", value("loss")));
      if (step > 0 && step % recipe_.evaluate_every == 0 && step != program_.steps &&
          recipe_.validation_end > recipe_.validation_begin)
        evaluate(progress, step);
      if (is_interrupted()) {
        progress.finish();
        return leave();
      }
      if (step > 0 && step % program_.interval == 0)
        TRY_STATUS(write_file_atomic(checkpoint_, engine_.state()));
    }
    progress.finish();
    seconds_ = progress.seconds();
    rate_ = progress.rate();
    return finish();
  }

  void report_json() const {
    const nlohmann::json report = {
        {"result", out_.string()},    {"root", root_.hex()}, {"program", root_of(program_).hex()},
        {"steps", program_.steps},    {"loss", loss_},       {"val_loss", validation_},
        {"tokens_per_second", rate_}, {"seconds", seconds_}};
    fmt::print("{}\n", report.dump(2));
  }

 private:
  [[nodiscard]] float value(const std::string& name) const {
    return load_le<float>(engine_.state().data() + layout_.offset(name));
  }
  [[nodiscard]] std::int64_t parameters_offset() const {
    return layout_.offset(models::gpt_parameters(recipe_.training.model).list().front().name);
  }

  void announce() const {
    const models::GptConfig& model = recipe_.training.model;
    fmt::print(stderr,
               "{}: {} parameters ({} layers, width {}, context {}), {} steps of {} tokens\nprogram {}\n",
               recipe_.name, models::gpt_parameters(model).total(), model.layers, model.width, model.context,
               program_.steps, recipe_.training.batch * model.context, root_of(program_).hex());
    if (engine_.boundary() > 0) fmt::print(stderr, "resuming after step {}\n", engine_.boundary() - 1);
  }

  /// Keeps what was done, whatever the step.
  Status leave() {
    TRY_STATUS(write_file_atomic(checkpoint_, engine_.state()));
    return fail("interrupted after step {}; go on with --resume", engine_.boundary() - 1);
  }

  void evaluate(Progress& progress, std::int64_t step) {
    const auto measured = validation_loss(recipe_, engine_.state(), parameters_offset(),
                                          recipe_.evaluation_batches, pool_, is_interrupted);
    if (!measured) return;
    const double loss = *measured;
    progress.say(fmt::format(
        "step {:6}  training loss {:.4f}  validation loss {:.4f}  learning rate {:.2e}  {} tokens/s", step,
        value("loss"), loss, value("learning_rate"), count_text(progress.rate())));
  }

  Status finish() {
    loss_ = value("loss");
    if (recipe_.validation_end > recipe_.validation_begin) {
      const auto measured = validation_loss(recipe_, engine_.state(), parameters_offset(),
                                            std::numeric_limits<std::int64_t>::max(), pool_, is_interrupted);
      if (!measured) return leave();
      validation_ = *measured;
    }
    engine_.advance();
    root_ = merkle::blob_root(engine_.state(), &pool_);
    TRY_STATUS(write_file_atomic(out_, engine_.state()));
    std::filesystem::remove(checkpoint_);
    release_interrupts();
    fmt::print(stderr,
               "done in {}: training loss {:.4f}, validation loss {:.4f} over all held-out text, {} "
               "tokens/s\n{} (root {})\n",
               duration_text(seconds_), loss_, validation_, count_text(rate_), out_.string(), root_.hex());
    return {};
  }

  const Recipe& recipe_;
  program::Program program_;
  models::StateFile layout_;
  std::filesystem::path out_;
  std::filesystem::path checkpoint_;
  ThreadPool& pool_;
  Engine engine_;
  Root root_;
  double seconds_ = 0;
  double rate_ = 0;
  double loss_ = 0;
  double validation_ = 0;
};

Status train(const TrainOptions& options, const CommonOptions& common) {
  const models::RecipeOverrides overrides{options.steps > 0 ? std::optional(options.steps) : std::nullopt};
  const Recipe recipe = TRY(models::read_recipe(options.job, overrides));
  const std::filesystem::path out = options.out.empty() ? recipe.name + ".safetensors" : options.out;
  TRY_STATUS(check_folder_of(out));
  catch_interrupts();
  ThreadPool pool(thread_count(common));
  Training training(recipe, out, pool);
  TRY_STATUS(training.run(options.resume));
  if (common.json) {
    training.report_json();
    return {};
  }
  if (recipe.sample_tokens == 0) return {};
  const Model model = TRY(open_model(out));
  fmt::print(stderr, "a sample:\n");
  TRY_STATUS(generate_text(model, {recipe.sample_prompt, recipe.sample_tokens, 0.8F, 0, 1}, pool,
                           [](std::string_view text) {
                             fmt::print("{}", text);
                             std::fflush(stdout);
                           }));
  fmt::print("\n");
  return {};
}

}  // namespace

void add_train(CLI::App& app, const CommonOptions& common, Status* result) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* verb = app.add_subcommand("train", "train a model on this machine");
  verb->add_option("job", options->job, "the job file (TOML)")->required();
  verb->add_option("--steps", options->steps, "instead of the job file's")->check(CLI::PositiveNumber);
  verb->add_option("--out", options->out, "where the model goes (default: NAME.safetensors)");
  verb->add_flag("--resume", options->resume, "go on from the last checkpoint");
  on_run(*verb, result, [options, &common] { return train(*options, common); });
}

}  // namespace lydian::cli
