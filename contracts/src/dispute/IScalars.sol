// SPDX-License-Identifier: Apache-2.0
// The scalar definitions of docs/operators.md as one stateless contract. Values are encodings, zero-extended to 32
// bits.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {DType} from "src/float/Convert32.sol";

interface IScalars {
    /// No function of this code takes these types to that one. Such a node convicts nobody.
    error MalformedMap(uint8 scalarFunction);

    /// A map's function of one to three operands, with the NaN and Tiny rules.
    function map(
        uint8 scalarFunction,
        DType result,
        DType[] calldata operandDtypes,
        uint32[] calldata operands
    ) external pure returns (uint32 value);

    /// One operation of a chain. `b` is used by products alone: acc + a·b; else acc + a, or maximum(acc, a).
    function accumulate(ChainKind kind, uint32 acc, uint32 a, uint32 b) external pure returns (uint32 value);

    /// What an accumulator becomes at the end of its chain.
    function finish(ChainKind kind, uint32 acc) external pure returns (uint32 value);

    /// The finished sum of the 32 lanes of an f32 sum.
    function foldLanes(uint32[32] calldata lanes) external pure returns (uint32 value);

    /// argmax: whether x takes the place of y, being greater in the order of docs/operators.md.
    function beats(DType dtype, uint32 x, uint32 y) external pure returns (bool greater);
}
