// SPDX-License-Identifier: Apache-2.0
// Merkle against whole trees built plainly.
pragma solidity 0.8.37;

import {Merkle} from "src/dispute/Merkle.sol";
import {Root} from "src/dispute/Root.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {Test} from "test/utils/Test.sol";

contract MerkleTest is Test {
    using Trees for Tree;

    function test_depth_is_the_logarithm_rounded_up() public pure {
        uint64[9] memory counts = [uint64(0), 1, 2, 3, 4, 5, 32, 33, type(uint64).max];
        uint8[9] memory depths = [0, 0, 1, 2, 2, 3, 5, 6, 64];
        for (uint256 i = 0; i < counts.length; ++i) {
            assertEq(Merkle.depth(counts[i]), depths[i]);
        }
    }

    function test_blocks_of_a_blob() public pure {
        assertEq(Merkle.blockCount(0), 1);
        assertEq(Merkle.blockLength(0, 0), 0);
        assertEq(Merkle.blockCount(16384), 1);
        assertEq(Merkle.blockLength(16384, 0), 16384);
        assertEq(Merkle.blockCount(16385), 2);
        assertEq(Merkle.blockLength(16385, 0), 16384);
        assertEq(Merkle.blockLength(16385, 1), 1);
    }

    function testFuzz_parent_is_sha256_of_both(bytes32 left, bytes32 right) public view {
        assertEq(Merkle.parent(left, right), sha256(abi.encodePacked(left, right)));
    }

    function test_zero_is_the_root_of_padding() public view {
        for (uint256 height = 0; height < 6; ++height) {
            Tree memory tree = Trees.ofList(new bytes32[](1 << height));
            assertEq(Root.unwrap(Merkle.zero(height)), Root.unwrap(tree.root()));
        }
    }

    function testFuzz_leaf_is_found_by_its_path_alone(uint256 seed, uint64 count, uint64 index) public view {
        count = uint64(bound(count, 1, 70));
        index = uint64(bound(index, 0, count - 1));
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
        Tree memory tree = Trees.ofList(leaves);
        bytes32[] memory path = tree.path(index);
        assertTrue(this.isLeaf(tree.root(), count, leaves[index], index, path));
        assertFalse(this.isLeaf(tree.root(), count, keccak256("x"), index, path));
        assertFalse(this.isLeaf(tree.root(), index, leaves[index], index, path));
        if (count > 1) {
            assertFalse(this.isLeaf(tree.root(), count, leaves[index], (index + 1) % count, path));
        }
        // A parent cannot pass for a leaf, nor a leaf for a root.
        bytes32[] memory longer = new bytes32[](path.length + 1);
        assertFalse(this.isLeaf(tree.root(), count, leaves[index], index, longer));
        if (path.length > 0) {
            bytes32 parent = tree.levels[1][index / 2];
            bytes32[] memory shorter = new bytes32[](path.length - 1);
            for (uint256 h = 0; h < shorter.length; ++h) {
                shorter[h] = path[h + 1];
            }
            assertFalse(this.isLeaf(tree.root(), count, parent, index / 2, shorter));
        }
    }

    function test_fold_of_children_is_their_parent() public view {
        bytes32[] memory leaves = new bytes32[](40);
        for (uint256 i = 0; i < 40; ++i) {
            leaves[i] = keccak256(abi.encode(i));
        }
        Tree memory tree = Trees.ofList(leaves);
        for (uint256 depth = 0; depth <= 6; ++depth) {
            assertEq(Root.unwrap(this.fold(tree.children(6, 0, depth))), Root.unwrap(tree.root()));
        }
    }

    function isLeaf(Root root, uint64 count, bytes32 leaf, uint64 index, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        return Merkle.isLeaf(root, count, leaf, index, path);
    }

    function fold(Root[] calldata nodes) external view returns (Root) {
        return Merkle.fold(nodes);
    }
}
