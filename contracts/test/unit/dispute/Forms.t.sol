// SPDX-License-Identifier: Apache-2.0
// Whole games, from the challenge to the verdict, on every form and from both seats: the honest side wins.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {DType} from "src/float/Convert32.sol";
import {Cases} from "test/actors/Cases.sol";
import {Scenario} from "test/actors/Scenario.sol";

contract FormsTest is Cases {
    uint32 private constant NAN = 0x7fc00000;

    function test_literal() public {
        playBothSeats(literalCase());
    }

    function test_iota() public {
        playBothSeats(iotaCase(0));
        playBothSeats(iotaCase(7));
    }

    function test_map() public {
        playBothSeats(mapCase(0));
        playBothSeats(mapCase(5));
    }

    function test_view_of_the_state() public {
        playBothSeats(viewCase(0));
        playBothSeats(viewCase(5));
    }

    function test_view_of_several_blocks() public {
        playBothSeats(longViewCase(0));
        playBothSeats(longViewCase(20_000));
        playBothSeats(longViewCase(49_999));
    }

    function test_concat() public {
        playBothSeats(concatCase(2));
        playBothSeats(concatCase(11));
        playBothSeats(concatCase(15));
    }

    function test_gather_clamps() public {
        playBothSeats(gatherCase(1));
        playBothSeats(gatherCase(3));
        playBothSeats(gatherCase(8));
    }

    function test_matmul_f32() public {
        playBothSeats(matmulCase(true, 70, 0, 0));
        playBothSeats(matmulCase(true, 70, 7, 35));
        playBothSeats(matmulCase(true, 70, 11, 69));
    }

    function test_matmul_i8() public {
        playBothSeats(matmulCase(false, 5, 0, 4));
        playBothSeats(matmulCase(false, 40, 10, 33));
    }

    function test_matmul_of_one_operation() public {
        playBothSeats(matmulCase(true, 1, 3, 0));
    }

    function test_matmul_of_no_operations() public {
        playBothSeats(matmulCase(true, 0, 3, 0));
        playBothSeats(matmulCase(false, 0, 3, 0));
    }

    function test_sum_f32() public {
        playBothSeats(sumCase(100, 0, 0, 0));
        playBothSeats(sumCase(100, 5, 3, 3));
        playBothSeats(sumCase(1100, 4, 11, 34));
    }

    function test_sum_i32() public {
        playBothSeats(reduceCase(ChainKind.SumI32, 50, 2, 49));
    }

    function test_maximum() public {
        playBothSeats(reduceCase(ChainKind.MaximumF32, 50, 3, 0));
        playBothSeats(reduceCase(ChainKind.MaximumI32, 50, 3, 20));
    }

    function test_reductions_of_nothing() public {
        playBothSeats(reduceCase(ChainKind.SumI32, 0, 2, 0));
        playBothSeats(reduceCase(ChainKind.MaximumF32, 0, 2, 0));
        playBothSeats(reduceCase(ChainKind.MaximumI32, 0, 2, 0));
        playBothSeats(reduceCase(ChainKind.SumF32, 0, 2, 0));
    }

    function test_lane_beyond_the_axis_is_zero() public {
        Scenario memory s = sumCase(5, 1, 2, 0);
        s.lane = 9;
        s.wrongLanes[2] = s.lanes[2];
        s.wrongLanes[9] = 0x41000000;
        s.wrongClaim = scalars.foldLanes(s.wrongLanes);
        playBothSeats(s);
    }

    function test_argmax_f32() public {
        playBothSeats(argmaxCase(DType.F32, 0, 0x40000000, 0x3f800000, 3, 1));
        playBothSeats(argmaxCase(DType.F32, 3, NAN, 0x7f800000, 4, 0));
        playBothSeats(argmaxCase(DType.F32, 3, 0, 0x80000000, 4, 0));
    }

    function test_argmax_i32() public {
        playBothSeats(argmaxCase(DType.I32, 1, 0, 0xffffffff, 2, 4));
    }

    function test_argmax_of_equals_is_the_first() public {
        playBothSeats(argmaxCase(DType.I32, 1, 5, 5, 0, 4));
        playBothSeats(argmaxCase(DType.F32, 2, NAN, 0xffc00001, 0, 2));
    }

    function test_argmax_outside_the_axis_is_wrong() public {
        Scenario memory s = argmaxCase(DType.I32, 1, 0, 0xffffffff, 2, 4);
        s.wrongClaim = 5;
        delete s.wrongReads;
        playBothSeats(s);
        s.wrongClaim = 0xffffffff;
        playBothSeats(s);
    }

    function test_scatter_add() public {
        playBothSeats(scatterCase(true, 2, 0));
        playBothSeats(scatterCase(true, 3, 5));
        playBothSeats(scatterCase(true, 0, 4));
        playBothSeats(scatterCase(false, 5, 4));
    }

    function test_in_the_first_and_the_last_transition() public {
        Scenario memory s = mapCase(4);
        s.transition = 0;
        playBothSeats(s);
        s.transition = 81;
        playBothSeats(s);
        s = viewCase(3);
        s.transition = 81;
        playBothSeats(s);
        s.transition = 1;
        playBothSeats(s);
        s.transition = 80;
        playBothSeats(s);
    }

    /// A game costs 50 million gas to play here.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_matmul(uint64 transition, uint64 shared, uint64 element, uint64 operation) public {
        shared = uint64(bound(shared, 1, 1200));
        Scenario memory s =
            matmulCase(true, shared, uint64(bound(element, 0, 11)), uint64(bound(operation, 0, shared - 1)));
        s.transition = uint64(bound(transition, 0, 81));
        playBothSeats(s);
    }

    /// A game costs 50 million gas to play here.
    /// forge-config: default.fuzz.runs = 8
    function testFuzz_sum(uint64 transition, uint64 n, uint64 element, uint64 position) public {
        n = uint64(bound(n, 1, 300));
        position = uint64(bound(position, 0, n - 1));
        Scenario memory s =
            sumCase(n, uint64(bound(element, 0, 5)), uint32(position % 32), uint64(position / 32));
        s.transition = uint64(bound(transition, 0, 81));
        playBothSeats(s);
    }
}
