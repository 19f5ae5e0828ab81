// SPDX-License-Identifier: Apache-2.0
// Reading elements out of tensor bytes, which are little-endian.
pragma solidity 0.8.37;

library Elements {
    /// The bits of the element of `size` bytes at `offset`, zero-extended. Reverts beyond the end of the data.
    function read(bytes calldata data, uint256 offset, uint256 size) internal pure returns (uint32 bits) {
        for (uint256 i = size; i > 0; --i) {
            bits = (bits << 8) | uint8(data[offset + i - 1]);
        }
    }
}
