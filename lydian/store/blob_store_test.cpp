#include "lydian/store/blob_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lydian/core/file.h"
#include "lydian/merkle/tree.h"

namespace lydian::store {
namespace {

namespace fs = std::filesystem;

class BlobStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("lydian_blob_store_test." + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  BlobStore open() {
    auto store = BlobStore::open(folder_ / "blobs");
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  fs::path folder_;
};

TEST_F(BlobStoreTest, gives_back_what_was_put) {
  BlobStore store = open();
  std::uint64_t total = 0;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, merkle::kBlockBytes, 3 * merkle::kBlockBytes + 5}) {
    const Bytes content(size, static_cast<std::uint8_t>(size));
    const auto id = store.put(content);
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(*id, swarm::blob_id_of(content));
    EXPECT_TRUE(store.has(*id));
    EXPECT_TRUE(store.verify(*id));
    EXPECT_EQ(*store.read(*id), content);
    total += size;
  }
  EXPECT_EQ(store.list()->size(), 4U);
  EXPECT_EQ(*store.total_bytes(), total);
  EXPECT_EQ(*open().list(), *store.list());
}

TEST_F(BlobStoreTest, copies_a_file_only_if_it_is_the_blob) {
  BlobStore store = open();
  const Bytes content(40000, 3);
  const BlobId id = swarm::blob_id_of(content);
  ASSERT_TRUE(write_file_atomic(folder_ / "right", content));
  ASSERT_TRUE(write_file_atomic(folder_ / "wrong", Bytes(40000, 4)));
  ASSERT_TRUE(write_file_atomic(folder_ / "short", Bytes(39999, 3)));
  for (const char* name : {"wrong", "short", "missing"}) {
    const auto refused = store.put_file(folder_ / name, id);
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().message.find(name), std::string::npos) << refused.error().message;
    EXPECT_FALSE(store.has(id));
  }
  EXPECT_TRUE(fs::is_empty(folder_ / "blobs" / "partial"));
  ASSERT_TRUE(store.put_file(folder_ / "right", id));
  EXPECT_EQ(*store.read(id), content);
}

TEST_F(BlobStoreTest, counts_a_truncated_blob_as_absent_until_it_is_put_again) {
  BlobStore store = open();
  const Bytes content(40000, 3);
  const BlobId id = *store.put(content);
  fs::resize_file(store.path(id), 39999);
  EXPECT_FALSE(store.has(id));
  EXPECT_FALSE(store.verify(id));
  EXPECT_FALSE(store.read(id));
  EXPECT_TRUE(store.list()->empty());
  EXPECT_EQ(*store.damaged(), std::vector{id});
  ASSERT_TRUE(store.put(content));
  EXPECT_TRUE(store.verify(id));
  EXPECT_TRUE(store.damaged()->empty());
}

TEST_F(BlobStoreTest, finds_changed_bytes_when_asked) {
  BlobStore store = open();
  const BlobId id = *store.put(Bytes(40000, 3));
  std::fstream(store.path(id), std::ios::in | std::ios::out | std::ios::binary).seekp(20000).put('x');
  EXPECT_TRUE(store.has(id));
  EXPECT_FALSE(store.verify(id));
  EXPECT_FALSE(store.read(id));
}

TEST_F(BlobStoreTest, tells_apart_blobs_of_one_root_and_different_lengths) {
  // The 64 bytes of a root's two children have that root too, as a blob of one block.
  Bytes long_blob(2 * merkle::kBlockBytes, 1);
  const merkle::BlobTree tree(long_blob);
  Bytes short_blob;
  for (const std::uint64_t child : {0, 1}) {
    const ByteView bytes = tree.node(0, child).view();
    short_blob.insert(short_blob.end(), bytes.begin(), bytes.end());
  }
  BlobStore store = open();
  const BlobId long_id = *store.put(long_blob);
  const BlobId short_id = swarm::blob_id_of(short_blob);
  ASSERT_EQ(long_id.root, short_id.root);
  EXPECT_FALSE(store.has(short_id));
  ASSERT_TRUE(store.put(short_blob));
  EXPECT_EQ(*store.read(long_id), long_blob);
  EXPECT_EQ(*store.read(short_id), short_blob);
}

TEST_F(BlobStoreTest, removes_blobs_and_forgives_absent_ones) {
  BlobStore store = open();
  const BlobId id = *store.put(Bytes(10));
  EXPECT_TRUE(store.remove(id));
  EXPECT_FALSE(store.has(id));
  EXPECT_TRUE(store.remove(id));
}

TEST_F(BlobStoreTest, sweeps_partial_files_and_leaves_foreign_ones) {
  {
    open();
  }
  ASSERT_TRUE(write_file_atomic(folder_ / "blobs" / "partial" / "half", Bytes(10)));
  ASSERT_TRUE(write_file_atomic(folder_ / "blobs" / "notes.txt", Bytes(10)));
  const BlobStore store = open();
  EXPECT_TRUE(fs::is_empty(folder_ / "blobs" / "partial"));
  EXPECT_TRUE(fs::exists(folder_ / "blobs" / "notes.txt"));
  EXPECT_TRUE(store.list()->empty());
}

TEST_F(BlobStoreTest, names_the_folder_it_cannot_use) {
  ASSERT_TRUE(write_file_atomic(folder_ / "file", Bytes(1)));
  for (const fs::path& bad : {folder_ / "missing" / "blobs", folder_ / "file"}) {
    const auto store = BlobStore::open(bad);
    ASSERT_FALSE(store);
    EXPECT_NE(store.error().message.find(bad.string()), std::string::npos) << store.error().message;
  }
}

}  // namespace
}  // namespace lydian::store
