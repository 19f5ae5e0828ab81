// SPDX-License-Identifier: Apache-2.0
// Whole trees in memory, as a player holds them: the plain twin of the paths that src/dispute/Merkle.sol follows.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";

/// levels[0] are the leaves, padded to a power of two; the last level is the root.
struct Tree {
    bytes32[][] levels;
}

library Trees {
    uint256 internal constant BLOCK = 16384;

    function ofList(bytes32[] memory values) internal pure returns (Tree memory tree) {
        uint256 height = 0;
        while (1 << height < values.length) ++height;
        tree.levels = new bytes32[][](height + 1);
        tree.levels[0] = new bytes32[](1 << height);
        for (uint256 i = 0; i < values.length; ++i) {
            tree.levels[0][i] = values[i];
        }
        for (uint256 h = 1; h <= height; ++h) {
            bytes32[] memory below = tree.levels[h - 1];
            tree.levels[h] = new bytes32[](below.length / 2);
            for (uint256 i = 0; i < tree.levels[h].length; ++i) {
                tree.levels[h][i] = sha256(abi.encodePacked(below[2 * i], below[2 * i + 1]));
            }
        }
    }

    function ofBlob(bytes memory blob) internal pure returns (Tree memory) {
        uint256 count = blob.length == 0 ? 1 : (blob.length + BLOCK - 1) / BLOCK;
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = sha256(slice(blob, i * BLOCK, BLOCK));
        }
        return ofList(leaves);
    }

    function root(Tree memory tree) internal pure returns (Root) {
        return Root.wrap(tree.levels[tree.levels.length - 1][0]);
    }

    function path(Tree memory tree, uint256 index) internal pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](tree.levels.length - 1);
        for (uint256 h = 0; h < siblings.length; ++h) {
            siblings[h] = tree.levels[h][(index >> h) ^ 1];
        }
    }

    /// The 2^depth nodes that lie `depth` levels below node `index` of height `height`.
    function children(Tree memory tree, uint256 height, uint256 index, uint256 depth)
        internal
        pure
        returns (Root[] memory nodes)
    {
        nodes = new Root[](1 << depth);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = Root.wrap(tree.levels[height - depth][(index << depth) + i]);
        }
    }

    /// At most `length` bytes from `from` on.
    function slice(bytes memory data, uint256 from, uint256 length)
        internal
        pure
        returns (bytes memory part)
    {
        uint256 rest = data.length - from;
        part = new bytes(rest < length ? rest : length);
        // from + part.length <= data.length: all that is read lies in data.
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), from), mload(part))
        }
    }
}
