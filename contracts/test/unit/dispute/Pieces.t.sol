// SPDX-License-Identifier: Apache-2.0
// Intervals and their pieces; a job's checkpoints.
pragma solidity 0.8.37;

import {Pieces} from "src/dispute/Pieces.sol";
import {Schedule} from "src/market/Schedule.sol";
import {Test} from "test/utils/Test.sol";

contract PiecesTest is Test {
    function testFuzz_pieces_tile_the_interval_evenly(uint64 lo, uint64 hi) public pure {
        vm.assume(lo < hi);
        uint64 count = Pieces.count(lo, hi);
        assertEq(Pieces.begin(lo, hi, 0), lo);
        assertEq(Pieces.begin(lo, hi, count), hi);
        uint64 length = (hi - lo) / count;
        for (uint64 i = 0; i < count; ++i) {
            uint64 piece = Pieces.begin(lo, hi, i + 1) - Pieces.begin(lo, hi, i);
            assertTrue(piece >= 1 && (piece == length || piece == length + 1), "even");
        }
    }

    /// Thirteen rounds settle any interval of 64 bits.
    function testFuzz_longest_piece_shrinks_by_the_arity(uint64 length) public pure {
        vm.assume(length > 0);
        uint256 rounds = 0;
        for (uint64 hi = length; hi > 1; ++rounds) {
            uint64 count = Pieces.count(0, hi);
            hi = hi / count + (hi % count == 0 ? 0 : 1);
        }
        assertLe(rounds, 13);
    }

    function testFuzz_checkpoints_tile_steps_and_boundaries(uint64 steps, uint64 interval) public pure {
        steps = uint64(bound(steps, 1, 200));
        interval = uint64(bound(interval, 1, steps));
        uint64 count = Schedule.checkpointCount(steps, interval);
        uint64 covered = 0;
        uint64 boundary = 0;
        for (uint64 i = 0; i < count; ++i) {
            covered += Schedule.segmentSteps(steps, interval, i);
            (uint64 lo, uint64 hi) = Schedule.boundaries(steps, interval, i);
            assertEq(lo, boundary);
            assertTrue(hi > lo, "not empty");
            assertLe(hi - lo, interval + 2);
            boundary = hi;
        }
        assertEq(covered, steps);
        assertEq(boundary, steps + 2);
    }
}
