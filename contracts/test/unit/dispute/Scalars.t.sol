// SPDX-License-Identifier: Apache-2.0
// Codes, types and rules. The arithmetic beneath is tested in the tests of src/float.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Scalars} from "src/dispute/Scalars.sol";
import {DType} from "src/float/Convert32.sol";
import {list} from "test/utils/Lists.sol";
import {Test} from "test/utils/Test.sol";

contract ScalarsTest is Test {
    uint32 private constant ONE = 0x3f800000;
    uint32 private constant TWO = 0x40000000;
    uint32 private constant THREE = 0x40400000;
    uint32 private constant FOUR = 0x40800000;
    uint32 private constant MINUS = 0x80000000;
    uint32 private constant NAN = 0x7fc00000;
    uint32 private constant LEAST = 0x00800000; // 2^-126
    uint32 private constant HALF = 0x3f000000;

    Scalars private scalars = new Scalars();

    function test_unary_codes() public view {
        assertEq(f32(0, ONE), ONE | MINUS);
        assertEq(f32(1, ONE | MINUS), ONE);
        assertEq(f32(2, FOUR), TWO);
        assertEq(f32(3, 0), ONE);
        assertEq(f32(4, ONE), 0);
        assertEq(f32(5, MINUS), MINUS);
        assertEq(f32(6, 0), ONE);
    }

    function test_binary_codes_of_f32() public view {
        assertEq(f32(16, ONE, TWO), THREE);
        assertEq(f32(17, THREE, TWO), ONE);
        assertEq(f32(18, TWO, TWO), FOUR);
        assertEq(f32(19, FOUR, TWO), TWO);
        assertEq(f32(20, 0, MINUS), MINUS);
        assertEq(f32(21, MINUS, 0), 0);
    }

    function test_comparisons() public view {
        // eq, ne, lt, le, gt, ge
        assertComparisons(DType.F32, ONE, TWO, [uint32(0), 1, 1, 1, 0, 0]);
        assertComparisons(DType.F32, 0, MINUS, [uint32(1), 0, 0, 1, 0, 1]);
        assertComparisons(DType.F32, NAN, NAN, [uint32(0), 1, 0, 0, 0, 0]);
        assertComparisons(DType.I32, 0xffffffff, 1, [uint32(0), 1, 1, 1, 0, 0]);
        assertComparisons(DType.I32, 7, 7, [uint32(1), 0, 0, 1, 0, 1]);
    }

    function test_codes_of_i32() public view {
        assertEq(i32(16, 0xffffffff, 2), 1);
        assertEq(i32(17, 1, 2), 0xffffffff);
        assertEq(i32(18, 0x80000001, 2), 2);
        assertEq(i32(20, 0xffffffff, 2), 0xffffffff);
        assertEq(i32(21, 0xffffffff, 2), 2);
        assertEq(i32(32, 0xffffffff, 0xffffffff), 0xfffffffe);
        assertEq(i32(33, 12, 10), 8);
        assertEq(i32(34, 12, 10), 14);
        assertEq(i32(35, 12, 10), 6);
        assertEq(i32(36, 1, 33), 2);
        assertEq(i32(37, 0x80000000, 31), 1);
    }

    function test_select_copies_bits() public view {
        DType[] memory types = chosenFrom(DType.F32);
        assertEq(scalars.map(48, DType.F32, types, list(1, 0xffc12345, ONE)), 0xffc12345);
        assertEq(scalars.map(48, DType.F32, types, list(0, ONE, 0x00000001)), 1);
    }

    function test_convert_takes_any_type_to_any() public view {
        assertEq(scalars.map(7, DType.BF16, same(1, DType.F32), list(ONE)), 0x3f80);
        assertEq(scalars.map(7, DType.I32, same(1, DType.I8), list(0xff)), 0xffffffff);
        assertEq(scalars.map(7, DType.U8, same(1, DType.F32), list(0xc0000000)), 0);
    }

    /// Tiny concerns add, sub, mul, div, fma, exp, sin and convert; nothing else.
    function test_tiny_rule_by_code() public view {
        uint32 tiny = LEAST >> 1;
        assertEq(f32(16, tiny, 0), 0);
        assertEq(f32(17, tiny | MINUS, 0), MINUS);
        assertEq(f32(18, LEAST, HALF), 0);
        assertEq(f32(19, LEAST, TWO), 0);
        assertEq(f32(5, tiny), 0);
        assertEq(f32(3, 0xc2b40000), 0); // exp(-90)
        assertEq(scalars.map(49, DType.F32, floats(3), list(LEAST, HALF, 0)), 0);
        assertEq(scalars.map(7, DType.F32, same(1, DType.BF16), list(0x0040)), 0);
        assertEq(f32(0, tiny), tiny | MINUS);
        assertEq(f32(1, tiny | MINUS), tiny);
        assertEq(f32(20, tiny, ONE), tiny);
        assertEq(f32(21, tiny, 0), tiny);
    }

    function test_refuses_what_no_function_takes() public {
        refuse(8, DType.F32, floats(1));
        refuse(22, DType.F32, floats(2));
        refuse(32, DType.F32, floats(2));
        refuse(19, DType.I32, same(2, DType.I32));
        refuse(0, DType.I32, same(1, DType.I32));
        refuse(16, DType.F32, floats(3));
        refuse(49, DType.F32, floats(2));
        DType[] memory mixed = floats(2);
        mixed[1] = DType.I32;
        refuse(16, DType.F32, mixed);
        refuse(16, DType.I32, floats(2));
        refuse(24, DType.F32, floats(2));
        refuse(16, DType.BF16, same(2, DType.BF16));
        refuse(48, DType.F32, floats(3));
        refuse(48, DType.U8, chosenFrom(DType.U8));
        refuse(7, DType.F32, floats(2));
        refuse(16, DType.F32, new DType[](0));
    }

    function test_chains_stay_gradual_and_finish_once() public view {
        uint32 tiny = scalars.accumulate(ChainKind.MatmulF32, 0, LEAST, HALF);
        assertEq(tiny, LEAST >> 1);
        assertEq(scalars.finish(ChainKind.MatmulF32, tiny), 0);
        assertEq(scalars.finish(ChainKind.SumF32, tiny | MINUS), MINUS);
        assertEq(scalars.finish(ChainKind.ScatterF32, 0xffc00001), NAN);
        assertEq(scalars.finish(ChainKind.MaximumF32, tiny), tiny);
        assertEq(scalars.finish(ChainKind.SumI32, 1), 1);
    }

    function test_operations_of_chains() public view {
        assertEq(scalars.accumulate(ChainKind.MatmulF32, ONE, ONE, TWO), THREE);
        assertEq(scalars.accumulate(ChainKind.MatmulI8, 5, 0x80, 0xff), 5 + 128);
        assertEq(scalars.accumulate(ChainKind.SumF32, MINUS, 0, 0), 0);
        assertEq(scalars.accumulate(ChainKind.SumI32, 0xffffffff, 3, 0), 2);
        assertEq(scalars.accumulate(ChainKind.ScatterI32, 1, 2, 0), 3);
        assertEq(scalars.accumulate(ChainKind.MaximumF32, 0xff800000, 0xffc00001, 0), NAN);
        assertEq(scalars.accumulate(ChainKind.MaximumI32, 0x80000000, 0xffffffff, 0), 0xffffffff);
    }

    /// The order of the fold shows in the bits: (2^24 + 1) + 1 is not 2^24 + (1 + 1).
    function test_lanes_fold_by_halves() public view {
        uint32[32] memory lanes;
        lanes[0] = 0x4b800000; // 2^24
        lanes[1] = ONE;
        lanes[2] = ONE;
        // w = 2: lane 0 += lane 2, ties to 2^24; w = 1: lane 0 += lane 1, again.
        assertEq(scalars.foldLanes(lanes), 0x4b800000);
        lanes[2] = 0;
        lanes[17] = ONE;
        // w = 16: lane 1 += lane 17 gives 2; w = 1: 2^24 + 2.
        assertEq(scalars.foldLanes(lanes), 0x4b800001);
    }

    function test_argmax_order() public view {
        assertTrue(scalars.beats(DType.F32, TWO, ONE));
        assertFalse(scalars.beats(DType.F32, ONE, ONE));
        assertTrue(scalars.beats(DType.F32, 0, MINUS));
        assertFalse(scalars.beats(DType.F32, MINUS, 0));
        assertTrue(scalars.beats(DType.F32, NAN, 0x7f800000));
        assertFalse(scalars.beats(DType.F32, 0x7f800000, NAN));
        assertFalse(scalars.beats(DType.F32, NAN, 0xffc00001));
        assertTrue(scalars.beats(DType.I32, 0, 0xffffffff));
        assertFalse(scalars.beats(DType.I32, 5, 5));
    }

    // ---- helpers

    function f32(uint8 code, uint32 a) private view returns (uint32) {
        return scalars.map(code, DType.F32, floats(1), list(a));
    }

    function f32(uint8 code, uint32 a, uint32 b) private view returns (uint32) {
        return scalars.map(code, DType.F32, floats(2), list(a, b));
    }

    function i32(uint8 code, uint32 a, uint32 b) private view returns (uint32) {
        return scalars.map(code, DType.I32, same(2, DType.I32), list(a, b));
    }

    function assertComparisons(DType dtype, uint32 a, uint32 b, uint32[6] memory expected) private view {
        for (uint8 i = 0; i < 6; ++i) {
            uint32 actual = scalars.map(24 + i, DType.I32, same(2, dtype), list(a, b));
            assertEq(actual, expected[i]);
        }
    }

    function refuse(uint8 code, DType result, DType[] memory types) private {
        vm.expectRevert(abi.encodeWithSelector(IScalars.MalformedMap.selector, code));
        scalars.map(code, result, types, new uint32[](types.length));
    }

    function floats(uint256 count) private pure returns (DType[] memory) {
        return same(count, DType.F32);
    }

    function same(uint256 count, DType dtype) private pure returns (DType[] memory types) {
        types = new DType[](count);
        for (uint256 i = 0; i < count; ++i) {
            types[i] = dtype;
        }
    }

    /// Three of one type, but the first one an i32.
    function chosenFrom(DType dtype) private pure returns (DType[] memory types) {
        types = same(3, dtype);
        types[0] = DType.I32;
    }
}
