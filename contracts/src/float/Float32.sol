// SPDX-License-Identifier: Apache-2.0
// binary32 arithmetic, round to nearest even: the scalar definitions of the arithmetic operators. Every function is
// total, every NaN it makes is 0x7fc00000. Underflow is gradual: `flushTiny` is the protocol's Tiny rule, which an
// operator applies once, to its final value, and a chain of sums or products does not apply in between.
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BINARY32, FloatFormat, Kind} from "src/float/FloatFormat.sol";

/// Values are encodings. Chosen for clarity over gas: one operation (about 2,000) is lost beside the megabyte-scale
/// openings around it.
library Float32 {
    uint32 internal constant NAN = 0x7fc00000;
    uint32 internal constant ONE = 0x3f800000;
    uint32 internal constant INFINITY = 0x7f800000;
    uint32 internal constant SIGN = 0x80000000;
    uint32 internal constant LEAST_NORMAL = 0x00800000;

    // ---- rules for an operator's result

    /// The Tiny rule: a magnitude below 2^-126 becomes a zero of its sign.
    function flushTiny(uint32 x) internal pure returns (uint32) {
        return magnitude(x) < LEAST_NORMAL ? x & SIGN : x;
    }

    function isNaN(uint32 x) internal pure returns (bool) {
        return magnitude(x) > INFINITY;
    }

    // ---- sums, products, quotients

    /// a * b + c with one rounding.
    function fma(uint32 a, uint32 b, uint32 c) internal pure returns (uint32) {
        if (isNaN(a) || isNaN(b) || isNaN(c)) return NAN;
        (Kind kindA, uint256 signA, uint256 significandA, int256 exponentA) = FloatFormat.decode(BINARY32, a);
        (Kind kindB, uint256 signB, uint256 significandB, int256 exponentB) = FloatFormat.decode(BINARY32, b);
        uint256 sign = signA ^ signB;
        if (kindA == Kind.Infinite || kindB == Kind.Infinite) return addToInfinity(a, b, c, sign);
        if (magnitude(c) == INFINITY) return c;
        // unchecked: 24-bit significands, exponents in [-149, 104].
        unchecked {
            return addToProduct(sign, significandA * significandB, exponentA + exponentB, c);
        }
    }

    function add(uint32 a, uint32 b) internal pure returns (uint32) {
        return fma(a, ONE, b);
    }

    function sub(uint32 a, uint32 b) internal pure returns (uint32) {
        return fma(a, ONE, b ^ SIGN);
    }

    /// Adding -0 changes no value and no sign of zero.
    function mul(uint32 a, uint32 b) internal pure returns (uint32) {
        return fma(a, b, SIGN);
    }

    function div(uint32 a, uint32 b) internal pure returns (uint32) {
        if (isNaN(a) || isNaN(b)) return NAN;
        (Kind kindA, uint256 signA, uint256 significandA, int256 exponentA) = FloatFormat.decode(BINARY32, a);
        (Kind kindB, uint256 signB, uint256 significandB, int256 exponentB) = FloatFormat.decode(BINARY32, b);
        uint256 sign = signA ^ signB;
        if (kindA == Kind.Infinite) {
            return kindB == Kind.Infinite ? NAN : uint32(FloatFormat.infinity(BINARY32, sign));
        }
        if (kindB == Kind.Infinite) return uint32(sign << 31);
        if (significandB == 0) {
            return significandA == 0 ? NAN : uint32(FloatFormat.infinity(BINARY32, sign));
        }
        // unchecked: the dividend is below 2^88, the quotient has 40 bits or more unless it is 0.
        unchecked {
            uint256 dividend = significandA << 64;
            uint256 quotient = dividend / significandB;
            if (quotient * significandB != dividend) quotient |= 1; // the rest only breaks ties
            return uint32(FloatFormat.encode(BINARY32, sign, quotient, exponentA - exponentB - 64));
        }
    }

    function sqrt(uint32 a) internal pure returns (uint32) {
        if (magnitude(a) == 0 || a == INFINITY) return a;
        if (a > INFINITY) return NAN; // NaN or negative
        (,, uint256 significand, int256 exponent) = FloatFormat.decode(BINARY32, a);
        // unchecked: the radicand is below 2^125; its exponent is made even, so the root has 50 bits or more.
        unchecked {
            uint256 shift = exponent & 1 == 0 ? 100 : 101;
            uint256 radicand = significand << shift;
            uint256 root = Math.sqrt(radicand);
            if (root * root != radicand) root |= 1;
            return uint32(FloatFormat.encode(BINARY32, 0, root, (exponent - int256(shift)) / 2));
        }
    }

    // ---- sign and order

    function neg(uint32 a) internal pure returns (uint32) {
        return isNaN(a) ? NAN : a ^ SIGN;
    }

    function abs(uint32 a) internal pure returns (uint32) {
        return isNaN(a) ? NAN : magnitude(a);
    }

    /// NaN if either is; -0 < +0.
    function minimum(uint32 a, uint32 b) internal pure returns (uint32) {
        if (isNaN(a) || isNaN(b)) return NAN;
        return orderKey(a) < orderKey(b) ? a : b;
    }

    /// NaN if either is; -0 < +0.
    function maximum(uint32 a, uint32 b) internal pure returns (uint32) {
        if (isNaN(a) || isNaN(b)) return NAN;
        return orderKey(a) > orderKey(b) ? a : b;
    }

    /// Comparisons are false for a NaN (ne is true) and hold the zeros equal.
    function eq(uint32 a, uint32 b) internal pure returns (bool) {
        return !isNaN(a) && !isNaN(b) && (a == b || magnitude(a | b) == 0);
    }

    function ne(uint32 a, uint32 b) internal pure returns (bool) {
        return !eq(a, b);
    }

    function lt(uint32 a, uint32 b) internal pure returns (bool) {
        if (isNaN(a) || isNaN(b) || magnitude(a | b) == 0) return false;
        return orderKey(a) < orderKey(b);
    }

    function le(uint32 a, uint32 b) internal pure returns (bool) {
        return lt(a, b) || eq(a, b);
    }

    function gt(uint32 a, uint32 b) internal pure returns (bool) {
        return lt(b, a);
    }

    function ge(uint32 a, uint32 b) internal pure returns (bool) {
        return le(b, a);
    }

    // ---- parts

    function magnitude(uint32 x) private pure returns (uint32) {
        return x & ~SIGN;
    }

    /// Signed integers in the order of the numbers, -0 below +0.
    function orderKey(uint32 x) private pure returns (int256) {
        return x & SIGN == 0 ? int256(uint256(x)) : ~int256(uint256(magnitude(x)));
    }

    /// a * b + c where a or b is infinite and none is NaN; `sign` is the product's.
    function addToInfinity(uint32 a, uint32 b, uint32 c, uint256 sign) private pure returns (uint32) {
        if (magnitude(a) == 0 || magnitude(b) == 0) return NAN;
        uint32 product = uint32(FloatFormat.infinity(BINARY32, sign));
        return c == product ^ SIGN ? NAN : product;
    }

    /// (-1)^sign * product * 2^exponent + c, rounded once; product < 2^48, c finite.
    function addToProduct(uint256 sign, uint256 product, int256 exponent, uint32 c)
        private
        pure
        returns (uint32)
    {
        (, uint256 signC, uint256 significandC, int256 exponentC) = FloatFormat.decode(BINARY32, c);
        if (product == 0) {
            // Zeros of equal sign keep it; otherwise their sum is +0.
            return significandC == 0 ? uint32((sign & signC) << 31) : c;
        }
        if (significandC == 0) return uint32(FloatFormat.encode(BINARY32, sign, product, exponent));

        int256 sum;
        if (exponent >= exponentC) {
            (sum, exponent) = align(signed(sign, product), exponent, signed(signC, significandC), exponentC);
        } else {
            (sum, exponent) = align(signed(signC, significandC), exponentC, signed(sign, product), exponent);
        }
        if (sum == 0) return 0;
        // unchecked: |sum| < 2^230.
        unchecked {
            return sum > 0
                ? uint32(FloatFormat.encode(BINARY32, 0, uint256(sum), exponent))
                : uint32(FloatFormat.encode(BINARY32, 1, uint256(-sum), exponent));
        }
    }

    /// high * 2^exponentHigh + low * 2^exponentLow as one significand and exponent; both nonzero and below 2^48,
    /// exponentHigh >= exponentLow. Beyond 180 places apart, low cannot reach a digit that is kept: its sign alone,
    /// in the last of 180 further places, rounds the same.
    function align(int256 high, int256 exponentHigh, int256 low, int256 exponentLow)
        private
        pure
        returns (int256 sum, int256 exponent)
    {
        // unchecked: |high| << 180 is below 2^228.
        unchecked {
            int256 distance = exponentHigh - exponentLow;
            if (distance > 180) return ((high << 180) + (low < 0 ? -1 : int256(1)), exponentHigh - 180);
            return ((high << uint256(distance)) + low, exponentLow);
        }
    }

    function signed(uint256 sign, uint256 value) private pure returns (int256) {
        // unchecked: value < 2^48.
        unchecked {
            return sign == 0 ? int256(value) : -int256(value);
        }
    }
}
