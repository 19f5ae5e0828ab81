// SPDX-License-Identifier: Apache-2.0
// The unchecked float code equals its plain twins.
pragma solidity 0.8.37;

import {BFLOAT16, BINARY16, BINARY32, FloatFormat, Format, Kind} from "src/float/FloatFormat.sol";
import {Functions32} from "src/float/Functions32.sol";
import {PlainFloat} from "test/differential/PlainFloat.sol";
import {Test} from "test/utils/Test.sol";

contract FloatTwinsTest is Test {
    function testFuzz_encode_rounds_as_its_twin(
        uint256 which,
        uint256 sign,
        uint256 significand,
        uint256 width,
        uint256 exponent
    ) external pure {
        (Format format, uint256 fraction, uint256 field) = pick(which);
        significand >>= bound(width, 1, 255);
        int256 power = int256(bound(exponent, 0, 600)) - 400;
        assertEq(
            FloatFormat.encode(format, sign & 1, significand, power),
            PlainFloat.encode(fraction, field, sign & 1, significand, power)
        );
    }

    /// Significands made of a few ones: ties, carries into the next power of two, the largest finite number.
    function testFuzz_encode_rounds_ties_as_its_twin(
        uint256 which,
        uint256 ones,
        uint256 tail,
        uint256 exponent
    ) external pure {
        (Format format, uint256 fraction, uint256 field) = pick(which);
        uint256 significand = ((1 << bound(ones, 1, 30)) - 1) << 100;
        significand |= tail % 3 == 0 ? 0 : tail % 3 == 1 ? uint256(1) : uint256(1) << (100 - (tail % 7));
        int256 power = int256(bound(exponent, 0, 420)) - 310;
        assertEq(
            FloatFormat.encode(format, 0, significand, power),
            PlainFloat.encode(fraction, field, 0, significand, power)
        );
    }

    function testFuzz_decode_then_encode_gives_the_number_back(uint256 which, uint256 bits) external pure {
        (Format format, uint256 fraction, uint256 field) = pick(which);
        bits &= (1 << (1 + fraction + field)) - 1;
        (Kind kind, uint256 sign, uint256 significand, int256 exponent) = FloatFormat.decode(format, bits);
        if (kind == Kind.Finite) assertEq(FloatFormat.encode(format, sign, significand, exponent), bits);
        if (kind == Kind.Infinite) assertEq(FloatFormat.infinity(format, sign), bits);
        if (kind == Kind.NotANumber) assertGt(bits & ((1 << fraction) - 1), 0);
    }

    function testFuzz_exp_equals_its_twin(uint256 field, uint256 fraction, bool negative) external pure {
        uint32 x = float(bound(field, 101, 132), fraction, negative);
        assertEq(Functions32.exp(x), PlainFloat.exp(x));
    }

    function testFuzz_log_equals_its_twin(uint256 field, uint256 fraction) external pure {
        uint32 x = float(bound(field, 1, 254), fraction, false);
        assertEq(Functions32.log(x), PlainFloat.log(x));
    }

    function testFuzz_sin_and_cos_equal_their_twins(uint256 field, uint256 fraction, bool negative)
        external
        pure
    {
        uint32 x = float(bound(field, 115, 254), fraction, negative);
        assertEq(Functions32.sin(x), PlainFloat.sinOrCos(x, 0));
        assertEq(Functions32.cos(x), PlainFloat.sinOrCos(x, 1));
    }

    function float(uint256 field, uint256 fraction, bool negative) private pure returns (uint32) {
        return uint32((negative ? 1 << 31 : 0) | (field << 23) | (fraction & 0x7fffff));
    }

    function pick(uint256 which) private pure returns (Format format, uint256 fraction, uint256 field) {
        if (which % 3 == 0) return (BINARY32, 23, 8);
        if (which % 3 == 1) return (BINARY16, 10, 5);
        return (BFLOAT16, 7, 8);
    }
}
