// SPDX-License-Identifier: Apache-2.0
// Plain twins of what src/float does in `unchecked`: slower, checked, and another way round where there is one.
pragma solidity 0.8.37;

library PlainFloat {
    int256 private constant ONE = 1 << 120;

    /// The encoding nearest to (-1)^sign * significand * 2^exponent, one halving at a time.
    function encode(uint256 fraction, uint256 field, uint256 sign, uint256 significand, int256 exponent)
        internal
        pure
        returns (uint256)
    {
        int256 bias = int256(2 ** (field - 1)) - 1;
        int256 least = 1 - bias - int256(fraction);
        uint256 lost = 0; // the halved-away bits: 0 none, 1 below half, 2 half, 3 above half
        while (significand >= 2 ** (fraction + 1) || exponent < least) {
            lost = (significand % 2 == 1 ? 2 : 0) + (lost == 0 ? 0 : 1);
            significand /= 2;
            exponent += 1;
        }
        while (significand != 0 && significand < 2 ** fraction && exponent > least) {
            significand *= 2;
            exponent -= 1;
        }
        if (lost == 3 || (lost == 2 && significand % 2 == 1)) significand += 1;
        if (significand == 2 ** (fraction + 1)) {
            significand /= 2;
            exponent += 1;
        }
        uint256 top = 2 ** field - 1;
        uint256 signBit = sign * 2 ** (fraction + field);
        if (significand < 2 ** fraction) return signBit + significand;
        int256 biased = exponent + int256(fraction) + bias;
        if (biased >= int256(top)) return signBit + top * 2 ** fraction;
        return signBit + uint256(biased) * 2 ** fraction + (significand - 2 ** fraction);
    }

    function round(int256 q120) internal pure returns (uint32) {
        return q120 < 0
            ? uint32(encode(23, 8, 1, uint256(-q120), -120))
            : uint32(encode(23, 8, 0, uint256(q120), -120));
    }

    /// exp of x in [2^-26, 80) or its negative, by the sum of r^n / n!.
    function exp(uint32 x) internal pure returns (uint32) {
        int256 value = int256(((x & 0x7fffff) + 2 ** 23) * 2 ** ((x >> 23) & 0xff) / 2 ** 30);
        if (x >= 2 ** 31) value = -value;
        int256 ln2 = 921350637599661305226344307672478455;
        int256 k = value / ln2;
        int256 r = value % ln2;
        int256 term = ONE;
        int256 sum = ONE;
        for (int256 n = 1; n < 40; ++n) {
            term = term * r / ONE / n;
            sum += term;
        }
        return uint32(encode(23, 8, 0, uint256(sum), k - 120));
    }

    /// log of a normal number, by the sum of z^n / n, z = (m - 1) / (m + 1), m in [1, 2).
    function log(uint32 x) internal pure returns (uint32) {
        int256 k = int256(uint256(x >> 23)) - 127;
        int256 m = int256(uint256(x & 0x7fffff)) + 2 ** 23;
        int256 unit = 2 ** 23;
        // Just below a power of two the sum would cancel.
        if (m * 10 > unit * 15) (k, unit) = (k + 1, 2 ** 24);
        int256 z = (m - unit) * ONE / (m + unit);
        int256 power = z;
        int256 sum = 0;
        for (int256 n = 1; n < 80; n += 2) {
            sum += power / n;
            power = power * z / ONE * z / ONE;
        }
        return round(k * 921350637599661305226344307672478455 + 2 * sum);
    }

    /// sin (offset 0) or cos (offset 1) of x with |x| in [2^-12, infinity), by the sum of the terms.
    function sinOrCos(uint32 x, uint256 offset) internal pure returns (uint32) {
        uint256 significand = uint256(x & 0x7fffff) + 2 ** 23;
        uint256 twoOverPi = 0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561;
        uint256 turns = mulmod(significand, twoOverPi / 2 ** (254 - ((x >> 23) & 0xff)), 2 ** 154);
        uint256 quadrant = turns / 2 ** 152;
        int256 fraction = int256(turns % 2 ** 152);
        if (fraction >= 2 ** 151) (quadrant, fraction) = (quadrant + 1, fraction - 2 ** 152);
        int256 r = fraction * 0x1921fb54442d18469898cc5170 / 2 ** 132;
        quadrant += offset;
        int256 term = quadrant % 2 == 0 ? r : ONE;
        int256 sum = 0;
        for (int256 n = quadrant % 2 == 0 ? int256(1) : int256(0); n < 40; n += 2) {
            sum += term;
            term = -term * r / ONE * r / ONE / ((n + 1) * (n + 2));
        }
        bool turned = (quadrant / 2) % 2 == 1;
        if (offset == 0 && x >= 2 ** 31) turned = !turned;
        return round(turned ? -sum : sum);
    }
}
