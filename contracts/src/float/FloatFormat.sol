// SPDX-License-Identifier: Apache-2.0
// IEEE 754 binary formats: taking an encoding apart, and rounding an exact value into one. Everything that rounds in
// src/float rounds here, so there is one place to get it right.
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// A format is its field widths: fractionBits << 8 | exponentBits. The sign takes one bit more.
type Format is uint256;

Format constant BINARY32 = Format.wrap(23 << 8 | 8);
Format constant BINARY16 = Format.wrap(10 << 8 | 5);
Format constant BFLOAT16 = Format.wrap(7 << 8 | 8);

/// value = (-1)^sign * significand * 2^exponent when `kind` is Finite; zeros are finite with significand 0.
enum Kind {
    Finite,
    Infinite,
    NotANumber
}

/// Gas: an operation decodes three times and rounds once, so both are written for the optimizer. No sum or difference
/// here can wrap: widths are below 2^5, exponents below 2^65 in magnitude, significands below 2^255.
library FloatFormat {
    // ---- the format

    function fractionBits(Format format) internal pure returns (uint256) {
        return Format.unwrap(format) >> 8;
    }

    function exponentBits(Format format) internal pure returns (uint256) {
        return Format.unwrap(format) & 0xff;
    }

    /// Exponent of the last place of a subnormal: -149 for binary32.
    function leastExponent(Format format) internal pure returns (int256) {
        unchecked {
            return 2 - int256((1 << (exponentBits(format) - 1)) + fractionBits(format));
        }
    }

    function withSign(Format format, uint256 sign, uint256 magnitude) internal pure returns (uint256) {
        unchecked {
            return (sign << (fractionBits(format) + exponentBits(format))) | magnitude;
        }
    }

    function infinity(Format format, uint256 sign) internal pure returns (uint256) {
        unchecked {
            return withSign(format, sign, ((1 << exponentBits(format)) - 1) << fractionBits(format));
        }
    }

    /// The quiet NaN with an empty payload: the only NaN that any operator makes.
    function canonicalNaN(Format format) internal pure returns (uint256) {
        unchecked {
            return infinity(format, 0) | (1 << (fractionBits(format) - 1));
        }
    }

    // ---- encodings

    /// Takes an encoding apart. `bits` has nothing above the format's width.
    function decode(Format format, uint256 bits)
        internal
        pure
        returns (Kind kind, uint256 sign, uint256 significand, int256 exponent)
    {
        unchecked {
            uint256 top = (1 << exponentBits(format)) - 1;
            uint256 hidden = 1 << fractionBits(format);
            uint256 field = (bits >> fractionBits(format)) & top;
            significand = bits & (hidden - 1);
            sign = bits >> (fractionBits(format) + exponentBits(format));
            if (field == top) {
                return (significand == 0 ? Kind.Infinite : Kind.NotANumber, sign, 0, 0);
            }
            exponent = leastExponent(format);
            if (field != 0) {
                significand |= hidden;
                exponent += int256(field) - 1;
            }
        }
    }

    /// The encoding nearest to (-1)^sign * significand * 2^exponent, ties to even, underflow gradual, overflow to
    /// infinity. Requires significand < 2^255 and |exponent| < 2^64. A value that is not exactly representable may
    /// be handed over as a truncated significand of at least fractionBits + 3 bits whose last bit is set.
    function encode(Format format, uint256 sign, uint256 significand, int256 exponent)
        internal
        pure
        returns (uint256)
    {
        if (significand == 0) return withSign(format, sign, 0);
        unchecked {
            int256 least = leastExponent(format);
            int256 place = int256(Math.log2(significand)) + exponent - int256(fractionBits(format));
            if (place < least) place = least;
            uint256 rounded = shiftRightToEven(significand, place - exponent);
            // A subnormal has place == least and no hidden bit; a normal's hidden bit, or a carry, counts one up.
            uint256 magnitude = (uint256(place - least) << fractionBits(format)) + rounded;
            uint256 limit = infinity(format, 0);
            return withSign(format, sign, magnitude < limit ? magnitude : limit);
        }
    }

    /// significand / 2^count to the nearest integer, ties to even; exact for count <= 0. Requires significand < 2^255,
    /// and that the result fits for count < 0.
    function shiftRightToEven(uint256 significand, int256 count) internal pure returns (uint256) {
        unchecked {
            if (count <= 0) return significand << uint256(-count);
            if (count > 255) return 0; // less than half of the last place
            uint256 shift = uint256(count);
            uint256 odd = (significand >> shift) & 1;
            return (significand + (1 << (shift - 1)) - 1 + odd) >> shift;
        }
    }
}
