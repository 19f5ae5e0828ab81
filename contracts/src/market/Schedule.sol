// SPDX-License-Identifier: Apache-2.0
// How a job's steps fall into checkpoints, and checkpoints onto boundaries: docs/protocol.md, section 3.
pragma solidity 0.8.37;

/// Requires 1 <= interval <= steps < 2^63 and index < checkpointCount throughout.
library Schedule {
    function checkpointCount(uint64 steps, uint64 interval) internal pure returns (uint64) {
        return (steps + interval - 1) / interval;
    }

    /// Steps of the segment that checkpoint `index` ends.
    function segmentSteps(uint64 steps, uint64 interval, uint64 index) internal pure returns (uint64) {
        uint64 begin = index * interval;
        return steps - begin < interval ? steps - begin : interval;
    }

    /// Checkpoint 0 starts at boundary 0 (nothing), another one where the one before it ends; the last one ends at
    /// the result.
    function boundaries(uint64 steps, uint64 interval, uint64 index)
        internal
        pure
        returns (uint64 lo, uint64 hi)
    {
        lo = index == 0 ? 0 : 1 + index * interval;
        hi = index + 1 == checkpointCount(steps, interval) ? steps + 2 : 1 + (index + 1) * interval;
    }
}
