#include "lydian/merkle/tree.h"

#include <gtest/gtest.h>

#include <fstream>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/file_storage.hpp>

#include "lydian/crypto/sha256.h"
#include "lydian/merkle/file_root.h"
#include "lydian/merkle/merkle_test_data.h"

namespace lydian::merkle {
namespace {

/// Section 6 of the design as it reads: a complete binary tree by recursion.
Root naive(std::span<const Root> leaves, std::uint64_t width) {
  if (width == 1) return leaves.empty() ? Root{} : leaves.front();
  const std::uint64_t half = width / 2;
  const std::uint64_t split = std::min<std::uint64_t>(half, leaves.size());
  return crypto::sha256_pair(naive(leaves.first(split), half), naive(leaves.subspan(split), half));
}

Root naive_blob(ByteView blob) {
  std::vector<Root> leaves;
  for (std::size_t at = 0; at < blob.size() || leaves.empty(); at += kBlockBytes)
    leaves.push_back(crypto::sha256(blob.subspan(at, std::min(kBlockBytes, blob.size() - at))));
  return naive(leaves, std::bit_ceil(leaves.size()));
}

const std::size_t kSizes[] = {0,
                              1,
                              kBlockBytes - 1,
                              kBlockBytes,
                              kBlockBytes + 1,
                              2 * kBlockBytes,
                              3 * kBlockBytes - 5,
                              5 * kBlockBytes,
                              64 * kBlockBytes,
                              64 * kBlockBytes + 1,
                              129 * kBlockBytes + 77};

TEST(Tree, blob_root_is_the_naive_recursion) {
  ThreadPool pool(2);
  for (const std::size_t size : kSizes) {
    const Bytes blob = noise(size);
    EXPECT_EQ(blob_root(blob), naive_blob(blob)) << size;
    EXPECT_EQ(blob_root(blob, &pool), naive_blob(blob)) << size;
    EXPECT_EQ(BlobTree(blob).root(), naive_blob(blob)) << size;
  }
}

TEST(Tree, list_root_is_the_naive_recursion_for_every_small_count) {
  for (std::size_t count = 1; count <= 70; ++count) {
    const std::vector<Root> leaves = noise_roots(count);
    EXPECT_EQ(list_root(leaves), naive(leaves, std::bit_ceil(count))) << count;
    EXPECT_EQ(ListTree(leaves).root(), list_root(leaves)) << count;
  }
}

TEST(Tree, empty_and_single_are_defined) {
  EXPECT_EQ(blob_root({}), crypto::sha256({}));
  EXPECT_EQ(BlobTree(ByteView{}).block_count(), 1u);
  const Root leaf = noise_roots(1).front();
  EXPECT_EQ(list_root(std::span(&leaf, 1)), leaf);
  EXPECT_EQ(list_root({}), Root{});
  EXPECT_EQ(ListTree({}).root(), Root{});
  EXPECT_EQ(ListTree({}).depth(), 0);
}

TEST(Tree, depth_is_the_logarithm_rounded_up) {
  const std::pair<std::uint64_t, int> cases[] = {{0, 0}, {1, 0},  {2, 1},  {3, 2},     {4, 2},
                                                 {5, 3}, {64, 6}, {65, 7}, {~0ull, 64}};
  for (const auto& [leaves, depth] : cases) EXPECT_EQ(depth_for(leaves), depth) << leaves;
}

TEST(Tree, blocks_of_a_length) {
  EXPECT_EQ(block_count_of(0), 1u);
  EXPECT_EQ(block_count_of(kBlockBytes), 1u);
  EXPECT_EQ(block_count_of(kBlockBytes + 1), 2u);
  EXPECT_EQ(block_count_of(~0ull), 1ull << 50);
  EXPECT_EQ(block_size_of(0, 0), 0u);
  EXPECT_EQ(block_size_of(kBlockBytes + 1, 0), kBlockBytes);
  EXPECT_EQ(block_size_of(kBlockBytes + 1, 1), 1u);
  EXPECT_DEATH((void)block_size_of(kBlockBytes, 1), "block 1");
}

TEST(Tree, zero_subtree_is_what_padding_hashes_to) {
  EXPECT_EQ(zero_subtree(0), Root{});
  for (int height = 0; height < 8; ++height)
    EXPECT_EQ(zero_subtree(height + 1), crypto::sha256_pair(zero_subtree(height), zero_subtree(height)));
  // BEP 52 gives no vectors; the same chain is published as the zero hashes of Ethereum's deposit contract.
  EXPECT_EQ(zero_subtree(1).hex(), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
}

TEST(Tree, every_node_is_the_hash_of_its_children_padding_included) {
  const ListTree tree(noise_roots(5));
  ASSERT_EQ(tree.depth(), 3);
  for (int level = 1; level <= 3; ++level)
    for (std::uint64_t i = 0; i < (8u >> level); ++i)
      EXPECT_EQ(tree.node(level, i),
                crypto::sha256_pair(tree.node(level - 1, 2 * i), tree.node(level - 1, 2 * i + 1)));
  EXPECT_EQ(tree.node(0, 7), Root{});
  EXPECT_DEATH((void)tree.node(0, 8), "node 8 at level 0");
}

TEST(Tree, torrent_library_gives_a_file_the_same_root) {
  for (const std::size_t size : {std::size_t{1}, kBlockBytes, 3 * kBlockBytes + 9, 21 * kBlockBytes}) {
    const TemporaryFile file(noise(size));
    lt::file_storage files;
    files.set_piece_length(2 * kBlockBytes);
    files.add_file("blob", static_cast<std::int64_t>(size));
    lt::create_torrent torrent(files, 2 * kBlockBytes, lt::create_torrent::v2_only);
    lt::settings_pack settings;
    lt::error_code error;
    lt::set_piece_hashes(
        torrent, file.path().parent_path().string(), settings, [](lt::piece_index_t) {}, error);
    ASSERT_FALSE(error) << error.message();
    const lt::entry dictionary = torrent.generate();
    const std::string root = dictionary["info"]["file tree"]["blob"][""]["pieces root"].string();
    EXPECT_EQ(Root::from_bytes(as_bytes(root)), blob_root(noise(size))) << size;
  }
}

TEST(BlobHasher, gives_the_same_root_however_the_bytes_are_cut) {
  for (const std::size_t size : kSizes) {
    const Bytes blob = noise(size);
    for (const std::size_t cut : {std::size_t{1000}, kBlockBytes, kBlockBytes + 1, 3 * kBlockBytes}) {
      BlobHasher hasher;
      for (std::size_t at = 0; at < size; at += cut)
        hasher.append(ByteView(blob).subspan(at, std::min(cut, size - at)));
      EXPECT_EQ(hasher.finish(), (BlobId{blob_root(blob), size})) << size << " in pieces of " << cut;
    }
  }
}

TEST(BlobHasher, hashes_a_file_larger_than_its_buffer) {
  ThreadPool pool(2);
  const Bytes blob = noise(1100 * kBlockBytes + 5);
  const TemporaryFile file(blob);
  const auto id = blob_id_of_file(file.path(), &pool);
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, (BlobId{blob_root(blob), blob.size()}));
}

TEST(BlobHasher, names_the_file_it_cannot_read) {
  for (const char* path : {"/nonexistent/blob", "/"}) {
    const auto id = blob_id_of_file(path);
    ASSERT_FALSE(id) << path;
    EXPECT_TRUE(id.error().message.starts_with(path)) << id.error().message;
  }
}

}  // namespace
}  // namespace lydian::merkle
