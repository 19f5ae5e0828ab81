// Ctrl-C and SIGTERM, sent to the built binary at work: it ends by itself, leaves nothing running and nothing
// half written.
#include <array>

#include "lydian/cli/cli_test_network.h"

namespace lydian::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM};

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

/// What a folder holds, by name.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(Network, node_ends_while_it_waits) {
  for (const int signal : kSignals) {
    Command node(solver(1));
    ASSERT_TRUE(node.wait_for("staked")) << node.out() << node.err();
    EXPECT_EQ(node.stop_with(signal), 0) << node.err();
    EXPECT_NE(node.out().find("\"stopped\""), std::string::npos) << node.out();
  }
}

TEST_F(Network, node_ends_in_the_middle_of_a_job_and_goes_on_with_it) {
  Command submitter(submit({"--steps", "1500"}));
  for (const int signal : kSignals) {
    Command node(solver(1));
    ASSERT_TRUE(node.wait_for("progress")) << node.out() << node.err();
    EXPECT_EQ(node.stop_with(signal), 0) << node.err();
    EXPECT_NE(node.out().find("\"stopped\""), std::string::npos) << node.out();
    EXPECT_TRUE(names_in(folder_ / "account1/blobs/partial").empty());
  }
  Command node(solver(1));
  ASSERT_TRUE(node.wait_for("reached")) << node.out() << node.err();
  EXPECT_EQ(node.stop(), 0) << node.err();
  EXPECT_EQ(submitter.stop(), 1);
  EXPECT_NE(submitter.err().find("lydian watch 1 goes on"), std::string::npos) << submitter.err();
  EXPECT_FALSE(fs::exists(folder_ / "result.safetensors"));
}

TEST_F(Network, node_ends_while_the_ledger_is_away) {
  stop_devnet();
  for (const int signal : kSignals) {
    Command node(solver(1));
    ASSERT_TRUE(node.wait_for("error")) << node.out() << node.err();
    EXPECT_EQ(node.stop_with(signal), 0) << node.err();
  }
}

TEST_F(Network, devnet_ends_with_its_ledger_saved_and_gone) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(i == 0 ? devnet_->stop_like_terminal() : devnet_->stop_with(SIGTERM), 0) << devnet_->err();
    EXPECT_EQ(devnet_->err(), "");
    EXPECT_FALSE(is_alive(ledger_pid_));
    EXPECT_FALSE(Json::parse(*read_text_file(folder_ / "net/ledger.json"), nullptr, false).is_discarded());
    start_devnet();
    ASSERT_EQ(run(visitor({"jobs"})).status, 0);
  }
}

class Train : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 200; ++i)
      text += "the quick brown fox jumps over the lazy dog " + std::to_string(i) + "\n";
    write(folder_ / "text.txt", text);
    write(folder_ / "job.toml", kJob);
  }
  std::vector<std::string> train(const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> verb = {"train", (folder_ / "job.toml").string(), "--steps", "4000", "--json",
                                     "--out", (folder_ / out).string()};
    verb.insert(verb.end(), more.begin(), more.end());
    return verb;
  }
  Folder folder_;
};

TEST_F(Train, is_left_with_a_checkpoint_and_resumed_to_the_same_root) {
  std::vector<std::string> more;
  for (const int signal : kSignals) {
    Command command(train("model", more));
    ASSERT_TRUE(command.wait_for_message("program ")) << command.err();
    EXPECT_EQ(command.stop_with(signal), 1) << command.out();
    EXPECT_NE(command.err().find("go on with --resume"), std::string::npos) << command.err();
    EXPECT_FALSE(fs::exists(folder_ / "model"));
    more = {"--resume"};
  }
  const Outcome resumed = run(train("model", more));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_NE(resumed.err.find("resuming after step "), std::string::npos) << resumed.err;
  const Outcome whole = run(train("other"));
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_EQ(Json::parse(resumed.out)["root"], Json::parse(whole.out)["root"]);
  EXPECT_EQ(names_in(folder_ / "."), (std::vector<std::string>{"job.toml", "model", "other", "text.txt"}));
}

}  // namespace
}  // namespace lydian::cli
