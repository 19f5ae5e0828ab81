// SPDX-License-Identifier: Apache-2.0
// How an interval is cut for one round of a game: into 32 pieces, or one each where it is shorter, whose lengths
// differ by at most one. docs/protocol.md, section 5.
pragma solidity 0.8.37;

/// Requires lo < hi.
library Pieces {
    uint64 internal constant ARITY = 32;

    function count(uint64 lo, uint64 hi) internal pure returns (uint64) {
        return hi - lo < ARITY ? hi - lo : ARITY;
    }

    /// Where piece i begins and i - 1 ends; i = count gives hi.
    function begin(uint64 lo, uint64 hi, uint64 i) internal pure returns (uint64) {
        return lo + uint64(uint256(i) * (hi - lo) / count(lo, hi));
    }
}
