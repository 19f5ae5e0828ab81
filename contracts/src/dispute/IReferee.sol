// SPDX-License-Identifier: Apache-2.0
// The last scalar operation of a dispute: docs/protocol.md, section 5, and docs/operators.md.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";

/// One element of an operand, shown by the block that holds it.
/// @param root of the operand
/// @param length of the operand in bytes
/// @param linkPath shows `root` in the trace (an earlier node) or in the constants' list; empty for the state
/// @param data the block's bytes
/// @param blockPath shows the block in `root`
struct Opening {
    Root root;
    uint64 length;
    bytes32[] linkPath;
    bytes data;
    bytes32[] blockPath;
}

/// Where values may come from: all of it is fixed before the question is asked.
/// @param header the program's header words, already checked
/// @param traceRoot leaves: the roots of the node outputs of the disputed transition
/// @param traceCount leaves of the trace
/// @param state root of the state before the transition; zero when the transition is `init`
/// @param hasState whether the transition may read the state
struct Sources {
    bytes32[12] header;
    Root traceRoot;
    uint64 traceCount;
    Root state;
    bool hasState;
}

/// What is asked.
/// @param node the node's words, already checked to be number `nodeIndex` of its graph
/// @param element flat index in the node's output
/// @param position of the chain's one operation; unused where there is no chain
/// @param lane of an f32 sum
/// @param before accumulator before the operation; unused where there is no chain
/// @param claimed the element's bits, zero-extended, or the accumulator after the operation
/// @param extra the position that an argmax challenger names
struct Question {
    bytes32[8] node;
    uint64 nodeIndex;
    uint64 element;
    uint64 position;
    uint32 lane;
    uint32 before;
    uint32 claimed;
    uint64 extra;
}

interface IReferee {
    /// An opening that does not show what it must.
    error BadOpening(uint256 operand, string rule);
    error WrongOpeningCount(uint256 actual, uint256 needed);
    /// The position that an operation reads lies outside its operand.
    error PositionOutOfRange(uint256 operand, uint256 position);
    /// The node is not one that docs/protocol.md allows. Such a node convicts nobody.
    error MalformedNode(string rule);
    error PositionOutOfAxis(uint64 position, uint64 extent);

    /// Computes one scalar from opened operands.
    /// @return holds whether it is what the responder claims
    function judge(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        external
        view
        returns (bool holds);
}
