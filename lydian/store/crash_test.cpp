// A child process writes in a loop and reports each write that the store acknowledged; it is killed at a
// random instant. Whatever was acknowledged must be there afterwards, and no commitment may ever change.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <random>

#include "lydian/store/blob_store.h"
#include "lydian/store/store.h"

namespace lydian::store {
namespace {

namespace fs = std::filesystem;

constexpr int kKills = 20;
constexpr std::uint64_t kJob = 1;

struct Acknowledged {
  std::uint64_t counter;
  Root root;
};

/// Two writers never agree on a root, so a commitment that changed hands would show.
Root root_for(std::uint64_t counter, std::uint64_t writer) {
  return swarm::blob_id_of(as_bytes(fmt::format("checkpoint {} by {}", counter, writer))).root;
}

Bytes blob_for(std::uint64_t counter) {
  return Bytes(20000 + counter % 40000, static_cast<std::uint8_t>(counter));
}

bool write_round(Store& store, BlobStore& blobs, std::uint64_t counter, std::uint64_t writer, int report) {
  const auto root = store.record_commitment(kJob, counter, root_for(counter, writer));
  if (!root) return false;
  auto transaction = store.begin();
  if (!transaction || !store.plan("commit", kJob, counter, root->view()) ||
      !store.record_transaction({*root, counter, Bytes(300), "commit", TransactionState::kPrepared}) ||
      !store.put_job({kJob, "solver", "training", counter + 1, Bytes(100)}) || !transaction->commit())
    return false;
  if (!blobs.put(blob_for(counter))) return false;
  const Acknowledged line{counter, *root};
  return ::write(report, &line, sizeof(line)) == sizeof(line);
}

/// Runs in the child and leaves with an exit code only if something is wrong.
[[noreturn]] void write_until_killed(const fs::path& folder, std::uint64_t writer, int report) {
  auto store = Store::open(folder / "node.db");
  auto blobs = BlobStore::open(folder / "blobs");
  if (!store || !blobs) ::_exit(2);
  const auto record = store->job(kJob, "solver");
  if (!record) ::_exit(3);
  // One step back, as a node does that is not sure whether it had finished.
  std::uint64_t counter = *record && (*record)->next_step > 0 ? (*record)->next_step - 1 : 0;
  while (write_round(*store, *blobs, counter, writer, report)) ++counter;
  ::_exit(4);
}

/// Starts a writer, kills it, and returns all that it reported.
std::vector<Acknowledged> run_and_kill(const fs::path& folder, std::uint64_t writer,
                                       std::mt19937_64& random) {
  int channel[2];
  if (::pipe2(channel, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(folder, writer, channel[1]);
  ::close(channel[1]);

  std::vector<Acknowledged> acknowledged;
  // Let a few writes through (or none), then kill after a random part of a write's time.
  for (auto wanted = random() % 5; wanted > 0; --wanted) {
    Acknowledged line;
    if (::read(channel[0], &line, sizeof(line)) != sizeof(line)) break;
    acknowledged.push_back(line);
  }
  const timespec pause{0, static_cast<long>(random() % 8'000'000)};
  ::nanosleep(&pause, nullptr);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  for (Acknowledged line; ::read(channel[0], &line, sizeof(line)) == sizeof(line);)
    acknowledged.push_back(line);
  ::close(channel[0]);
  return acknowledged;
}

TEST(Crash, keeps_every_acknowledged_write_and_never_changes_a_commitment) {
  const fs::path folder = fs::temp_directory_path() / ("lydian_crash_test." + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::mt19937_64 random(20);
  std::map<std::uint64_t, Root> promised;
  for (int writer = 0; writer < kKills; ++writer) {
    for (const Acknowledged& line : run_and_kill(folder, static_cast<std::uint64_t>(writer), random)) {
      const auto [entry, added] = promised.emplace(line.counter, line.root);
      EXPECT_EQ(entry->second, line.root) << "two roots reported for checkpoint " << line.counter;
    }
    auto store = Store::open(folder / "node.db");
    ASSERT_TRUE(store) << store.error().message;
    auto blobs = BlobStore::open(folder / "blobs");
    ASSERT_TRUE(blobs) << blobs.error().message;
    for (const auto& [counter, root] : promised) {
      ASSERT_EQ(*store->commitment(kJob, counter), root) << counter;
      ASSERT_TRUE((*store->intent("commit", kJob, counter)).has_value()) << counter;
      ASSERT_TRUE((*store->transaction(root)).has_value()) << counter;
      ASSERT_TRUE(blobs->verify(swarm::blob_id_of(blob_for(counter)))) << counter;
    }
    EXPECT_EQ(blobs->damaged()->size(), 0U);
    EXPECT_TRUE(fs::is_empty(folder / "blobs" / "partial"));
    // The grouped writes came together: a job's record never runs ahead of its transactions.
    const auto record = store->job(kJob, "solver");
    ASSERT_TRUE(record);
    if (*record) {
      EXPECT_EQ((*record)->next_step, **store->last_nonce() + 1);
    }
  }
  EXPECT_GE(promised.size(), 10U);  // the kills left room for work
  fs::remove_all(folder);
}

}  // namespace
}  // namespace lydian::store
