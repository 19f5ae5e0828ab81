// The command as people use it: the built binary against a devnet of its own, on free ports, ended by pid.
#include "lydian/cli/cli_test_network.h"

namespace lydian::cli {
namespace {

constexpr const char* kKey =
    "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";  // of web3's documentation
constexpr const char* kAddress = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";

class Keys : public ::testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "password", "correct horse\n");
    write(folder_ / "wrong", "battery staple\n");
    write(folder_ / "key.hex", std::string("0x") + kKey + "\n");
  }
  std::vector<std::string> keys(const std::string& verb, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"keys", verb, "--home", (folder_ / "home").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::string path(const std::string& name) { return (folder_ / name).string(); }
  Folder folder_;
};

TEST_F(Keys, imported_key_is_listed_and_exported_as_it_was) {
  const Outcome imported =
      run(keys("import", {path("key.hex"), "--password-file", path("password"), "--light"}));
  EXPECT_EQ(imported.status, 0) << imported.err;
  const Outcome listed = run(keys("list", {"--json"}));
  EXPECT_EQ(Json::parse(listed.out)[0]["address"], kAddress);
  const Outcome raw = run(keys("export", {"--private", "--yes", "--password-file", path("password")}));
  EXPECT_EQ(raw.out, std::string("0x") + kKey + "\n");
  const Outcome json = run(keys("export", {}));
  EXPECT_EQ(Json::parse(json.out)["version"], 3);
}

TEST_F(Keys, never_overwrites_and_names_what_is_wrong) {
  const auto import = keys("import", {path("key.hex"), "--password-file", path("password"), "--light"});
  ASSERT_EQ(run(import).status, 0);
  expect_error(run(import), "already");
  expect_error(run(keys("export", {"--private", "--yes", "--password-file", path("wrong")})), "password");
  expect_error(run(keys("export", {"--private", "--password-file", path("password")})), "--yes");
  expect_error(run(keys("import", {path("password"), "--password-file", path("password")})), "64 hex digits");
  write(folder_ / "home/keystore/broken.json", "{\"version\": 3}");
  expect_error(run(keys("list", {})), "broken.json");
}

TEST_F(Keys, new_keys_differ) {
  const auto make = keys("new", {"--password-file", path("password"), "--light", "--json"});
  const Outcome first = run(make);
  const Outcome second = run(make);
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_NE(Json::parse(first.out)["address"], Json::parse(second.out)["address"]);
  expect_error(run(keys("export", {})), "--key");
}

TEST(Usage, unknown_verbs_and_options_end_with_2) {
  EXPECT_EQ(run({"fly"}).status, 2);
  EXPECT_EQ(run({"jobs", "--sideways"}).status, 2);
  EXPECT_EQ(run({"--help"}).status, 0);
}

TEST(Memory, training_that_does_not_fit_is_refused_before_it_starts) {
  const Folder folder;
  write(folder / "text.txt", std::string(300'000, 'a') + "bcdefgh");
  write(folder / "job.toml", R"(
    name = "huge"
    [model]
    layers = 10
    heads = 24
    width = 1536
    context = 1024
    [data]
    file = "text.txt"
    tokenizer = "character"
    [training]
    steps = 2
    batch = 128
  )");  // 0.4 TB
  const std::string out = (folder / "huge.safetensors").string();
  const auto train = [&] { return run({"train", (folder / "job.toml").string(), "--out", out}); };
  expect_error(train(), "GB of memory");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(Generate, goes_on_beyond_the_context_and_tells_its_speed) {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 400; ++i) text += static_cast<char>('a' + i * i % 7);
  write(folder / "text.txt", text);
  write(folder / "job.toml", std::string(kJob) + "[sample]\nprompt = \"abc\"\ntokens = 5\n");
  const std::string model = (folder / "tiny.safetensors").string();
  const Outcome trained = run({"train", (folder / "job.toml").string(), "--out", model});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const auto generate = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"generate", model, "--prompt", "abc"};
    if (std::ranges::find(more, "--tokens") == more.end()) more.insert(more.end(), {"--tokens", "30"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const Outcome one = generate({});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(one.out.size(), 3U + 30U + 1U) << one.out;  // prompt, tokens of a byte each, end of line
  EXPECT_TRUE(one.out.starts_with("abc"));
  EXPECT_TRUE(one.err.starts_with("30 tokens, ")) << one.err;
  EXPECT_NE(generate({"--seed", "2"}).out, one.out);

  const Outcome two = generate({"--batch", "2", "--json"});
  EXPECT_EQ(two.status, 0) << two.err;
  const std::size_t end = two.out.find('\n');
  const std::string first = Json::parse(two.out.substr(0, end))["text"];
  EXPECT_EQ(first + "\n", one.out) << "the first of a batch is the text that comes alone";
  EXPECT_NE(Json::parse(two.out.substr(end + 1))["text"], first);
  EXPECT_EQ(generate({"--slide"}).status, 0);
  expect_error(generate({"--batch", "0"}), "batch");
  expect_error(generate({"--tokens", "0"}), "0 tokens");
}

TEST_F(Network, job_is_solved_fetched_and_verified) {
  Command node(solver(1));
  Command submitter(submit());
  const auto result = submitter.wait_for("result");
  ASSERT_TRUE(result) << submitter.out() << submitter.err();
  EXPECT_EQ(submitter.wait(), 0) << submitter.err();
  EXPECT_EQ((*result)["root"], root_by_training());

  const Outcome jobs = run(visitor({"jobs"}));
  ASSERT_EQ(jobs.status, 0) << jobs.err;
  EXPECT_EQ(Json::parse(jobs.out)[0]["status"], "settled");
  const Outcome fetched = run(visitor({"fetch", "1", "--out", path("fetched")}));
  EXPECT_EQ(fetched.status, 0) << fetched.err;
  EXPECT_EQ(*read_file(folder_ / "fetched"), *read_file(folder_ / "trained.safetensors"));
  const Outcome verified = run(visitor({"verify", "1"}));
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(std::count(verified.out.begin(), verified.out.end(), '\n'), 4);
  const Outcome segment = run(visitor({"verify", "1", "--segment", "2"}));
  EXPECT_EQ(segment.status, 0) << segment.err;
  EXPECT_EQ(Json::parse(segment.out)["segment"], 2);
  expect_error(run(visitor({"fetch", "2"})), "no job 2");
  expect_error(run(visitor({"verify", "1", "--segment", "4"})), "no segment 4");
  EXPECT_EQ(node.stop(), 0) << node.err();
}

TEST_F(Network, killed_solver_goes_on_and_reaches_the_same_root) {
  std::optional<Command> node(std::in_place, solver(1));
  Command submitter(submit({"--steps", "400"}));
  ASSERT_TRUE(node->wait_for("reached")) << node->err();
  node->kill_hard();
  node.emplace(solver(1));
  ASSERT_TRUE(node->wait_for("working")) << node->err();
  const auto result = submitter.wait_for("result");
  ASSERT_TRUE(result) << submitter.out() << submitter.err();
  EXPECT_EQ((*result)["root"], root_by_training({"--steps", "400"}));
  EXPECT_EQ(node->stop(), 0) << node->err();
}

TEST_F(Network, detached_job_is_finished_by_watch) {
  const Outcome posted = run(submit({"--detach"}));
  ASSERT_EQ(posted.status, 0) << posted.err;
  const Outcome again = run(submit({"--detach"}));
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(Json::parse(posted.out)["job"], 1);
  EXPECT_EQ(Json::parse(again.out)["job"], 2);
  Command node(solver(1));
  Command watcher(with_account({"watch", "1", "--out", path("watched")}, 3));
  const auto result = watcher.wait_for("result");
  ASSERT_TRUE(result) << watcher.out() << watcher.err();
  EXPECT_TRUE(fs::exists(folder_ / "watched"));
}

TEST_F(Network, submission_killed_at_any_moment_is_posted_once) {
  std::size_t jobs = 0;
  for (const int milliseconds : {50, 200, 300, 400, 500}) {  // whatever each hits, the count must hold
    Command killed(submit({"--detach"}));
    ::poll(nullptr, 0, milliseconds);
    killed.kill_hard();
    killed.wait_for_end();
    if (killed.out().find("posted") != std::string::npos) ++jobs;
    const Outcome again = run(submit({"--detach"}));
    ASSERT_EQ(again.status, 0) << again.err;
    ++jobs;
  }
  EXPECT_EQ(Json::parse(run(visitor({"jobs"})).out).size(), jobs);
}

TEST_F(Network, refuses_what_is_wrong_before_anything_happens) {
  write(folder_ / "broken.toml", "[training]\nsteps = \"many\"\n");
  expect_error(run(with_account({"submit", path("broken.toml")}, 3)), "broken.toml");
  write(folder_ / "rich.toml", std::string(kJob) + "expiry_seconds = 0\n");
  expect_error(run(with_account({"submit", path("rich.toml")}, 3)), "expiry_seconds");
  write(folder_ / "net/password2", "wrong\n");
  auto wrong = submit();
  *std::find(wrong.begin(), wrong.end(), path("net/password")) = path("net/password2");
  expect_error(run(wrong), "password");
  EXPECT_EQ(Json::parse(run(visitor({"jobs"})).out).size(), 0U);
}

TEST_F(Network, one_process_works_in_a_home) {
  Command node(solver(1));
  ASSERT_TRUE(node.wait_for("started")) << node.err();
  expect_error(run(solver(1)), "another lydian process");
  EXPECT_EQ(node.stop(), 0);
}

TEST_F(Network, doctor_finds_everything_well_but_the_missing_key) {
  const Outcome outcome = run(visitor({"doctor"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("lydian keys new"), std::string::npos) << outcome.out;
  for (const std::string check : {"home", "ledger", "clock", "swarm"}) {
    EXPECT_NE(outcome.out.find("\"check\":\"" + check + "\",\"ok\":true"), std::string::npos) << outcome.out;
  }
}

TEST(Devnet, keeps_its_state_over_a_restart) {
  Folder folder;
  const std::vector<std::string> arguments = {
      "devnet", "--dir", (folder / "net").string(), "--accounts", "1", "--state", "--json"};
  std::string before;
  for (int i = 0; i < 2; ++i) {
    Command devnet(arguments);
    ASSERT_TRUE(devnet.wait_for("ready")) << devnet.err();
    Json network = Json::parse(*read_text_file(folder / "net/network.json"));
    network.erase("rpc_url");
    if (i == 1) {
      EXPECT_EQ(network.dump(), before);
    }
    before = network.dump();
    EXPECT_EQ(devnet.stop(), 0) << devnet.err();
  }
}

}  // namespace
}  // namespace lydian::cli
