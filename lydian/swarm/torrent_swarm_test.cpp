// Real sessions on loopback. Each test runs its own swarms and ticks them until something is true.
#include "lydian/swarm/torrent_swarm.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "lydian/core/file.h"
#include "lydian/core/philox.h"
#include "lydian/merkle/tree.h"
#include "lydian/swarm/info_dictionary.h"

namespace lydian::swarm {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds kPatience{60};  // how long a broken test takes to fail

Bytes noise(std::size_t size, std::uint32_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; i += 16) {
    const auto words = philox4x32({static_cast<std::uint32_t>(i), 0, 0, 0}, {seed, 0});
    std::memcpy(bytes.data() + i, words.data(), std::min<std::size_t>(16, size - i));
  }
  return bytes;
}

class TorrentSwarmTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("lydian_swarm_test." + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    swarms_.clear();
    fs::remove_all(folder_);
  }

  TorrentSwarmOptions options(const std::string& name) const {
    TorrentSwarmOptions result;
    result.folder = folder_ / name;
    result.listen = {{"127.0.0.1", 0}};
    result.loopback = true;
    return result;
  }
  TorrentSwarm& open(const TorrentSwarmOptions& with) {
    auto swarm = TorrentSwarm::open(with);
    EXPECT_TRUE(swarm) << swarm.error().message;
    return *swarms_.emplace_back(*std::move(swarm));
  }
  TorrentSwarm& open(const std::string& name) { return open(options(name)); }
  static Endpoint endpoint(const TorrentSwarm& swarm) { return {"127.0.0.1", swarm.listen_port()}; }

  /// False: patience ran out.
  bool tick_until(const std::function<bool()>& done) {
    for (const auto give_up = Clock::now() + kPatience; Clock::now() < give_up;) {
      for (const auto& swarm : swarms_) swarm->tick();
      if (done()) return true;
      std::this_thread::sleep_for(milliseconds(2));  // the pace of a polling node
    }
    return false;
  }
  bool reaches(const TorrentSwarm& swarm, const BlobId& id, TransferState state) {
    const bool reached = tick_until([&] {
      const auto now = swarm.transfer(id);
      return now && (now->state == state || now->state == TransferState::kFailed);
    });
    if (const auto now = swarm.transfer(id); now->state != state)
      ADD_FAILURE() << "ended with: " << now->error;
    return reached;
  }
  /// A file with this content, served by the swarm.
  BlobId serve(TorrentSwarm& swarm, const Bytes& content, const std::string& name) {
    const BlobId id = blob_id_of(content);
    EXPECT_TRUE(write_file_atomic(folder_ / name, content));
    const auto published = swarm.publish(id, folder_ / name);
    EXPECT_TRUE(published) << published.error().message;
    EXPECT_TRUE(reaches(swarm, id, TransferState::kAvailable));
    return id;
  }
  bool hears(TorrentSwarm& listener, const crypto::Ed25519Key& key, std::uint64_t job,
             std::uint64_t sequence) {
    auto ask_at = Clock::now();
    return tick_until([&] {
      if (Clock::now() >= ask_at) {
        listener.look_up(key.public_key(), job);
        ask_at = Clock::now() + milliseconds(50);
      }
      const auto heard = listener.announcement(key.public_key(), job);
      return heard && heard->sequence == sequence;
    });
  }
  FetchRequest request(const BlobId& id, std::vector<Endpoint> peers) const {
    return {.id = id, .destination = folder_ / "fetched", .peers = std::move(peers), .timeout = kPatience};
  }
  bool fetched(const Bytes& content) const { return *read_file(folder_ / "fetched") == content; }

  fs::path folder_;
  std::vector<std::unique_ptr<TorrentSwarm>> swarms_;
};

TEST_F(TorrentSwarmTest, fetches_blobs_of_every_size_from_root_and_length_alone) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& leecher = open("leecher");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, merkle::kBlockBytes, merkle::kBlockBytes + 1,
                                 std::size_t{1} << 18, (std::size_t{1} << 18) + 1, std::size_t{3'000'001}}) {
    const Bytes content = noise(size, 1);
    const BlobId id = serve(seeder, content, "served." + std::to_string(size));
    EXPECT_EQ(leecher.transfer(id), std::nullopt);
    const auto start = Clock::now();
    ASSERT_TRUE(leecher.fetch(request(id, {endpoint(seeder)})));
    ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable)) << size;
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    fmt::print("fetched {} bytes in {:.0f} ms\n", size, took.count());
    EXPECT_TRUE(fetched(content)) << size;
    EXPECT_TRUE(fs::is_empty(folder_ / "leecher"));
  }
}

TEST_F(TorrentSwarmTest, serves_on_what_it_fetched) {
  TorrentSwarm& first = open("first");
  TorrentSwarm& second = open("second");
  TorrentSwarm& third = open("third");
  const Bytes content = noise(1'000'000, 2);
  const BlobId id = serve(first, content, "served");
  ASSERT_TRUE(second.fetch(request(id, {endpoint(first)})));
  ASSERT_TRUE(reaches(second, id, TransferState::kAvailable));
  first.forget(id);
  EXPECT_EQ(first.transfer(id), std::nullopt);
  FetchRequest again = request(id, {endpoint(second)});
  again.destination = folder_ / "fetched again";
  ASSERT_TRUE(third.fetch(again));
  ASSERT_TRUE(reaches(third, id, TransferState::kAvailable));
  EXPECT_EQ(*read_file(again.destination), content);
}

TEST_F(TorrentSwarmTest, waits_for_a_peer_that_has_the_blob_later) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& leecher = open("leecher");
  const Bytes content = noise(100'000, 3);
  ASSERT_TRUE(leecher.fetch(request(blob_id_of(content), {endpoint(seeder)})));
  const auto asked_until = Clock::now() + milliseconds(300);  // the first handshakes are refused
  tick_until([&] { return Clock::now() > asked_until; });
  const BlobId id = serve(seeder, content, "served");
  ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable));
  EXPECT_TRUE(fetched(content));
}

// The two are connected to each other, and neither has anything.
TEST_F(TorrentSwarmTest, asks_a_peer_that_it_comes_to_know_beside_those_it_is_connected_to) {
  TorrentSwarm& first = open("first");
  TorrentSwarm& second = open("second");
  const Bytes content = noise(100'000, 9);
  const BlobId id = blob_id_of(content);
  ASSERT_TRUE(first.fetch(request(id, {endpoint(second)})));
  FetchRequest other = request(id, {endpoint(first)});
  other.destination = folder_ / "fetched by the second";
  ASSERT_TRUE(second.fetch(other));
  ASSERT_TRUE(tick_until([&] { return first.transfer(id)->peers > 0 && second.transfer(id)->peers > 0; }));
  TorrentSwarm& seeder = open("seeder");
  ASSERT_EQ(serve(seeder, content, "served"), id);
  first.add_peer(endpoint(seeder));
  ASSERT_TRUE(reaches(first, id, TransferState::kAvailable));
  EXPECT_TRUE(fetched(content));
}

TEST_F(TorrentSwarmTest, finds_a_source_through_the_dht) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& meeting_point = open("meeting point");
  TorrentSwarm& leecher = open("leecher");
  const Bytes content = noise(50'000, 4);
  const BlobId id = serve(seeder, content, "served");
  seeder.add_peer(endpoint(meeting_point));
  leecher.add_peer(endpoint(meeting_point));
  ASSERT_TRUE(leecher.fetch(request(id, {})));
  ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable));
  EXPECT_TRUE(fetched(content));
}

TEST_F(TorrentSwarmTest, hears_through_a_third_node_what_and_where_to_fetch) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& meeting_point = open("meeting point");
  TorrentSwarm& leecher = open("leecher");
  seeder.add_peer(endpoint(meeting_point));
  leecher.add_peer(endpoint(meeting_point));
  const crypto::Ed25519Key key = crypto::Ed25519Key::generate();
  Announcement announcement{
      .node = key.public_key(), .job = 3, .checkpoint = 1, .sequence = 1, .latest = {}, .endpoints = {}};
  announcement.latest = serve(seeder, noise(50'000, 4), "served");
  announcement.endpoints = {endpoint(seeder)};
  seeder.announce(announcement, key);
  ASSERT_TRUE(hears(leecher, key, 3, 1));
  EXPECT_EQ(leecher.announcement(key.public_key(), 3), announcement);
  EXPECT_EQ(leecher.announcement(key.public_key(), 4), std::nullopt);
}

TEST_F(TorrentSwarmTest, hears_the_newest_announcement) {
  TorrentSwarm& speaker = open("speaker");
  TorrentSwarm& listener = open("listener");
  listener.add_peer(endpoint(speaker));
  speaker.add_peer(endpoint(listener));
  const crypto::Ed25519Key key = crypto::Ed25519Key::generate();
  const auto say = [&](std::uint64_t sequence) {
    speaker.announce({.node = key.public_key(),
                      .job = 1,
                      .checkpoint = sequence,
                      .sequence = sequence,
                      .latest = blob_id_of(Bytes(sequence)),
                      .endpoints = {}},
                     key);
  };
  say(5);
  ASSERT_TRUE(hears(listener, key, 1, 5));
  say(4);  // older than what was said: changes nothing
  EXPECT_EQ(speaker.announcement(key.public_key(), 1)->sequence, 5U);
  const auto start = Clock::now();
  say(6);
  ASSERT_TRUE(hears(listener, key, 1, 6));
  const std::chrono::duration<double, std::milli> took = Clock::now() - start;
  fmt::print("a newer announcement was heard after {:.0f} ms\n", took.count());
}

TEST_F(TorrentSwarmTest, takes_nothing_from_a_seeder_of_other_bytes_and_completes_from_an_honest_one) {
  TorrentSwarm& liar = open("liar");
  TorrentSwarm& leecher = open("leecher");
  const Bytes content = noise(2'000'000, 5);
  const BlobId id = serve(liar, content, "changed");
  {
    std::fstream file(folder_ / "changed", std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff offset = 0; offset < 2'000'000; offset += 10'000) file.seekp(offset).put('?');
  }
  ASSERT_TRUE(leecher.fetch(request(id, {endpoint(liar)})));
  // A piece that failed its check leaves bytes received and none kept; the state stays where it is.
  ASSERT_TRUE(tick_until([&] { return leecher.transfer(id)->bytes_per_second > 0; }));
  EXPECT_FALSE(fs::exists(folder_ / "fetched"));
  EXPECT_EQ(leecher.transfer(id)->state, TransferState::kFetching);

  TorrentSwarm& honest = open("honest");
  ASSERT_EQ(serve(honest, content, "right"), id);
  ASSERT_TRUE(leecher.fetch(request(id, {endpoint(honest)})));
  ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable));
  EXPECT_TRUE(fetched(content));
}

TEST_F(TorrentSwarmTest, fails_in_time_when_nobody_has_the_blob) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& leecher = open("leecher");
  const Bytes content = noise(40'000, 6);
  const BlobId id = serve(seeder, content, "served");
  const BlobId wrong{id.root, id.size_bytes + 1};  // the length is part of the address
  FetchRequest hopeless = request(wrong, {endpoint(seeder)});
  hopeless.timeout = milliseconds(200);
  ASSERT_TRUE(leecher.fetch(hopeless));
  ASSERT_TRUE(tick_until([&] { return leecher.transfer(wrong)->state == TransferState::kFailed; }));
  EXPECT_NE(leecher.transfer(wrong)->error.find("not complete in time"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "fetched"));
  ASSERT_TRUE(leecher.fetch(request(id, {endpoint(seeder)})));
  EXPECT_TRUE(reaches(leecher, id, TransferState::kAvailable));
}

TEST_F(TorrentSwarmTest, refuses_to_serve_a_file_that_is_not_the_blob) {
  TorrentSwarm& swarm = open("swarm");
  const BlobId id = blob_id_of(Bytes(40'000, 1));
  EXPECT_FALSE(swarm.publish(id, folder_ / "missing"));
  ASSERT_TRUE(write_file_atomic(folder_ / "short", Bytes(39'999, 1)));
  EXPECT_FALSE(swarm.publish(id, folder_ / "short"));
  ASSERT_TRUE(write_file_atomic(folder_ / "other", Bytes(40'000, 2)));
  ASSERT_TRUE(swarm.publish(id, folder_ / "other"));
  ASSERT_TRUE(tick_until([&] { return swarm.transfer(id)->state != TransferState::kChecking; }));
  EXPECT_EQ(swarm.transfer(id)->state, TransferState::kFailed);
  EXPECT_NE(swarm.transfer(id)->error.find("does not have the blob's root"), std::string::npos);
  EXPECT_EQ(*read_file(folder_ / "other"), Bytes(40'000, 2));
  EXPECT_FALSE(swarm.publish({Root{}, 0}, folder_ / "missing"));
  EXPECT_FALSE(swarm.fetch(request({Root{}, 0}, {})));  // nothing of length 0 has the zero root
}

TEST_F(TorrentSwarmTest, says_which_port_or_folder_it_cannot_have) {
  TorrentSwarm& holder = open("holder");
  TorrentSwarmOptions taken = options("taken");
  taken.listen = {endpoint(holder)};
  const auto second = TorrentSwarm::open(taken);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(holder.listen_port())), std::string::npos)
      << second.error().message;
  ASSERT_TRUE(write_file_atomic(folder_ / "file", Bytes(1)));
  EXPECT_FALSE(TorrentSwarm::open(options("file")));
}

// A child process fetches from a slow seeder and is killed; the next process has what the first received.
TEST_F(TorrentSwarmTest, goes_on_after_a_kill_with_what_it_had) {
  const Bytes content = noise(16'000'000, 7);
  const BlobId id = blob_id_of(content);
  int port_channel[2];
  int progress_channel[2];
  ASSERT_EQ(::pipe(port_channel), 0);
  ASSERT_EQ(::pipe(progress_channel), 0);
  const pid_t child = ::fork();  // before this process has threads
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::uint16_t port = 0;
    if (::read(port_channel[0], &port, sizeof(port)) != sizeof(port)) ::_exit(2);
    auto swarm = TorrentSwarm::open(options("leecher"));
    if (!swarm || !(*swarm)->fetch(request(id, {{"127.0.0.1", port}}))) ::_exit(3);
    for (bool told = false;;) {
      (*swarm)->tick();
      const bool resumable =
          fs::exists(folder_ / "leecher" / fmt::format("{}-{}.resume", id.root.hex(), id.size_bytes));
      if (!told && resumable && (*swarm)->transfer(id)->bytes_done > 2'000'000)
        told = ::write(progress_channel[1], "x", 1) == 1;
      std::this_thread::sleep_for(milliseconds(2));
    }
  }
  TorrentSwarmOptions slow = options("seeder");
  slow.upload_bytes_per_second_max = 2'000'000;
  TorrentSwarm& seeder = open(slow);
  ASSERT_EQ(serve(seeder, content, "served"), id);
  const std::uint16_t port = seeder.listen_port();
  ASSERT_EQ(::write(port_channel[1], &port, sizeof(port)), static_cast<ssize_t>(sizeof(port)));
  char told = 0;
  ASSERT_EQ(::read(progress_channel[0], &told, 1), 1);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(fs::exists(folder_ / "fetched"));
  seeder.forget(id);

  TorrentSwarm& leecher = open("leecher");
  ASSERT_TRUE(leecher.fetch(request(id, {})));
  ASSERT_TRUE(tick_until([&] {
    return leecher.transfer(id)->state == TransferState::kFetching && leecher.transfer(id)->bytes_done > 0;
  }));
  EXPECT_GT(leecher.transfer(id)->bytes_done, 1'000'000U);
  EXPECT_LT(leecher.transfer(id)->bytes_done, id.size_bytes);

  TorrentSwarm& fast = open("fast");
  ASSERT_EQ(serve(fast, content, "served fast"), id);
  ASSERT_TRUE(leecher.fetch(request(id, {endpoint(fast)})));
  ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable));
  EXPECT_TRUE(fetched(content));
}

TEST_F(TorrentSwarmTest, reports_its_bulk_rate) {
  TorrentSwarm& seeder = open("seeder");
  TorrentSwarm& leecher = open("leecher");
  const Bytes content = noise(100'000'000, 8);
  const BlobId id = serve(seeder, content, "served");
  const auto start = Clock::now();
  ASSERT_TRUE(leecher.fetch(request(id, {endpoint(seeder)})));
  ASSERT_TRUE(tick_until([&] { return leecher.transfer(id)->state >= TransferState::kVerifying; }));
  const std::chrono::duration<double> received = Clock::now() - start;
  ASSERT_TRUE(reaches(leecher, id, TransferState::kAvailable));
  const std::chrono::duration<double> usable = Clock::now() - start;
  fmt::print("100 MB received at {:.0f} MB/s, verified and in place at {:.0f} MB/s\n", 100 / received.count(),
             100 / usable.count());
}

}  // namespace
}  // namespace lydian::swarm
