// SPDX-License-Identifier: Apache-2.0
// i32 arithmetic against the compiler's own int32.
pragma solidity 0.8.37;

import {Int32} from "src/float/Int32.sol";
import {Test} from "test/utils/Test.sol";

contract Int32Test is Test {
    function testFuzz_sums_and_products_wrap(uint32 x, uint32 y) external pure {
        int64 a = int32(x);
        int64 b = int32(y);
        assertEq(Int32.add(x, y), uint32(uint64(a + b)));
        assertEq(Int32.sub(x, y), uint32(uint64(a - b)));
        assertEq(Int32.mul(x, y), uint32(uint64(a * b)));
    }

    function testFuzz_mulhi_is_the_high_half_of_the_unsigned_product(uint32 x, uint32 y) external pure {
        uint256 product = uint256(x) * y;
        assertEq((uint256(Int32.mulhi(x, y)) << 32) + Int32.mul(x, y), product);
    }

    function testFuzz_order_is_signed(uint32 x, uint32 y) external pure {
        (int256 a, int256 b) = (int32(x), int32(y));
        assertEq(Int32.lt(x, y), a < b);
        assertEq(Int32.le(x, y), a <= b);
        assertEq(int256(int32(Int32.minimum(x, y))), a < b ? a : b);
        assertEq(int256(int32(Int32.maximum(x, y))), a < b ? b : a);
    }

    function test_mulhi_treats_minus_one_as_the_largest() external pure {
        assertEq(Int32.mulhi(0xffffffff, 0xffffffff), 0xfffffffe);
    }

    function test_shifts_are_logical_and_count_modulo_32() external pure {
        assertEq(Int32.shr(0x80000000, 31), 1);
        assertEq(Int32.shr(0x80000000, 32), 0x80000000);
        assertEq(Int32.shl(1, 31), 0x80000000);
        assertEq(Int32.shl(3, 0xffffffe1), 6);
        assertEq(Int32.shl(0x80000000, 1), 0);
    }
}
