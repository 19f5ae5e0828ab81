// SPDX-License-Identifier: Apache-2.0
// exp, log, sin and cos, correctly rounded: the binary32 nearest to the real number, for every one of the 2^32
// arguments. NaN results are 0x7fc00000; underflow is gradual (see Float32.flushTiny).
pragma solidity 0.8.37;

import {Float32} from "src/float/Float32.sol";
import {BINARY32, FloatFormat} from "src/float/FloatFormat.sol";

/// How it is right. Each function computes its value in fixed point with a relative error below 2^-84 and rounds that
/// once. A result can be wrong only if the real number lies within that distance of a rounding boundary; over all
/// arguments the nearest approach, relative, is 2^-52.6 for exp, 2^-57.8 for log, 2^-54.2 for sin and 2^-55.9 for cos
/// (exhaustive search: tools/float_hardest.cpp). Where the real number is a binary32 itself, at exp(0), log(1), sin(0)
/// and cos(0), the value is exact.
///
/// Q120 numbers are signed integers that stand for themselves / 2^120. Magnitudes stay below 2^8, so a product of one
/// with a number below 1 in Q120 stays below 2^249: nothing here can wrap, which is the reason for each `unchecked`.
library Functions32 {
    int256 private constant ONE = 1 << 120;
    int256 private constant LN2 = 0xb17217f7d1cf79abc9e3b39803f2f7;
    /// 1 / ln 2 in Q64.
    int256 private constant LOG2E = 0x171547652b82fe177;
    /// floor(2^256 * 2 / pi).
    uint256 private constant TWO_OVER_PI = 0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561;
    /// pi / 2 in Q100.
    int256 private constant HALF_PI = 0x1921fb54442d18469898cc5170;
    /// sqrt(2) as a 24-bit significand.
    uint256 private constant SQRT2 = 0xb504f3;

    /// x = k ln 2 + r, exp x = 2^k exp r.
    /// Error: k has 8 bits and ln 2 is right to 2^-121, so r is right to 2^-112; the series of exp r is cut after
    /// r^20 / 20!, |r| < 0.3466, so the rest is below 2^-97; each of 20 roundings adds at most 2^-118.
    function exp(uint32 x) internal pure returns (uint32) {
        if (Float32.isNaN(x)) return Float32.NAN;
        uint256 field = (x >> 23) & 0xff;
        bool negative = x >> 31 == 1;
        if (field < 101) return Float32.ONE; // |x| < 2^-26: closer to 1 than to its neighbours
        if (field > 133) return negative ? 0 : Float32.INFINITY; // |x| >= 128
        (,, uint256 significand, int256 exponent) = FloatFormat.decode(BINARY32, x);
        unchecked {
            int256 fixedPoint = int256(significand << uint256(exponent + 120));
            if (negative) fixedPoint = -fixedPoint;
            int256 k = ((fixedPoint >> 56) * LOG2E + (1 << 127)) >> 128;
            int256 r = fixedPoint - k * LN2;
            int256 sum = ONE;
            for (int256 n = 20; n > 0; --n) {
                sum = ONE + ((r * sum) >> 120) / n;
            }
            return uint32(FloatFormat.encode(BINARY32, 0, uint256(sum), k - 120));
        }
    }

    /// x = 2^k m with m in [0.7, 1.42), log x = k ln 2 + 2 artanh z, z = (m - 1) / (m + 1).
    /// Error: |z| < 0.1716, so artanh's series, cut after z^37 / 37, is right to 2^-100 of its value; z and the
    /// products are right to 2^-118 absolute, and z is at least 2^-25 if k = 0 (or x = 1, exactly 0); if k is not 0
    /// the sum is at least 0.346 and |k| < 2^8 carries ln 2 with an error of 2^-113.
    function log(uint32 x) internal pure returns (uint32) {
        if (x << 1 == 0) return Float32.INFINITY | Float32.SIGN;
        if (x == Float32.INFINITY) return x;
        if (x > Float32.INFINITY) return Float32.NAN; // NaN or negative
        (,, uint256 significand, int256 k) = FloatFormat.decode(BINARY32, x);
        unchecked {
            k += 23; // x = 2^k * significand / 2^23
            while (significand < 1 << 23) {
                significand <<= 1;
                --k;
            }
            int256 one = 1 << 23;
            if (significand > SQRT2) {
                one = 1 << 24;
                ++k;
            }
            int256 z = ((int256(significand) - one) << 120) / (int256(significand) + one);
            int256 square = (z * z) >> 120;
            int256 sum = 0;
            for (int256 n = 37; n > 0; n -= 2) {
                sum = ONE / n + ((square * sum) >> 120);
            }
            int256 value = k * LN2 + ((z * sum) >> 119);
            return value < 0
                ? uint32(FloatFormat.encode(BINARY32, 1, uint256(-value), -120))
                : uint32(FloatFormat.encode(BINARY32, 0, uint256(value), -120));
        }
    }

    function sin(uint32 x) internal pure returns (uint32) {
        uint256 field = (x >> 23) & 0xff;
        if (field == 255) return Float32.NAN;
        if (field < 115) return x; // |x| < 2^-12: x - x^3 / 6 is closer to x than to its neighbours
        (uint256 quadrant, int256 r) = reduce(x);
        return sineOfQuadrant(quadrant, x >> 31, r);
    }

    function cos(uint32 x) internal pure returns (uint32) {
        uint256 field = (x >> 23) & 0xff;
        if (field == 255) return Float32.NAN;
        if (field < 115) return Float32.ONE; // |x| < 2^-12: 1 - x^2 / 2 is closer to 1 than to its neighbours
        (uint256 quadrant, int256 r) = reduce(x);
        return sineOfQuadrant(quadrant + 1, 0, r);
    }

    /// |x| = quadrant * pi/2 + r (modulo 2 pi) with |r| <= pi/4, r in Q120; after Payne and Hanek. Requires |x| in
    /// [2^-12, infinity).
    /// |x| = significand * 2^(field - 150), so significand * (TWO_OVER_PI >> (254 - field)) is |x| * 2/pi in Q152,
    /// less up to one significand (2^24 units: an error of 2^-128); what wraps at 2^256 are multiples of 2^104 turns.
    /// No |sin| or |cos| of a binary32 from 0.5 on is below 2^-29.3 (the same search), so r, rounded to Q120, keeps a
    /// relative error below 2^-88.
    function reduce(uint32 x) private pure returns (uint256 quadrant, int256 r) {
        unchecked {
            uint256 field = (x >> 23) & 0xff;
            uint256 significand = (x & 0x7fffff) | 0x800000;
            uint256 quarterTurns = significand * (TWO_OVER_PI >> (254 - field));
            uint256 rounded = quarterTurns + (1 << 151);
            quadrant = rounded >> 152;
            int256 fraction = int256(rounded & ((1 << 152) - 1)) - (1 << 151);
            r = (fraction * HALF_PI) >> 132;
        }
    }

    /// sin(quadrant * pi/2 + r), its sign turned if `flip` is 1.
    function sineOfQuadrant(uint256 quadrant, uint256 flip, int256 r) private pure returns (uint32) {
        unchecked {
            int256 value = quadrant & 1 == 0 ? (r * alternatingSeries(r, 1)) >> 120 : alternatingSeries(r, 0);
            uint256 sign = ((quadrant >> 1) & 1) ^ flip;
            return value < 0
                ? uint32(FloatFormat.encode(BINARY32, sign ^ 1, uint256(-value), -120))
                : uint32(FloatFormat.encode(BINARY32, sign, uint256(value), -120));
        }
    }

    /// odd = 0: cos r; odd = 1: sin r / r. Both are 1 - s/((1+odd)(2+odd)) (1 - s/((3+odd)(4+odd)) (1 - ...)), s = r^2.
    /// Cut after 13 factors, |r| < 0.7854: the rest is below 2^-95; each factor's roundings add at most 2^-118.
    function alternatingSeries(int256 r, int256 odd) private pure returns (int256 sum) {
        unchecked {
            int256 square = (r * r) >> 120;
            sum = ONE;
            for (int256 n = 26; n > 0; n -= 2) {
                sum = ONE - ((square * sum) >> 120) / ((n - 1 + odd) * (n + odd));
            }
        }
    }
}
