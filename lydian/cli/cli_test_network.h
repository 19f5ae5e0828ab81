// What tests of the network's verbs stand on: a devnet of its own for each test, and the files of a small
// job.
#pragma once

#include <algorithm>

#include "lydian/cli/cli_test_child.h"
#include "lydian/core/file.h"

namespace lydian::cli {

inline void write(const fs::path& path, std::string_view text) {
  ASSERT_TRUE(write_file_atomic(path, as_bytes(text)));
}

/// An error is one sentence, on standard error, and the status is 1.
inline void expect_error(const Outcome& outcome, const std::string& part) {
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.err.starts_with("lydian: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
}

inline constexpr const char* kJob = R"(name = "tiny"
[model]
layers = 1
heads = 2
width = 16
context = 8
[data]
file = "text.txt"
validation = 0.1
[training]
steps = 20
batch = 2
warmup = 2
checkpoint_every = 5
[offer]
min_price = 5
max_price = 50
solver_bond = 100
challenge_bond = 20
auction_seconds = 1
challenge_window_seconds = 2
)";

/// A devnet and the files of a job.
class Network : public ::testing::Test {
 protected:
  void SetUp() override {
    start_devnet();
    std::string text;
    for (int i = 0; i < 200; ++i)
      text += "the quick brown fox jumps over the lazy dog " + std::to_string(i) + "\n";
    write(folder_ / "text.txt", text);
    write(folder_ / "job.toml", kJob);
  }
  void TearDown() override {
    if (devnet_) stop_devnet();
  }

  /// The ledger goes on where it stopped, at the same address.
  void start_devnet() {
    devnet_.emplace(std::vector<std::string>{"devnet", "--dir", path("net"), "--accounts", "3", "--state",
                                             "--port", std::to_string(port_), "--json"});
    const auto ready = devnet_->wait_for("ready");
    ASSERT_TRUE(ready) << devnet_->err();
    ledger_pid_ = (*ready)["ledger_pid"];
    const std::string url = (*ready)["rpc_url"];
    port_ = std::stoi(url.substr(url.rfind(':') + 1));
  }
  void stop_devnet() {
    EXPECT_EQ(devnet_->stop(), 0) << devnet_->err();
    devnet_.reset();
  }

  std::string path(const std::string& name) { return (folder_ / name).string(); }
  std::vector<std::string> with_account(std::vector<std::string> verb, int account) {
    const std::string name = "account" + std::to_string(account);
    for (const std::string& argument :
         {std::string("--home"), path(name), std::string("--network"), path("net/network.json"),
          std::string("--key"), path("net/keys/" + name + ".json"), std::string("--password-file"),
          path("net/password"), std::string("--json")}) {
      verb.push_back(argument);
    }
    return verb;
  }
  std::vector<std::string> solver(int account) {
    return with_account({"node", "--role", "solver", "--stake", "200", "--threads", "1"}, account);
  }
  std::vector<std::string> submit(std::vector<std::string> more = {}) {
    std::vector<std::string> verb = {"submit", path("job.toml"), "--out", path("result.safetensors")};
    verb.insert(verb.end(), more.begin(), more.end());
    return with_account(verb, 3);
  }
  std::vector<std::string> visitor(std::vector<std::string> verb) {
    verb.insert(verb.end(), {"--home", path("visitor"), "--network", path("net/network.json"), "--json"});
    return verb;
  }
  /// What one machine alone makes of the job.
  std::string root_by_training(std::vector<std::string> more = {}) {
    std::vector<std::string> verb = {"train", path("job.toml"), "--out", path("trained.safetensors"),
                                     "--json"};
    verb.insert(verb.end(), more.begin(), more.end());
    const Outcome trained = run(verb);
    EXPECT_EQ(trained.status, 0) << trained.err;
    return Json::parse(trained.out)["root"];
  }

  Folder folder_;
  std::optional<Command> devnet_;
  int port_ = 0;
  pid_t ledger_pid_ = -1;
};

}  // namespace lydian::cli
