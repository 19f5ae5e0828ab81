// SPDX-License-Identifier: Apache-2.0
// Which elements of its operands one output element reads: docs/operators.md, "Forms". All tensors are dense and
// row-major; positions and elements are flat indices. A position is only trusted once it is found inside its operand.
pragma solidity 0.8.37;

import {IReferee} from "src/dispute/IReferee.sol";
import {ProgramCodec} from "src/dispute/ProgramCodec.sol";

library Positions {
    /// Index of the element on one axis of the output.
    function onAxis(bytes32[8] calldata node, uint256 element, uint256 axis) internal pure returns (uint256) {
        uint256 rank = ProgramCodec.rank(node);
        if (axis >= rank) revert IReferee.MalformedNode("axis");
        return
            element / ProgramCodec.elementCount(node, axis + 1, rank) % ProgramCodec.shapeExtent(node, axis);
    }

    /// A map's operand has the output's shape, but extent 1 where its mask says.
    function inMap(bytes32[8] calldata node, uint256 element, uint256 operand)
        internal
        pure
        returns (uint256 position)
    {
        uint8 mask = ProgramCodec.broadcastMask(node, operand);
        uint256 stride = 1;
        for (uint256 d = ProgramCodec.rank(node); d > 0; --d) {
            uint256 extent = ProgramCodec.shapeExtent(node, d - 1);
            if ((mask >> (d - 1)) & 1 == 0) {
                position += element % extent * stride;
                stride *= extent;
            }
            element /= extent;
        }
    }

    /// offset + sum of index·stride, which may be anything.
    function inView(bytes32[8] calldata node, uint256 element) internal pure returns (int256 position) {
        position = int256(uint256(ProgramCodec.viewOffset(node)));
        for (uint256 d = ProgramCodec.rank(node); d > 0; --d) {
            uint256 extent = ProgramCodec.shapeExtent(node, d - 1);
            position += int256(element % extent) * ProgramCodec.viewStride(node, d - 1);
            element /= extent;
        }
    }

    /// The operand that covers the element, and where in it.
    function inConcat(bytes32[8] calldata node, uint256 element)
        internal
        pure
        returns (uint256 operand, uint256 position)
    {
        uint256 axis = ProgramCodec.axis(node);
        uint256 index = onAxis(node, element, axis);
        uint256 inner = ProgramCodec.elementCount(node, axis + 1, ProgramCodec.rank(node));
        uint256 outer = element / inner / ProgramCodec.shapeExtent(node, axis);
        for (uint256 count = ProgramCodec.operandCount(node); operand < count; ++operand) {
            uint256 extent = ProgramCodec.concatExtent(node, operand);
            if (index < extent) return (operand, (outer * extent + index) * inner + element % inner);
            index -= extent;
        }
        revert IReferee.MalformedNode("concat extents");
    }

    /// Operation k of output element [batch..., i, j]: A [batch..., M, K] at [i, k], B [batch..., K, N] at [k, j].
    function inMatmul(bytes32[8] calldata node, uint256 element, uint256 k)
        internal
        pure
        returns (uint256 a, uint256 b)
    {
        uint256 rank = ProgramCodec.rank(node);
        if (rank < 2) revert IReferee.MalformedNode("matmul rank");
        uint256 columns = ProgramCodec.shapeExtent(node, rank - 1);
        uint256 rows = ProgramCodec.shapeExtent(node, rank - 2);
        uint256 shared = ProgramCodec.extent(node);
        uint256 row = element / columns; // of all batches
        a = row * shared + k;
        b = (row / rows * shared + k) * columns + element % columns;
    }

    /// Position p on the reduced axis, which the operand has and the output has not.
    function inReduce(bytes32[8] calldata node, uint256 element, uint256 p) internal pure returns (uint256) {
        uint256 axis = ProgramCodec.axis(node);
        uint256 rank = ProgramCodec.rank(node);
        if (axis > rank) revert IReferee.MalformedNode("axis");
        uint256 inner = ProgramCodec.elementCount(node, axis, rank);
        return (element / inner * ProgramCodec.extent(node) + p) * inner + element % inner;
    }

    /// Row and column of an element of a gather or scatter_add.
    function inTable(bytes32[8] calldata node, uint256 element)
        internal
        pure
        returns (uint256 row, uint256 column)
    {
        if (ProgramCodec.rank(node) != 2) revert IReferee.MalformedNode("table rank");
        uint256 columns = ProgramCodec.shapeExtent(node, 1);
        return (element / columns, element % columns);
    }

    /// An i32 index, clamped to [0, rows).
    function clamp(uint32 index, uint256 rows) internal pure returns (uint256) {
        if (rows == 0) revert IReferee.MalformedNode("table of no rows");
        if (int32(index) < 0) return 0;
        return index < rows ? index : rows - 1;
    }
}
