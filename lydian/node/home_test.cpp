#include "lydian/node/home.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "lydian/core/file.h"

namespace lydian::node {
namespace {

namespace fs = std::filesystem;

class HomeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lydian-home-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  static ledger::Deployment network() {
    ledger::Deployment d{.chain_id = 31337, .rpc_url = "http://127.0.0.1:8545", .first_block = 1};
    d.market.bytes[0] = 1;
    return d;
  }
  fs::path folder_;
};

TEST_F(HomeTest, is_made_readable_by_its_owner_alone) {
  const auto home = HomeFolder::create(folder_ / "a/b");
  ASSERT_TRUE(home);
  EXPECT_TRUE(fs::is_directory(home->keystore()));
  EXPECT_EQ(fs::status(home->path()).permissions(), fs::perms::owner_all);
  EXPECT_TRUE(home->keys()->empty());
  EXPECT_FALSE(home->network()->has_value());
}

TEST_F(HomeTest, says_which_folder_cannot_be_made) {
  ASSERT_TRUE(write_file_atomic(folder_ / "file", as_bytes("x")));
  const auto home = HomeFolder::create(folder_ / "file");
  ASSERT_FALSE(home);
  EXPECT_NE(home.error().message.find((folder_ / "file").string()), std::string::npos);
}

TEST_F(HomeTest, belongs_to_one_network_whose_node_may_move) {
  const auto home = HomeFolder::create(folder_);
  ASSERT_TRUE(home->join(network()));
  ledger::Deployment moved = network();
  moved.rpc_url = "http://127.0.0.1:9000";
  EXPECT_TRUE(home->join(moved));
  EXPECT_EQ(**home->network(), moved);
  ledger::Deployment other = network();
  other.market.bytes[0] = 2;
  EXPECT_FALSE(home->join(other));
  EXPECT_EQ(**home->network(), moved);
}

TEST_F(HomeTest, names_the_network_file_that_is_damaged) {
  const auto home = HomeFolder::create(folder_);
  ASSERT_TRUE(write_file_atomic(home->network_file(), as_bytes("{\"chain_id\": 1")));
  ASSERT_FALSE(home->network());
  EXPECT_NE(home->network().error().message.find("network.json"), std::string::npos);
}

TEST_F(HomeTest, is_locked_by_one_at_a_time) {
  const auto home = HomeFolder::create(folder_);
  {
    const auto lock = HomeLock::take(*home);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(HomeLock::take(*home));
  }
  EXPECT_TRUE(HomeLock::take(*home));
}

}  // namespace
}  // namespace lydian::node
