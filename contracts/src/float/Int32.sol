// SPDX-License-Identifier: Apache-2.0
// i32 arithmetic: two's complement, wrapping. Values are encodings, as in Float32.
pragma solidity 0.8.37;

library Int32 {
    function add(uint32 a, uint32 b) internal pure returns (uint32) {
        return uint32(uint256(a) + b);
    }

    function sub(uint32 a, uint32 b) internal pure returns (uint32) {
        return uint32((uint256(a) + (1 << 32)) - b);
    }

    function mul(uint32 a, uint32 b) internal pure returns (uint32) {
        return uint32(uint256(a) * b);
    }

    /// The high half of the product of a and b taken as unsigned.
    function mulhi(uint32 a, uint32 b) internal pure returns (uint32) {
        return uint32((uint256(a) * b) >> 32);
    }

    function shl(uint32 a, uint32 count) internal pure returns (uint32) {
        return a << (count & 31);
    }

    /// Logical: zeros come in from the left.
    function shr(uint32 a, uint32 count) internal pure returns (uint32) {
        return a >> (count & 31);
    }

    function minimum(uint32 a, uint32 b) internal pure returns (uint32) {
        return lt(a, b) ? a : b;
    }

    function maximum(uint32 a, uint32 b) internal pure returns (uint32) {
        return lt(a, b) ? b : a;
    }

    /// Order is signed.
    function lt(uint32 a, uint32 b) internal pure returns (bool) {
        return int32(a) < int32(b);
    }

    function le(uint32 a, uint32 b) internal pure returns (bool) {
        return int32(a) <= int32(b);
    }
}
