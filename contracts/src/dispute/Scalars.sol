// SPDX-License-Identifier: Apache-2.0
// The scalar definitions' one implementation: which function of src/float a code means, for which types, and which
// rules end it. A contract of its own so that the referee stays within the size that a contract may have.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Convert32, DType} from "src/float/Convert32.sol";
import {Float32} from "src/float/Float32.sol";
import {Functions32} from "src/float/Functions32.sol";
import {Int32} from "src/float/Int32.sol";

contract Scalars is IScalars {
    // Codes of docs/operators.md.
    uint8 private constant NEG = 0;
    uint8 private constant ABS = 1;
    uint8 private constant SQRT = 2;
    uint8 private constant EXP = 3;
    uint8 private constant LOG = 4;
    uint8 private constant SIN = 5;
    uint8 private constant COS = 6;
    uint8 private constant CONVERT = 7;
    uint8 private constant ADD = 16;
    uint8 private constant SUB = 17;
    uint8 private constant MUL = 18;
    uint8 private constant DIV = 19;
    uint8 private constant MINIMUM = 20;
    uint8 private constant MAXIMUM = 21;
    uint8 private constant EQ = 24;
    uint8 private constant NE = 25;
    uint8 private constant LT = 26;
    uint8 private constant LE = 27;
    uint8 private constant GT = 28;
    uint8 private constant GE = 29;
    uint8 private constant MULHI = 32;
    uint8 private constant AND = 33;
    uint8 private constant OR = 34;
    uint8 private constant XOR = 35;
    uint8 private constant SHL = 36;
    uint8 private constant SHR = 37;
    uint8 private constant SELECT = 48;
    uint8 private constant FMA = 49;

    // ---- maps

    /// @inheritdoc IScalars
    function map(
        uint8 scalarFunction,
        DType result,
        DType[] calldata operandDtypes,
        uint32[] calldata operands
    ) external pure returns (uint32 value) {
        uint256 count = operands.length;
        if (operandDtypes.length != count) revert MalformedMap(scalarFunction);
        if (scalarFunction == CONVERT) {
            if (count != 1) revert MalformedMap(scalarFunction);
            return Convert32.convert(operands[0], operandDtypes[0], result);
        }
        if (scalarFunction == SELECT) return _select(result, operandDtypes, operands);

        // Everything else takes operands of one type, f32 or i32, and gives it, or i32 for a comparison.
        DType dtype = count == 0 ? DType.U8 : operandDtypes[0];
        for (uint256 i = 1; i < count; ++i) {
            if (operandDtypes[i] != dtype) revert MalformedMap(scalarFunction);
        }
        bool comparison = scalarFunction >= EQ && scalarFunction <= GE;
        if (result != (comparison ? DType.I32 : dtype)) revert MalformedMap(scalarFunction);
        if (dtype == DType.F32) {
            if (count == 1) return _unary(scalarFunction, operands[0]);
            if (count == 2) return _binary(scalarFunction, operands[0], operands[1]);
            if (scalarFunction != FMA) revert MalformedMap(scalarFunction);
            return Float32.flushTiny(Float32.fma(operands[0], operands[1], operands[2]));
        }
        if (dtype != DType.I32 || count != 2) revert MalformedMap(scalarFunction);
        return _integer(scalarFunction, operands[0], operands[1]);
    }

    function _select(DType result, DType[] calldata operandDtypes, uint32[] calldata operands)
        private
        pure
        returns (uint32)
    {
        if (
            operands.length != 3 || operandDtypes[0] != DType.I32 || operandDtypes[1] != result
                || operandDtypes[2] != result || (result != DType.F32 && result != DType.I32)
        ) revert MalformedMap(SELECT);
        return operands[0] != 0 ? operands[1] : operands[2];
    }

    function _unary(uint8 code, uint32 a) private pure returns (uint32) {
        if (code == NEG) return Float32.neg(a);
        if (code == ABS) return Float32.abs(a);
        if (code == SQRT) return Float32.sqrt(a);
        if (code == EXP) return Float32.flushTiny(Functions32.exp(a));
        if (code == LOG) return Functions32.log(a);
        if (code == SIN) return Float32.flushTiny(Functions32.sin(a));
        if (code == COS) return Functions32.cos(a);
        revert MalformedMap(code);
    }

    function _binary(uint8 code, uint32 a, uint32 b) private pure returns (uint32) {
        if (code == ADD) return Float32.flushTiny(Float32.add(a, b));
        if (code == SUB) return Float32.flushTiny(Float32.sub(a, b));
        if (code == MUL) return Float32.flushTiny(Float32.mul(a, b));
        if (code == DIV) return Float32.flushTiny(Float32.div(a, b));
        if (code == MINIMUM) return Float32.minimum(a, b);
        if (code == MAXIMUM) return Float32.maximum(a, b);
        if (code == EQ) return _word(Float32.eq(a, b));
        if (code == NE) return _word(Float32.ne(a, b));
        if (code == LT) return _word(Float32.lt(a, b));
        if (code == LE) return _word(Float32.le(a, b));
        if (code == GT) return _word(Float32.gt(a, b));
        if (code == GE) return _word(Float32.ge(a, b));
        revert MalformedMap(code);
    }

    function _integer(uint8 code, uint32 a, uint32 b) private pure returns (uint32) {
        if (code == ADD) return Int32.add(a, b);
        if (code == SUB) return Int32.sub(a, b);
        if (code == MUL) return Int32.mul(a, b);
        if (code == MINIMUM) return Int32.minimum(a, b);
        if (code == MAXIMUM) return Int32.maximum(a, b);
        if (code == EQ) return _word(a == b);
        if (code == NE) return _word(a != b);
        if (code == LT) return _word(Int32.lt(a, b));
        if (code == LE) return _word(Int32.le(a, b));
        if (code == GT) return _word(Int32.lt(b, a));
        if (code == GE) return _word(Int32.le(b, a));
        if (code == MULHI) return Int32.mulhi(a, b);
        if (code == AND) return a & b;
        if (code == OR) return a | b;
        if (code == XOR) return a ^ b;
        if (code == SHL) return Int32.shl(a, b);
        if (code == SHR) return Int32.shr(a, b);
        revert MalformedMap(code);
    }

    function _word(bool truth) private pure returns (uint32) {
        return truth ? 1 : 0;
    }

    // ---- chains

    /// @inheritdoc IScalars
    function accumulate(ChainKind kind, uint32 acc, uint32 a, uint32 b) external pure returns (uint32 value) {
        if (kind == ChainKind.MatmulF32) return Float32.fma(a, b, acc);
        if (kind == ChainKind.MatmulI8) return Int32.add(acc, Int32.mul(_extend(a), _extend(b)));
        if (kind == ChainKind.SumF32 || kind == ChainKind.ScatterF32) return Float32.add(acc, a);
        if (kind == ChainKind.SumI32 || kind == ChainKind.ScatterI32) return Int32.add(acc, a);
        if (kind == ChainKind.MaximumF32) return Float32.maximum(acc, a);
        assert(kind == ChainKind.MaximumI32);
        return Int32.maximum(acc, a);
    }

    /// @inheritdoc IScalars
    function finish(ChainKind kind, uint32 acc) public pure returns (uint32 value) {
        bool rounded = kind == ChainKind.MatmulF32 || kind == ChainKind.SumF32 || kind == ChainKind.ScatterF32;
        if (!rounded) return acc;
        return Float32.isNaN(acc) ? Float32.NAN : Float32.flushTiny(acc);
    }

    /// @inheritdoc IScalars
    function foldLanes(uint32[32] calldata lanes) external pure returns (uint32 value) {
        uint32[32] memory sums = lanes;
        for (uint256 width = Chains.LANES / 2; width > 0; width /= 2) {
            for (uint256 lane = 0; lane < width; ++lane) {
                sums[lane] = Float32.add(sums[lane], sums[lane + width]);
            }
        }
        return finish(ChainKind.SumF32, sums[0]);
    }

    // ---- argmax

    /// @inheritdoc IScalars
    function beats(DType dtype, uint32 x, uint32 y) external pure returns (bool greater) {
        if (dtype != DType.F32) return Int32.lt(y, x);
        // NaN beats every number, two NaNs are equal; among numbers the maximum tells -0 from +0.
        if (Float32.isNaN(x) || Float32.isNaN(y)) return !Float32.isNaN(y);
        return x != y && Float32.maximum(x, y) == x;
    }

    /// An i8 as i32.
    function _extend(uint32 a) private pure returns (uint32) {
        return uint32(int32(int8(uint8(a))));
    }
}
