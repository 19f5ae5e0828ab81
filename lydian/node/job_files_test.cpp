// Libraries with real swarms on loopback: what a node fetches, and what it serves.
#include "lydian/node/job_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <thread>

#include "lydian/core/file.h"
#include "lydian/swarm/torrent_swarm.h"

namespace lydian::node {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{60};  // how long a broken test takes to fail

/// A library with a swarm and a folder of its own.
struct Place {
  Place(const fs::path& folder, std::uint16_t port = 0) : blobs(*store::BlobStore::open(folder / "blobs")) {
    auto opened = swarm::TorrentSwarm::open(
        {.folder = folder / "swarm", .listen = {{"127.0.0.1", port}}, .loopback = true});
    EXPECT_TRUE(opened) << opened.error().message;
    swarm = std::move(*opened);
    library.emplace(blobs, *swarm);
  }
  [[nodiscard]] swarm::Endpoint endpoint() const { return {"127.0.0.1", swarm->listen_port()}; }

  store::BlobStore blobs;
  std::unique_ptr<swarm::Swarm> swarm;
  std::optional<Library> library;
};

class LibraryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lydian-library-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    for (const char* place : {"here", "there"}) fs::create_directories(folder_ / place);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Asks until the blob is there, as a node does in its turns.
  static std::optional<Bytes> wait_for(const BlobId& id, Place& here, Place* there = nullptr) {
    for (const auto end = std::chrono::steady_clock::now() + kPatience;
         std::chrono::steady_clock::now() < end;) {
      here.swarm->tick();
      if (there != nullptr) there->swarm->tick();
      auto found = here.library->blob(id);
      EXPECT_TRUE(found) << found.error().message;
      if (!found) return std::nullopt;
      if (*found) return std::move(**found);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // the pace of a polling node
    }
    return std::nullopt;
  }

  fs::path folder_;
  Bytes content_ = Bytes(50'000, 7);
  BlobId id_ = swarm::blob_id_of(content_);
};

TEST_F(LibraryTest, fetch_that_knew_nobody_completes_when_a_peer_is_named) {
  Place here(folder_ / "here");
  EXPECT_EQ(*here.library->blob(id_), std::nullopt);
  Place there(folder_ / "there");
  here.library->set_peers({there.endpoint()});
  EXPECT_EQ(*here.library->blob(id_), std::nullopt);
  ASSERT_EQ(*there.library->put(content_), id_);
  EXPECT_EQ(wait_for(id_, here, &there), content_);
}

TEST_F(LibraryTest, fetch_completes_when_a_peer_that_was_away_comes_back) {
  std::uint16_t port = 0;
  {
    Place there(folder_ / "there");
    ASSERT_EQ(*there.library->put(content_), id_);
    port = there.endpoint().port;
  }
  Place here(folder_ / "here");
  here.library->set_peers({{"127.0.0.1", port}});
  EXPECT_EQ(*here.library->blob(id_), std::nullopt);
  here.swarm->tick();
  Place there(folder_ / "there", port);
  ASSERT_TRUE(there.library->serve_all());
  EXPECT_EQ(wait_for(id_, here, &there), content_);
}

TEST_F(LibraryTest, blob_that_came_another_way_ends_its_fetch_and_is_served) {
  Place here(folder_ / "here");
  EXPECT_EQ(*here.library->blob(id_), std::nullopt);
  here.swarm->tick();
  ASSERT_EQ(*here.library->put(content_), id_);
  Place there(folder_ / "there");
  there.library->set_peers({here.endpoint()});
  EXPECT_EQ(wait_for(id_, there, &here), content_);
}

TEST_F(LibraryTest, damaged_blob_is_fetched_again) {
  Place there(folder_ / "there");
  ASSERT_EQ(*there.library->put(content_), id_);
  Place here(folder_ / "here");
  ASSERT_EQ(*here.library->put(content_), id_);
  Bytes damaged = content_;
  damaged[40'000] ^= 1;
  ASSERT_TRUE(write_file_atomic(here.blobs.path(id_), damaged));
  here.library->set_peers({there.endpoint()});
  EXPECT_EQ(*here.library->blob(id_), std::nullopt);
  EXPECT_EQ(wait_for(id_, here, &there), content_);
}

}  // namespace
}  // namespace lydian::node
