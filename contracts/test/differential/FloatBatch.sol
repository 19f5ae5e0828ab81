// SPDX-License-Identifier: Apache-2.0
// The float libraries behind one function that takes an operation by name, so that vectors and oracles can drive
// them. Results are an operator's: after the NaN and Tiny rules.
pragma solidity 0.8.37;

import {Convert32, DType} from "src/float/Convert32.sol";
import {Float32} from "src/float/Float32.sol";
import {Functions32} from "src/float/Functions32.sol";

contract FloatBatch {
    error UnknownOperation(string name);

    string[7] private types = ["f32", "i32", "i8", "u8", "u16", "f16", "bf16"];

    mapping(bytes32 nameHash => uint256 code) private codes;
    string[] private names;

    uint256 private constant CONVERT = 21;

    constructor() {
        string[20] memory scalar = [
            "add",
            "sub",
            "mul",
            "div",
            "fma",
            "sqrt",
            "neg",
            "abs",
            "minimum",
            "maximum",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "exp",
            "log",
            "sin",
            "cos"
        ];
        for (uint256 i = 0; i < scalar.length; ++i) {
            addName(scalar[i]);
        }
        for (uint256 from = 0; from < 7; ++from) {
            for (uint256 to = 0; to < 7; ++to) {
                addName(string.concat("convert_", types[from], "_", types[to]));
            }
        }
    }

    function addName(string memory name) private {
        names.push(name);
        codes[keccak256(bytes(name))] = names.length;
    }

    function allNames() external view returns (string[] memory) {
        return names;
    }

    /// Codes start at 1, in the order of allNames.
    function codeOf(bytes32 nameHash) external view returns (uint256) {
        return codes[nameHash];
    }

    /// Index of the first of `cases` (words a, b, c, result, four bytes each) that evaluates to something else; their
    /// count if there is none.
    function firstMismatch(uint256 code, bytes calldata cases) external pure returns (uint256) {
        for (uint256 i = 0; i < cases.length / 16; ++i) {
            uint128 words = uint128(bytes16(cases[16 * i:16 * i + 16]));
            uint32 actual = evaluate(code, uint32(words >> 96), uint32(words >> 64), uint32(words >> 32));
            if (actual != uint32(words)) return i;
        }
        return cases.length / 16;
    }

    function evaluate(uint256 code, uint32 a, uint32 b, uint32 c) public pure returns (uint32) {
        if (code >= CONVERT) {
            return Convert32.convert(a, DType((code - CONVERT) / 7), DType((code - CONVERT) % 7));
        }
        if (code <= 5) return Float32.flushTiny(arithmetic(code, a, b, c));
        if (code <= 10) return selection(code, a, b);
        if (code <= 16) return comparison(code, a, b) ? 1 : 0;
        if (code == 17) return Float32.flushTiny(Functions32.exp(a));
        if (code == 18) return Functions32.log(a);
        if (code == 19) return Float32.flushTiny(Functions32.sin(a));
        return Functions32.cos(a);
    }

    function arithmetic(uint256 code, uint32 a, uint32 b, uint32 c) private pure returns (uint32) {
        if (code == 1) return Float32.add(a, b);
        if (code == 2) return Float32.sub(a, b);
        if (code == 3) return Float32.mul(a, b);
        if (code == 4) return Float32.div(a, b);
        return Float32.fma(a, b, c);
    }

    function selection(uint256 code, uint32 a, uint32 b) private pure returns (uint32) {
        if (code == 6) return Float32.sqrt(a);
        if (code == 7) return Float32.neg(a);
        if (code == 8) return Float32.abs(a);
        return code == 9 ? Float32.minimum(a, b) : Float32.maximum(a, b);
    }

    function comparison(uint256 code, uint32 a, uint32 b) private pure returns (bool) {
        if (code == 11) return Float32.eq(a, b);
        if (code == 12) return Float32.ne(a, b);
        if (code == 13) return Float32.lt(a, b);
        if (code == 14) return Float32.le(a, b);
        return code == 15 ? Float32.gt(a, b) : Float32.ge(a, b);
    }
}
