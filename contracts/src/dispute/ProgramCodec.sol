// SPDX-License-Identifier: Apache-2.0
// Programs in the ledger: the fields of a header and of a node, at fixed places in their words, and what follows from
// them. docs/protocol.md, section 2. Nothing here trusts a field: sums and products are bounded before they are used.
pragma solidity 0.8.37;

import {IReferee} from "src/dispute/IReferee.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32, DType} from "src/float/Convert32.sol";

/// The graphs that a job runs, in the order of the header's counts and roots.
enum Graph {
    Init,
    Step,
    Output
}

/// In the order of their codes.
enum Form {
    Literal,
    Iota,
    Map,
    View,
    Concat,
    Matmul,
    Reduce,
    Gather,
    ScatterAdd
}

/// In the order of their codes.
enum Reduction {
    Sum,
    Maximum,
    Argmax
}

/// In the order of their codes.
enum Source {
    Node,
    State,
    Constant
}

library ProgramCodec {
    /// Word 0 of a header begins with it and ends with the version of the definitions.
    bytes32 internal constant MAGIC = bytes32(bytes6("lydian"));
    /// The version of the definitions (docs/operators.md, "Versions") that these contracts judge by. Another one is
    /// judged by contracts of its own, deployed beside: none of these ever changes.
    uint32 internal constant DEFINITIONS_VERSION = 1;
    uint256 internal constant RANK_MAX = 8;
    uint256 internal constant OPERANDS_MAX = 3;
    /// More bytes than any tensor has; everything derived from a position stays far from overflow.
    uint256 internal constant TENSOR_BYTES_MAX = 1 << 60;

    // ---- header

    function programRoot(bytes32[12] calldata header) internal pure returns (Root) {
        return Root.wrap(sha256(abi.encodePacked(header)));
    }

    function isProgram(bytes32[12] calldata header) internal pure returns (bool) {
        return header[0] == MAGIC | bytes32(uint256(definitionsVersion(header)));
    }

    function definitionsVersion(bytes32[12] calldata header) internal pure returns (uint32) {
        return uint32(uint256(header[0]));
    }

    function steps(bytes32[12] calldata header) internal pure returns (uint64) {
        return uint64(uint256(header[1]));
    }

    function interval(bytes32[12] calldata header) internal pure returns (uint64) {
        return uint64(uint256(header[2]));
    }

    function stateLength(bytes32[12] calldata header) internal pure returns (uint256) {
        return uint256(header[3]);
    }

    function resultLength(bytes32[12] calldata header) internal pure returns (uint256) {
        return uint256(header[4]);
    }

    function nodeCount(bytes32[12] calldata header, Graph graph) internal pure returns (uint64) {
        return quarter(header[5], uint256(graph));
    }

    function graphRoot(bytes32[12] calldata header, Graph graph) internal pure returns (Root) {
        return Root.wrap(header[6 + uint256(graph)]);
    }

    function constantCount(bytes32[12] calldata header) internal pure returns (uint64) {
        return uint64(uint256(header[10]));
    }

    function constantsRoot(bytes32[12] calldata header) internal pure returns (Root) {
        return Root.wrap(header[11]);
    }

    /// The graph that transition t runs: 0 init, then `programSteps` times step, then output.
    function graphOf(uint64 transition, uint64 programSteps) internal pure returns (Graph) {
        if (transition == 0) return Graph.Init;
        return transition <= programSteps ? Graph.Step : Graph.Output;
    }

    // ---- node

    function nodeHash(bytes32[8] calldata node) internal pure returns (Root) {
        return Root.wrap(sha256(abi.encodePacked(node)));
    }

    function form(bytes32[8] calldata node) internal pure returns (Form) {
        uint8 code = uint8(node[0][0]);
        if (code > uint8(type(Form).max)) revert IReferee.MalformedNode("form");
        return Form(code);
    }

    /// The scalar function of a map, the reduction of a reduce.
    function scalarFunction(bytes32[8] calldata node) internal pure returns (uint8) {
        return uint8(node[0][1]);
    }

    function reduction(bytes32[8] calldata node) internal pure returns (Reduction) {
        uint8 code = scalarFunction(node);
        if (code > uint8(type(Reduction).max)) revert IReferee.MalformedNode("reduction");
        return Reduction(code);
    }

    /// Of the output.
    function dtype(bytes32[8] calldata node) internal pure returns (DType) {
        return toDType(uint8(node[0][2]));
    }

    function rank(bytes32[8] calldata node) internal pure returns (uint256) {
        uint256 value = uint8(node[0][3]);
        if (value > RANK_MAX) revert IReferee.MalformedNode("rank");
        return value;
    }

    function operandCount(bytes32[8] calldata node) internal pure returns (uint256) {
        uint256 value = uint8(node[0][4]);
        if (value > OPERANDS_MAX) revert IReferee.MalformedNode("operand count");
        return value;
    }

    function axis(bytes32[8] calldata node) internal pure returns (uint256) {
        return uint8(node[0][5]);
    }

    function operandDtype(bytes32[8] calldata node, uint256 operand) internal pure returns (DType) {
        return toDType(uint8(node[0][6 + operand]));
    }

    /// Bit d: the operand has extent 1 on output axis d.
    function broadcastMask(bytes32[8] calldata node, uint256 operand) internal pure returns (uint8) {
        return uint8(node[0][9 + operand]);
    }

    function operandReference(bytes32[8] calldata node, uint256 operand)
        internal
        pure
        returns (Source source, uint64 index)
    {
        uint256 first = 12 + 4 * operand;
        uint8 kind = uint8(node[0][first]);
        if (kind > uint8(type(Source).max)) revert IReferee.MalformedNode("operand kind");
        return (Source(kind), uint64(uint256(node[0]) >> (8 * (28 - first))) & 0xffffff);
    }

    function shapeExtent(bytes32[8] calldata node, uint256 dimension) internal pure returns (uint64) {
        return uint32(uint256(node[1]) >> (32 * (7 - dimension)));
    }

    /// In bytes.
    function operandLength(bytes32[8] calldata node, uint256 operand) internal pure returns (uint64) {
        return quarter(node[2], operand);
    }

    /// The axis summed over, a table's rows, a scatter's positions: by form.
    function extent(bytes32[8] calldata node) internal pure returns (uint64) {
        return quarter(node[2], 3);
    }

    function viewOffset(bytes32[8] calldata node) internal pure returns (uint64) {
        return quarter(node[3], 0);
    }

    /// Extent of a concatenated operand on the axis.
    function concatExtent(bytes32[8] calldata node, uint256 operand) internal pure returns (uint64) {
        return quarter(node[3], 1 + operand);
    }

    function viewStride(bytes32[8] calldata node, uint256 dimension) internal pure returns (int64) {
        return int64(quarter(node[4 + dimension / 4], dimension % 4));
    }

    function literalRoot(bytes32[8] calldata node) internal pure returns (Root) {
        return Root.wrap(node[6]);
    }

    // ---- what follows

    /// Elements on the axes [from, to) of the output's shape.
    function elementCount(bytes32[8] calldata node, uint256 from, uint256 to)
        internal
        pure
        returns (uint256 count)
    {
        count = 1;
        for (uint256 d = from; d < to; ++d) {
            count *= shapeExtent(node, d);
            if (count > TENSOR_BYTES_MAX) revert IReferee.MalformedNode("shape");
        }
    }

    /// Bytes of the output.
    function byteLength(bytes32[8] calldata node) internal pure returns (uint64) {
        uint256 bytes_ = elementCount(node, 0, rank(node)) * Convert32.size(dtype(node));
        if (bytes_ > TENSOR_BYTES_MAX) revert IReferee.MalformedNode("shape");
        return uint64(bytes_);
    }

    function toDType(uint8 code) private pure returns (DType) {
        if (code > uint8(type(DType).max)) revert IReferee.MalformedNode("dtype");
        return DType(code);
    }

    /// The 8-byte field number `i` of a word, from the left.
    function quarter(bytes32 word, uint256 i) private pure returns (uint64) {
        return uint64(uint256(word) >> (64 * (3 - i)));
    }
}
