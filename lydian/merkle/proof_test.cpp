#include "lydian/merkle/proof.h"

#include <gtest/gtest.h>

#include "lydian/merkle/merkle_test_data.h"
#include "lydian/merkle/tree.h"

namespace lydian::merkle {
namespace {

TEST(Proof, every_leaf_of_every_small_tree_verifies) {
  for (std::size_t count = 1; count <= 33; ++count) {
    const ListTree tree(noise_roots(count));
    for (std::uint64_t i = 0; i < count; ++i) {
      const Proof proof = tree.proof(i);
      EXPECT_TRUE(verify_leaf(tree.root(), count, tree.node(0, i), i, proof.siblings))
          << i << " of " << count;
    }
  }
}

TEST(Proof, inner_nodes_climb_to_the_root) {
  const ListTree tree(noise_roots(21));
  for (int level = 0; level <= tree.depth(); ++level)
    for (std::uint64_t i = 0; i < (32u >> level); ++i)
      EXPECT_EQ(climb(tree.node(level, i), i, tree.proof(i, level).siblings), tree.root())
          << level << " " << i;
}

TEST(Proof, every_block_verifies_and_no_changed_one_does) {
  const Bytes blob = noise(5 * kBlockBytes + 100);
  const BlobTree tree(blob);
  for (std::uint64_t i = 0; i < tree.block_count(); ++i) {
    const Proof proof = tree.proof(i);
    const ByteView view = ByteView(blob).subspan(i * kBlockBytes, block_size_of(blob.size(), i));
    Bytes block(view.begin(), view.end());
    EXPECT_TRUE(verify_block(tree.root(), blob.size(), block, i, proof.siblings));
    block[i] ^= 1;
    EXPECT_FALSE(verify_block(tree.root(), blob.size(), block, i, proof.siblings));
  }
}

TEST(Proof, refuses_what_does_not_fit_the_length) {
  const std::vector<Root> leaves = noise_roots(5);
  const ListTree tree(leaves);
  const Proof good = tree.proof(3);
  Proof longer = good;
  longer.siblings.push_back(Root{});
  Proof shorter = good;
  shorter.siblings.pop_back();
  Proof wrong = good;
  wrong.siblings[1].bytes[0] ^= 1;

  struct Case {
    const char* what;
    Status status;
    const char* expected;
  };
  const Case cases[] = {
      {"extra sibling", verify_leaf(tree.root(), 5, leaves[3], 3, longer.siblings), "has 4 siblings, 3"},
      {"missing sibling", verify_leaf(tree.root(), 5, leaves[3], 3, shorter.siblings), "has 2 siblings, 3"},
      {"changed sibling", verify_leaf(tree.root(), 5, leaves[3], 3, wrong.siblings), "leads to root"},
      {"other index", verify_leaf(tree.root(), 5, leaves[3], 2, good.siblings), "leads to root"},
      {"other leaf", verify_leaf(tree.root(), 5, leaves[2], 3, good.siblings), "leads to root"},
      {"padding as a leaf", verify_leaf(tree.root(), 5, Root{}, 5, tree.proof(5).siblings),
       "leaf 5 in a tree of 5"},
      {"parent as a leaf", verify_leaf(tree.root(), 5, tree.node(1, 1), 1, tree.proof(1, 1).siblings),
       "3 are"},
      {"index beyond 2^depth", verify_leaf(tree.root(), 5, leaves[3], 11, good.siblings), "leaf 11"},
  };
  for (const auto& [what, status, expected] : cases) {
    ASSERT_FALSE(status) << what;
    EXPECT_NE(status.error().message.find(expected), std::string::npos)
        << what << ": " << status.error().message;
  }
}

TEST(Proof, refuses_a_block_of_the_wrong_size) {
  const Bytes blob = noise(kBlockBytes + 10);
  const BlobTree tree(blob);
  const Proof proof = tree.proof(1);
  const ByteView last = ByteView(blob).subspan(kBlockBytes);
  EXPECT_TRUE(verify_block(tree.root(), blob.size(), last, 1, proof.siblings));
  EXPECT_FALSE(verify_block(tree.root(), blob.size(), last.first(9), 1, proof.siblings));
  EXPECT_FALSE(verify_block(tree.root(), blob.size(), {}, 2, proof.siblings));
}

}  // namespace
}  // namespace lydian::merkle
