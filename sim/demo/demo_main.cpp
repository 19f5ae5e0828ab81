// lydian_demo: a small network of separate processes trains a model, catches a cheat in one multiply-add, and
// pays the honest. Tells the story as it happens and writes a report.
#include <fmt/color.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "lydian/cli/interrupt.h"
#include "lydian/cli/local_job.h"
#include "lydian/core/file.h"
#include "lydian/ledger/games.h"
#include "lydian/program/cost.h"
#include "sim/demo/child.h"

namespace {

using namespace lydian;
using Json = nlohmann::json;
using ledger::Uint256;

struct Options {
  std::string build;   // the build folder: lydian and sim/lydian_saboteur are in it
  std::string job;     // the job file
  std::string folder;  // everything the demonstration writes
  std::int64_t wrong_step = 850;
  std::int64_t seconds_max = 240;
};

std::string tokens(const Uint256& amount) {
  return fmt::format("{:.2f}", std::stod(ledger::format_units(amount, 18)));
}

/// A role of the play: its account and process.
struct Actor {
  std::string name;
  std::string label;
  fmt::color color = fmt::color::white;
  std::string key;
  ledger::Address address;
  std::optional<sim::Child> child;
  Uint256 before;
};

struct Part {
  const char* name;
  const char* label;
  fmt::color color;
};
constexpr std::array kCast = {Part{"submitter", "submitter", fmt::color::light_blue},
                              Part{"saboteur", "solver one", fmt::color::orange_red},
                              Part{"solver2", "solver two", fmt::color::light_green},
                              Part{"solver3", "solver three", fmt::color::yellow_green},
                              Part{"challenger", "challenger", fmt::color::gold}};

constexpr int kSaboteurStake = 150;  // tokens
// What the honest solvers want for the job, in tokens. The saboteur takes any price; the offer needs some
// seconds to rise to theirs, so that on a busy machine too it is the first.
constexpr double kAskTwo = 20;
constexpr double kAskThree = 40;

class Demo {
 public:
  explicit Demo(Options options) : options_(std::move(options)), folder_(options_.folder) {}

  Status run() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
    if (!error) std::filesystem::create_directories(folder_, error);
    if (error) return fail("{}: cannot be emptied: {}", folder_.string(), error.message());
    recipe_ = TRY(models::read_recipe(options_.job));
    program_ = models::training_program(recipe_.training);
    TRY_STATUS(start_ledger());
    TRY_STATUS(start_nodes());
    TRY_STATUS(watch());
    TRY_STATUS(show_result());
    TRY_STATUS(show_balances());
    return write_report();
  }

  ~Demo() {
    for (auto& actor : actors_) {
      if (actor.child) actor.child->ask_to_end();
    }
    for (auto& actor : actors_) actor.child.reset();
    ledger_.reset();
  }

 private:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

  void say(const std::string& who, fmt::color color, const std::string& what) {
    fmt::print("{:6.1f}s  {}  {}\n", seconds(),
               fmt::format(fmt::fg(color) | fmt::emphasis::bold, "{:<11}", who), what);
    std::fflush(stdout);
  }
  void chapter(const std::string& title) {
    fmt::print("\n{}\n", fmt::format(fmt::emphasis::bold, "{}", title));
  }
  void narrate(const std::string& what) { say("", fmt::color::gray, what); }

  [[nodiscard]] std::string lydian() const { return options_.build + "/lydian"; }
  [[nodiscard]] std::filesystem::path log(const std::string& name) const { return folder_ / (name + ".log"); }

  Status start_ledger() {
    chapter("A ledger, and five accounts");
    ledger_ = TRY(sim::Child::start({lydian(), "--json", "devnet", "--dir", (folder_ / "devnet").string(),
                                     "--accounts", "5", "--tokens", "1000"},
                                    log("devnet")));
    const Json ready = TRY(wait_for(*ledger_, "ready", "devnet"));
    network_ = ready["network"];
    password_file_ = ready["password_file"];
    const std::string network = TRY(read_text_file(network_));
    const ledger::Deployment deployment = TRY(ledger::parse_deployment(network));
    rpc_.emplace(TRY(ledger::RpcClient::open(deployment.rpc_url)));
    market_.emplace(*rpc_, deployment);
    treasury_ = TRY(ledger::Address::parse(ready["treasury"].get<std::string>()));
    for (const auto& [name, label, color] : kCast)
      actors_.push_back({.name = name, .label = label, .color = color});
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      actors_[i].key = ready["accounts"][i]["key"];
      actors_[i].address = TRY(ledger::Address::parse(ready["accounts"][i]["address"].get<std::string>()));
      actors_[i].before = TRY(wealth(actors_[i].address));
    }
    narrate(
        fmt::format("an Ethereum rollup node runs at {}; the contracts are deployed", deployment.rpc_url));
    narrate(
        "a submitter, three solvers and a challenger have 1000 tokens each; solver one has one wrong "
        "multiply-add");
    return {};
  }

  /// Reads a child's output until an event of this kind.
  Result<Json> wait_for(sim::Child& child, const std::string& kind, const std::string& name) {
    while (seconds() < static_cast<double>(options_.seconds_max)) {
      if (cli::is_interrupted()) return fail("interrupted");
      for (const std::string& line : child.lines()) {
        Json event = Json::parse(line, nullptr, false);
        if (event.is_object() && event.value("event", "") == kind) return event;
      }
      if (!child.is_running())
        return fail("{} ended with status {}; its messages are in {}", name, child.exit_status(),
                    log(name).string());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return fail("{} said nothing of \"{}\" in time; its messages are in {}", name, kind, log(name).string());
  }

  Actor& actor(const std::string& name) { return *std::ranges::find(actors_, name, &Actor::name); }

  /// Options that every process gets: its home, the network, its account.
  [[nodiscard]] std::vector<std::string> place(const Actor& actor) const {
    return {"--home",          (folder_ / actor.name).string(),
            "--network",       network_,
            "--key",           actor.key,
            "--password-file", password_file_};
  }

  Status launch(const std::string& name, std::vector<std::string> arguments) {
    Actor& who = actor(name);
    const auto where = place(who);
    arguments.insert(arguments.end(), where.begin(), where.end());
    who.child = TRY(sim::Child::start(arguments, log(name)));
    return {};
  }

  Status start_nodes() {
    chapter("Nodes join, a job is posted");
    const double tflop = static_cast<double>(program::cost_of(program_).job.flops) / 1e12;
    const auto ask = [&](double price) { return fmt::format("{:.6f}", price / tflop); };
    TRY_STATUS(
        launch("saboteur", {options_.build + "/sim/lydian_saboteur", "--stake",
                            std::to_string(kSaboteurStake), "--step", std::to_string(options_.wrong_step)}));
    TRY_STATUS(launch("challenger", {lydian(), "--json", "--threads", "1", "node", "--role", "challenger"}));
    TRY_STATUS(launch("solver2", {lydian(), "--json", "--threads", "1", "node", "--role", "solver", "--stake",
                                  "200", "--ask", ask(kAskTwo)}));
    TRY_STATUS(launch("solver3", {lydian(), "--json", "--threads", "1", "node", "--role", "solver", "--stake",
                                  "200", "--ask", ask(kAskThree)}));
    for (const char* name : {"saboteur", "solver2", "solver3"})
      TRY(wait_for(*actor(name).child, "staked", name));
    narrate("three solvers are registered with their stake, and a challenger");
    return launch("submitter", {lydian(), "--json", "--threads", "1", "submit", options_.job, "--out",
                                (folder_ / "model.safetensors").string()});
  }

  Status watch() {
    bool is_done = false;
    while (!is_done) {
      if (cli::is_interrupted()) return fail("interrupted");
      if (seconds() > static_cast<double>(options_.seconds_max))
        return fail("the job was not settled in {} s; the logs are in {}", options_.seconds_max,
                    folder_.string());
      for (Actor& who : actors_) {
        for (const std::string& line : who.child->lines()) {
          const Json event = Json::parse(line, nullptr, false);
          if (!event.is_object()) continue;
          hear(who, event);
          is_done = is_done || (who.name == "submitter" && event.value("event", "") == "result");
        }
        if (!is_done && !who.child->is_running())
          return fail("{} ended with status {}; its messages are in {}", who.name, who.child->exit_status(),
                      log(who.name).string());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return {};
  }

  void hear(const Actor& who, const Json& event) {
    const std::string kind = event.value("event", "");
    const std::string text = event.value("text", "");
    const bool solves = who.name == "saboteur" || who.name.starts_with("solver");
    if (kind == "confirmed") return count_gas(event);
    if (kind == "move") return hear_move(who, event);
    if (kind == "posted") {
      say(who.label, who.color,
          fmt::format("posts the job: {} steps, {:.3f} TFLOP, pays {} to {} tokens; the offer rises until "
                      "somebody takes it",
                      event.value("steps", 0), event.value("tflop", 0.0), event.value("min_price", ""),
                      event.value("max_price", "")));
    } else if (kind == "running") {
      say("market", fmt::color::gray,
          fmt::format("{} accepted for {} tokens", label_of(event.value("solver", "")),
                      tokens(*ledger::parse_units(event.value("price", "0"), 18))));
    } else if (kind == "sabotage") {
      wrong_ = event;
    } else if (kind == "working") {
      say(who.label, who.color, fmt::format("trains from boundary {}", event.value("boundary", 0)));
    } else if (kind == "reached") {
      const Json metrics = event.value("metrics", Json::object());
      const std::string loss =
          metrics.contains("loss") ? fmt::format(", loss {:.3f}", metrics["loss"].get<double>()) : "";
      say(who.label, who.color,
          fmt::format("reaches checkpoint {}{}, commits {}…", event.value("checkpoint", 0), loss,
                      event.value("root", "").substr(0, 12)));
    } else if (kind == "verified") {
      say(who.label, who.color,
          fmt::format("re-executed checkpoint {}: right", event.value("checkpoint", 0)));
    } else if (kind == "mismatch" && !saw_mismatch_) {
      saw_mismatch_ = true;
      chapter("A dispute");
      say(who.label, who.color,
          fmt::format("checkpoint {} is WRONG: committed {}…, computed {}…", event.value("checkpoint", 0),
                      event.value("committed", "").substr(0, 12), event.value("computed", "").substr(0, 12)));
    } else if (kind == "challenged") {
      say("market", fmt::color::gray, text);
    } else if (kind == "verdict" && who.name == "submitter") {
      say("referee", fmt::color::white,
          fmt::format("computes the operation itself: {}",
                      event.value("solver_was_right", true) ? "the solver was right"
                                                            : "the solver was WRONG; its bond is slashed"));
    } else if (kind == "open" && event.value("attempt", 1) > 1) {
      chapter("Another solver takes over");
      say("market", fmt::color::gray, text);
    } else if (kind == "checkpoint_settled") {
      say("market", fmt::color::gray,
          fmt::format("checkpoint {} survived its window and is paid", event.value("settled", 1) - 1));
    } else if (kind == "left" && solves) {
      say(who.label, who.color, "lost the job");
    } else if (kind == "settled") {
      chapter("Settled");
    } else if (kind == "error" && text != last_error_) {
      last_error_ = text;
      fmt::print(stderr, "        {}: {}\n", who.label, text);
    }
  }

  void hear_move(const Actor& who, const Json& event) {
    ++moves_;
    say(who.label, who.color,
        fmt::format("{:<13} in question: {}", event.value("move", ""), event.value("question", "")));
    if (event.value("move", "") == "judge") judged_ = event.value("question", "");
  }

  void count_gas(const Json& event) {
    const std::string purpose = event.value("purpose", "");
    if (purpose.starts_with("game:") || purpose.starts_with("challenge:"))
      dispute_gas_ += event.value("gas", std::uint64_t{0});
  }

  std::string label_of(const std::string& address) {
    const auto found =
        std::ranges::find_if(actors_, [&](const Actor& who) { return who.address.text() == address; });
    return found == actors_.end() ? address : found->label;
  }

  /// Tokens in hand, at stake and to be claimed.
  Result<Uint256> wealth(const ledger::Address& address) {
    const ledger::Stake stake = TRY(market_->stake(address));
    return TRY(market_->balance(address)) + TRY(market_->claimable(address)) + stake.free + stake.locked +
           stake.leaving;
  }

  Status show_result() {
    ThreadPool pool(ThreadPool::hardware_threads());
    const cli::Model model = TRY(cli::open_model(folder_ / "model.safetensors"));
    val_loss_ = *cli::validation_loss(recipe_, model.file.bytes(), model.parameters_offset, 40, pool);
    narrate(fmt::format("the submitter has the model: validation loss {:.3f}. It writes:\n", val_loss_));
    TRY_STATUS(cli::generate_text(model, {recipe_.sample_prompt, recipe_.sample_tokens, 0.8F, 0, 1}, pool,
                                  [](std::string_view text) { fmt::print("{}", text); }));
    fmt::print("\n");
    return {};
  }

  Status show_balances() {
    chapter("Who has what (in hand, at stake, to be claimed)");
    Uint256 all = TRY(wealth(treasury_));
    const Uint256 treasury = all;
    for (const Actor& who : actors_) {
      const Uint256 after = TRY(wealth(who.address));
      const bool gained = after >= who.before;
      const Uint256 change = gained ? after - who.before : who.before - after;
      fmt::print("  {:<13} {:>10} -> {:>10}   {}{}\n", who.label, tokens(who.before), tokens(after),
                 gained ? "+" : "-", tokens(change));
      all = all + after;
      if (who.name == "saboteur") {
        const ledger::Stake left = TRY(market_->stake(who.address));
        slashed_ = TRY(ledger::parse_units(std::to_string(kSaboteurStake), 18)) -
                   (left.free + left.locked + left.leaving);
      }
      if (who.name.starts_with("solver") && gained) honest_paid_ = honest_paid_ + change;
    }
    fmt::print("  {:<13} {:>10} -> {:>10}\n", "treasury", tokens({}), tokens(treasury));
    // What all own is what they began with, and the market holds nothing that nobody owns.
    const Uint256 held = TRY(market_->balance(market_->deployment().market)) +
                         TRY(market_->balance(market_->deployment().registry)) +
                         TRY(market_->balance(market_->deployment().games));
    Uint256 owed = TRY(owed_by_contracts(treasury_));
    Uint256 began;
    for (const Actor& who : actors_) {
      began = began + who.before;
      owed = owed + TRY(owed_by_contracts(who.address));
    }
    conserved_ = all == began && held == owed;
    fmt::print("  {}\n", conserved_
                             ? "no token was made or lost, and the contracts hold exactly what they owe"
                             : "THE TOKENS DO NOT ADD UP");
    return {};
  }

  Result<Uint256> owed_by_contracts(const ledger::Address& address) {
    const ledger::Stake stake = TRY(market_->stake(address));
    return TRY(market_->claimable(address)) + stake.free + stake.locked + stake.leaving;
  }

  Status write_report() {
    const Json report = {{"wall_s", seconds()},
                         {"val_loss", val_loss_},
                         {"steps", program_.steps},
                         {"saboteur_slashed", std::stod(ledger::format_units(slashed_, 18))},
                         {"honest_paid", std::stod(ledger::format_units(honest_paid_, 18))},
                         {"dispute_moves", moves_},
                         {"dispute_gas", dispute_gas_},
                         {"judged_operation", judged_},
                         {"tokens_conserved", conserved_}};
    const std::string text = report.dump(2) + "\n";
    TRY_STATUS(write_file_atomic(folder_ / "report.json", as_bytes(text)));
    fmt::print("\n{} moves and {} gas found the operation: {}\n{:.0f} s; the report is {}\n", moves_,
               dispute_gas_, judged_, seconds(), (folder_ / "report.json").string());
    if (slashed_.is_zero() || honest_paid_.is_zero() || judged_.empty() || !conserved_)
      return fail("the story did not go as it should: see the report");
    return {};
  }

  Options options_;
  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  models::Recipe recipe_;
  program::Program program_;
  std::string network_;
  std::string password_file_;
  std::optional<sim::Child> ledger_;
  std::optional<ledger::RpcClient> rpc_;
  std::optional<ledger::Market> market_;
  ledger::Address treasury_;
  std::vector<Actor> actors_;
  Json wrong_;
  bool saw_mismatch_ = false;
  std::string last_error_;
  int moves_ = 0;
  std::uint64_t dispute_gas_ = 0;
  std::string judged_;
  double val_loss_ = 0;
  Uint256 slashed_;
  Uint256 honest_paid_;
  bool conserved_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A small network trains a model, catches a cheat and pays the honest.", "lydian_demo");
  app.add_option("--build", options.build, "the build folder")->required();
  app.add_option("--job", options.job, "the job file")->required();
  app.add_option("--folder", options.folder, "where everything goes that it writes; emptied first")
      ->required();
  app.add_option("--wrong-step", options.wrong_step, "the step in which the saboteur is wrong")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds_max, "give up after this time")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  cli::catch_interrupts();
  lydian::Status result;
  {
    Demo demo(options);
    result = demo.run();
  }
  if (!result) {
    fmt::print(stderr, "lydian_demo: {}\n", result.error().message);
    return 1;
  }
  return 0;
}
