// SPDX-License-Identifier: Apache-2.0
// The rules that are the protocol's and not IEEE's: one NaN, the Tiny rule and where it does not apply, total order of
// zeros. The arithmetic itself is tested against vectors and an oracle in test/differential.
pragma solidity 0.8.37;

import {Float32} from "src/float/Float32.sol";
import {Functions32} from "src/float/Functions32.sol";
import {Test} from "test/utils/Test.sol";

contract Float32Test is Test {
    uint32 private constant NAN = 0x7fc00000;
    uint32 private constant MINUS = 0x80000000;

    function test_flushTiny_zeroes_exactly_what_is_below_the_least_normal() external pure {
        assertEq(Float32.flushTiny(0x007fffff), 0);
        assertEq(Float32.flushTiny(0x807fffff), MINUS);
        assertEq(Float32.flushTiny(0x00000001), 0);
        assertEq(Float32.flushTiny(MINUS), MINUS);
        assertEq(Float32.flushTiny(0x00800000), 0x00800000);
        assertEq(Float32.flushTiny(0x80800000), 0x80800000);
        assertEq(Float32.flushTiny(0xff800000), 0xff800000);
        assertEq(Float32.flushTiny(NAN), NAN);
    }

    function test_underflow_is_gradual_inside_a_chain() external pure {
        uint32 half = 0x3f000000;
        uint32 small = Float32.mul(0x00800000, half);
        assertEq(small, 0x00400000);
        assertEq(Float32.add(small, small), 0x00800000);
        assertEq(Float32.sub(0x00800001, 0x00800000), 0x00000001);
        assertEq(Float32.div(0x00800000, 0x40000000), 0x00400000);
        assertEq(Functions32.sin(0x00000001), 0x00000001);
    }

    /// 2^-126 - 2^-150 rounds to 2^-126, which the Tiny rule keeps.
    function test_tiny_is_decided_after_rounding() external pure {
        uint32 product = Float32.mul(0x3f7fffff, 0x00800000);
        assertEq(product, 0x00800000);
        assertEq(Float32.flushTiny(product), 0x00800000);
    }

    /// Their quotients' first 40 bits read as a tie; the remainder decides.
    function test_a_quotient_just_above_a_tie_rounds_up() external pure {
        assertEq(Float32.div(0x00000001, 0x0f0121ff), 0x257dc119);
        assertEq(Float32.div(0x00000003, 0x0f000001), 0x263fffff);
    }

    function testFuzz_any_nan_in_gives_the_one_nan_out(uint32 payload, uint32 y, uint32 z) external pure {
        uint32 nan = (payload & 0x80000000) | uint32(bound(payload & 0x7fffffff, 0x7f800001, 0x7fffffff));
        assertEq(Float32.fma(nan, y, z), NAN);
        assertEq(Float32.fma(y, nan, z), NAN);
        assertEq(Float32.fma(y, z, nan), NAN);
        assertEq(Float32.add(nan, y), NAN);
        assertEq(Float32.sub(y, nan), NAN);
        assertEq(Float32.mul(nan, y), NAN);
        assertEq(Float32.div(y, nan), NAN);
        assertEq(Float32.sqrt(nan), NAN);
        assertEq(Float32.neg(nan), NAN);
        assertEq(Float32.abs(nan), NAN);
        assertEq(Float32.minimum(nan, y), NAN);
        assertEq(Float32.maximum(y, nan), NAN);
        assertEq(Functions32.exp(nan), NAN);
        assertEq(Functions32.log(nan), NAN);
        assertEq(Functions32.sin(nan), NAN);
        assertEq(Functions32.cos(nan), NAN);
    }

    function testFuzz_a_nan_compares_unequal_to_everything(uint32 payload, uint32 y) external pure {
        uint32 nan = (payload & 0x80000000) | uint32(bound(payload & 0x7fffffff, 0x7f800001, 0x7fffffff));
        assertTrue(Float32.ne(nan, y) && Float32.ne(nan, nan));
        assertFalse(Float32.eq(nan, nan) || Float32.lt(nan, y) || Float32.le(y, nan));
        assertFalse(Float32.gt(nan, y) || Float32.ge(y, nan));
    }

    function test_zeros_are_equal_but_ordered_for_minimum_and_maximum() external pure {
        assertTrue(Float32.eq(0, MINUS) && Float32.le(0, MINUS) && Float32.ge(MINUS, 0));
        assertFalse(Float32.lt(MINUS, 0) || Float32.gt(0, MINUS) || Float32.ne(0, MINUS));
        assertEq(Float32.minimum(0, MINUS), MINUS);
        assertEq(Float32.minimum(MINUS, 0), MINUS);
        assertEq(Float32.maximum(0, MINUS), 0);
        assertEq(Float32.maximum(MINUS, 0), 0);
    }

    function testFuzz_exactly_one_order_holds_between_numbers(uint32 x, uint32 y) external pure {
        vm.assume(!Float32.isNaN(x) && !Float32.isNaN(y));
        uint256 holding = (Float32.lt(x, y) ? 1 : 0) + (Float32.eq(x, y) ? 1 : 0) + (Float32.gt(x, y) ? 1 : 0);
        assertEq(holding, 1);
    }

    function test_functions_at_their_exact_points() external pure {
        assertEq(Functions32.exp(0xff800000), 0);
        assertEq(Functions32.exp(0), 0x3f800000);
        assertEq(Functions32.exp(MINUS), 0x3f800000);
        assertEq(Functions32.exp(0x7f800000), 0x7f800000);
        assertEq(Functions32.log(0), 0xff800000);
        assertEq(Functions32.log(MINUS), 0xff800000);
        assertEq(Functions32.log(0x80000001), NAN);
        assertEq(Functions32.log(0x3f800000), 0);
        assertEq(Functions32.log(0x7f800000), 0x7f800000);
        assertEq(Functions32.sin(0), 0);
        assertEq(Functions32.sin(MINUS), MINUS);
        assertEq(Functions32.sin(0x7f800000), NAN);
        assertEq(Functions32.cos(0xff800000), NAN);
        assertEq(Functions32.cos(MINUS), 0x3f800000);
    }

    function testFuzz_sin_is_odd_and_cos_is_even(uint32 x) external pure {
        vm.assume(!Float32.isNaN(x) && x & 0x7fffffff != 0x7f800000);
        assertEq(Functions32.sin(x ^ MINUS), Functions32.sin(x) ^ MINUS);
        assertEq(Functions32.cos(x ^ MINUS), Functions32.cos(x));
    }
}
