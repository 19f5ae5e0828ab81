// SPDX-License-Identifier: Apache-2.0
// The public price per TFLOP: an average of settled prices in which a payment weighs what it paid in fees. A sample
// counts as at most twice and at least half of the index.
//
// Who pays itself to move the index gets everything back but the fee f, which moves it by a factor between 1 - f/(2D) and
// 1 + f/D, hence (as f <= D) by at most e^(f/D) either way: whatever jobs one invents, moving the index by a factor x burns
// D * ln x tokens, 693 of them to double or to halve it, and honest fees of the same sum undo it.
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

library PriceIndex {
    /// D, in token units of fees.
    uint128 internal constant DEPTH = 1000 ether;
    /// Per TFLOP, before anybody paid.
    uint128 internal constant START = 1 ether;
    /// Below this, halves and doubles would drown in rounding.
    uint128 internal constant MIN = 1e9;
    uint128 internal constant MAX = type(uint128).max / 2;

    /// @param price of a whole job, for `workGflop` > 0
    /// @param fee of the settled part of it
    function next(uint128 index, uint128 price, uint64 workGflop, uint128 fee)
        internal
        pure
        returns (uint128)
    {
        uint256 sample = uint256(price) * 1000 / workGflop;
        sample = Math.min(Math.max(sample, index / 2), uint256(index) * 2);
        uint256 weight = Math.min(fee, DEPTH);
        uint256 moved = (uint256(index) * (DEPTH - weight) + sample * weight) / DEPTH;
        return uint128(Math.min(Math.max(moved, MIN), MAX));
    }
}
