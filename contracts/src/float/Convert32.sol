// SPDX-License-Identifier: Apache-2.0
// `convert` among all element types: f32 and i32, and the storage types i8, u8, u16, f16, bf16. Every pair is defined.
pragma solidity 0.8.37;

import {BFLOAT16, BINARY16, BINARY32, FloatFormat, Format, Kind} from "src/float/FloatFormat.sol";

/// The numbers are part of the program encoding.
enum DType {
    F32,
    I32,
    I8,
    U8,
    U16,
    F16,
    BF16
}

/// Values are encodings: the element's little-endian bytes as a number, zeros above its width.
///
/// integer -> integer: extended by its own sign, then the low bits.
/// integer -> float:   nearest, ties to even; beyond f16's range infinity.
/// float -> integer:   NaN is 0; otherwise truncated toward zero, saturated at the range.
/// float -> float:     nearest, ties to even, underflow gradual; NaN becomes the destination's canonical NaN; then
///                     the Tiny rule: a magnitude below 2^-126 (f32 and bf16 have such) is a zero of its sign.
library Convert32 {
    function convert(uint32 x, DType from, DType to) internal pure returns (uint32) {
        if (!isFloat(from)) {
            int256 value = integerValue(x, from);
            return uint32(isFloat(to) ? floatFromInteger(value, format(to)) : uint256(value) & mask(to));
        }
        return uint32(
            isFloat(to) ? floatFromFloat(x, format(from), format(to)) : integerFromFloat(x, format(from), to)
        );
    }

    function isFloat(DType dtype) internal pure returns (bool) {
        return dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
    }

    /// Bytes an element.
    function size(DType dtype) internal pure returns (uint256) {
        if (dtype == DType.F32 || dtype == DType.I32) return 4;
        if (dtype == DType.I8 || dtype == DType.U8) return 1;
        return 2;
    }

    // ---- the four cases

    function floatFromInteger(int256 value, Format to) private pure returns (uint256) {
        return value < 0
            ? FloatFormat.encode(to, 1, uint256(-value), 0)
            : FloatFormat.encode(to, 0, uint256(value), 0);
    }

    function integerFromFloat(uint256 x, Format from, DType to) private pure returns (uint256) {
        (Kind kind, uint256 sign, uint256 significand, int256 exponent) = FloatFormat.decode(from, x);
        if (kind == Kind.NotANumber) return 0;
        (int256 low, int256 high) = range(to);
        if (kind == Kind.Infinite) return uint256(sign == 1 ? low : high) & mask(to);
        // Below 2^24 and shifted by at most 2^7 places: fits.
        uint256 magnitude =
            exponent >= 0 ? significand << uint256(exponent) : significand >> uint256(-exponent);
        int256 value = sign == 1 ? -int256(magnitude) : int256(magnitude);
        if (value < low) value = low;
        if (value > high) value = high;
        return uint256(value) & mask(to);
    }

    function floatFromFloat(uint256 x, Format from, Format to) private pure returns (uint256) {
        (Kind kind, uint256 sign, uint256 significand, int256 exponent) = FloatFormat.decode(from, x);
        if (kind == Kind.NotANumber) return FloatFormat.canonicalNaN(to);
        if (kind == Kind.Infinite) return FloatFormat.infinity(to, sign);
        uint256 result = FloatFormat.encode(to, sign, significand, exponent);
        return isTiny(result, to) ? FloatFormat.withSign(to, sign, 0) : result;
    }

    /// A subnormal of a format whose least normal is 2^-126.
    function isTiny(uint256 x, Format destination) private pure returns (bool) {
        uint256 exponentField =
            (x >> FloatFormat.fractionBits(destination)) & ((1 << FloatFormat.exponentBits(destination)) - 1);
        return exponentField == 0 && FloatFormat.exponentBits(destination) == 8;
    }

    // ---- the types

    function format(DType dtype) private pure returns (Format) {
        if (dtype == DType.F32) return BINARY32;
        return dtype == DType.F16 ? BINARY16 : BFLOAT16;
    }

    function mask(DType dtype) private pure returns (uint256) {
        return (1 << (8 * size(dtype))) - 1;
    }

    function range(DType dtype) private pure returns (int256 low, int256 high) {
        int256 count = int256(1) << (8 * size(dtype));
        if (dtype == DType.U8 || dtype == DType.U16) return (0, count - 1);
        return (-count / 2, count / 2 - 1);
    }

    function integerValue(uint32 x, DType dtype) private pure returns (int256) {
        (, int256 high) = range(dtype);
        int256 value = int256(uint256(x));
        return value > high ? value - int256(mask(dtype)) - 1 : value;
    }
}
