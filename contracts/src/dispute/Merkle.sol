// SPDX-License-Identifier: Apache-2.0
// SHA-256 trees: docs/protocol.md, section 1. A root always stands beside a count or a length, which fixes the depth.
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Root} from "src/dispute/Root.sol";

library Merkle {
    uint64 internal constant BLOCK_SIZE = 16_384;

    /// Levels above the leaves of a tree of `count` leaves: ceil(log2(max(count, 1))).
    function depth(uint64 count) internal pure returns (uint8) {
        return count <= 1 ? 0 : uint8(Math.log2(uint256(count) - 1) + 1);
    }

    /// Blocks of a blob; the empty one has one, empty.
    function blockCount(uint64 length) internal pure returns (uint64) {
        return length == 0 ? 1 : (length - 1) / BLOCK_SIZE + 1;
    }

    /// Requires index < blockCount(length).
    function blockLength(uint64 length, uint64 index) internal pure returns (uint64) {
        uint64 rest = length - index * BLOCK_SIZE;
        return rest < BLOCK_SIZE ? rest : BLOCK_SIZE;
    }

    /// sha256(left ‖ right), in the scratch space.
    function parent(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        // Scratch space [0, 64) is free to use; the precompile at 2 cannot fail with the gas to run, and without it
        // the call below reverts.
        bool done;
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            done := staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)
            hash := mload(0x00)
        }
        require(done);
    }

    /// Root of the subtree of height h that holds padding alone.
    function zero(uint256 height) internal view returns (Root) {
        bytes32 hash = 0;
        for (uint256 h = 0; h < height; ++h) {
            hash = parent(hash, hash);
        }
        return Root.wrap(hash);
    }

    /// Where `leaf` at `index` and its path, the leaf's sibling first, lead.
    function climb(bytes32 leaf, uint64 index, bytes32[] calldata path) internal view returns (Root) {
        bytes32 hash = leaf;
        for (uint256 h = 0; h < path.length; ++h) {
            hash = (index >> h) & 1 == 0 ? parent(hash, path[h]) : parent(path[h], hash);
        }
        return Root.wrap(hash);
    }

    /// Whether `leaf` is number `index` of `count` leaves under `root`.
    function isLeaf(Root root, uint64 count, bytes32 leaf, uint64 index, bytes32[] calldata path)
        internal
        view
        returns (bool)
    {
        return index < count && path.length == depth(count) && climb(leaf, index, path) == root;
    }

    /// Root over a power of two of nodes of one height.
    function fold(Root[] calldata nodes) internal view returns (Root) {
        bytes32[] memory level = new bytes32[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            level[i] = Root.unwrap(nodes[i]);
        }
        for (uint256 n = nodes.length / 2; n > 0; n /= 2) {
            for (uint256 i = 0; i < n; ++i) {
                level[i] = parent(level[2 * i], level[2 * i + 1]);
            }
        }
        return Root.wrap(level[0]);
    }
}
