// SPDX-License-Identifier: Apache-2.0
// What every header begins with: docs/protocol.md, section 2.
pragma solidity 0.8.37;

/// "lydian", the definitions version, steps, interval, and three graphs of one node each.
function beginHeader(uint256 steps, uint256 interval) pure returns (bytes32[12] memory header) {
    header[0] = hex"6c796469616e0000000000000000000000000000000000000000000000000001";
    header[1] = bytes32(steps);
    header[2] = bytes32(interval);
    header[5] = bytes32(uint256(1) << 192 | uint256(1) << 128 | uint256(1) << 64);
}
