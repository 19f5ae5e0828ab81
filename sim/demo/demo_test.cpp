// The demonstration interrupted in its middle: it ends by itself and leaves nothing running.
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <fstream>
#include <set>

#include "lydian/core/file.h"
#include "sim/demo/child.h"

namespace lydian::sim {
namespace {

namespace fs = std::filesystem;

/// All that a process started, and what those started.
void add_descendants(pid_t pid, std::set<pid_t>& found) {
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (pid_t child = 0; children >> child;) {
    if (found.insert(child).second) add_descendants(child, found);
  }
}

/// Not a zombie that waits for somebody to look.
bool runs(pid_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.compare(name_end + 2, 1, "Z") != 0;
}

class DemoTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lydian-demo-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_P(DemoTest, ends_on_a_signal_and_leaves_nothing_running) {
  auto demo = Child::start({LYDIAN_DEMO, "--build", LYDIAN_BUILD_DIR, "--job",
                            LYDIAN_SOURCE_DIR "/examples/demo.toml", "--folder", (folder_ / "demo").string()},
                           folder_ / "log");
  ASSERT_TRUE(demo) << demo.error().message;
  bool has_begun = false;  // somebody trains: all processes are there
  while (!has_begun && demo->is_running()) {
    for (const std::string& line : demo->lines())
      has_begun = has_begun || line.find("trains from") != std::string::npos;
    ::poll(nullptr, 0, 20);  // the pace of a reader
  }
  ASSERT_TRUE(has_begun) << *read_text_file(folder_ / "log");
  std::set<pid_t> started;
  add_descendants(demo->pid(), started);
  EXPECT_GE(started.size(), 7U);  // a devnet, its ledger, and five actors
  ::kill(demo->pid(), GetParam());
  while (demo->is_running()) ::poll(nullptr, 0, 20);
  EXPECT_EQ(demo->exit_status(), 1);
  EXPECT_EQ(*read_text_file(folder_ / "log"), "lydian_demo: interrupted\n");
  for (const pid_t pid : started) EXPECT_FALSE(runs(pid)) << pid;
  EXPECT_FALSE(fs::exists(folder_ / "demo/report.json"));
}

INSTANTIATE_TEST_SUITE_P(Signals, DemoTest, ::testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace lydian::sim
