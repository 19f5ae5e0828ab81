// SPDX-License-Identifier: Apache-2.0
// The referee's one implementation: which elements an operation reads (Positions), that the openings show them, and
// what comes out of them (Scalars). What it cannot make sense of reverts, so a malformed program convicts nobody: the
// challenger that needs it to be judged runs out of time.
pragma solidity 0.8.37;

import {ChainKind, Chains} from "src/dispute/Chains.sol";
import {Elements} from "src/dispute/Elements.sol";
import {IReferee, Opening, Question, Sources} from "src/dispute/IReferee.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Merkle} from "src/dispute/Merkle.sol";
import {Positions} from "src/dispute/Positions.sol";
import {Form, ProgramCodec, Source} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32, DType} from "src/float/Convert32.sol";

contract Referee is IReferee {
    IScalars public immutable scalars;

    constructor(IScalars scalars_) {
        scalars = scalars_;
    }

    /// @inheritdoc IReferee
    function judge(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        external
        view
        returns (bool holds)
    {
        Form form = ProgramCodec.form(question.node);
        if (form == Form.Matmul) return _judgeMatmul(sources, question, openings);
        if (form == Form.ScatterAdd) return _judgeScatterAdd(sources, question, openings);
        if (form == Form.Reduce) {
            return Chains.kindOf(question.node) == ChainKind.None
                ? _judgeArgmax(sources, question, openings)
                : _judgeReduce(sources, question, openings);
        }
        return _value(form, sources, question, openings) == question.claimed;
    }

    // ---- elements that are computed at once

    function _value(
        Form form,
        Sources calldata sources,
        Question calldata question,
        Opening[] calldata openings
    ) private view returns (uint32) {
        if (form == Form.Map) return _map(sources, question, openings);
        if (form == Form.View) return _view(sources, question, openings);
        if (form == Form.Concat) return _concat(sources, question, openings);
        if (form == Form.Gather) return _gather(sources, question, openings);
        // A literal never comes here: its node alone decides.
        if (form != Form.Iota) revert MalformedNode("form");
        if (ProgramCodec.dtype(question.node) != DType.I32) revert MalformedNode("iota dtype");
        _requireCount(openings, 0);
        uint256 axis = ProgramCodec.axis(question.node);
        return uint32(Positions.onAxis(question.node, question.element, axis));
    }

    function _map(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (uint32)
    {
        bytes32[8] calldata node = question.node;
        uint256 count = ProgramCodec.operandCount(node);
        _requireCount(openings, count);
        DType[] memory dtypes = new DType[](count);
        uint32[] memory values = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) {
            dtypes[i] = ProgramCodec.operandDtype(node, i);
            values[i] = _read(sources, question, i, Positions.inMap(node, question.element, i), openings[i]);
        }
        return scalars.map(ProgramCodec.scalarFunction(node), ProgramCodec.dtype(node), dtypes, values);
    }

    function _view(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (uint32)
    {
        _requireCount(openings, 1);
        int256 position = Positions.inView(question.node, question.element);
        // A negative position is beyond every operand as well.
        DType dtype = ProgramCodec.dtype(question.node);
        return _readAs(dtype, sources, question, 0, uint256(position), openings[0]);
    }

    function _concat(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (uint32)
    {
        _requireCount(openings, 1);
        (uint256 operand, uint256 position) = Positions.inConcat(question.node, question.element);
        return _readAlike(sources, question, operand, position, openings[0]);
    }

    /// Operands: table, index. Openings: index, then table.
    function _gather(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (uint32)
    {
        _requireCount(openings, 2);
        (uint256 row, uint256 column) = Positions.inTable(question.node, question.element);
        uint32 index = _readIndex(sources, question, 1, row, openings[0]);
        uint256 columns = ProgramCodec.shapeExtent(question.node, 1);
        uint256 tableRow = Positions.clamp(index, ProgramCodec.extent(question.node));
        return _readAlike(sources, question, 0, tableRow * columns + column, openings[1]);
    }

    // ---- one operation of a chain: `claimed` is the accumulator after it

    function _judgeMatmul(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (bool)
    {
        _requireCount(openings, 2);
        (uint256 a, uint256 b) = Positions.inMatmul(question.node, question.element, question.position);
        return _accumulate(
            question, _read(sources, question, 0, a, openings[0]), _read(sources, question, 1, b, openings[1])
        ) == question.claimed;
    }

    function _judgeReduce(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (bool)
    {
        _requireCount(openings, 1);
        bool inLane = Chains.kindOf(question.node) == ChainKind.SumF32;
        uint256 onAxis =
            inLane ? question.lane + Chains.LANES * uint256(question.position) : question.position;
        uint256 position = Positions.inReduce(question.node, question.element, onAxis);
        return
            _accumulate(question, _readAlike(sources, question, 0, position, openings[0]), 0)
                == question.claimed;
    }

    /// Operands and openings: index, updates. Updates are read only if the index names the element's row.
    function _judgeScatterAdd(
        Sources calldata sources,
        Question calldata question,
        Opening[] calldata openings
    ) private view returns (bool) {
        bytes32[8] calldata node = question.node;
        if (openings.length == 0) revert WrongOpeningCount(0, 1);
        (uint256 row, uint256 column) = Positions.inTable(node, question.element);
        uint32 index = _readIndex(sources, question, 0, question.position, openings[0]);
        if (Positions.clamp(index, ProgramCodec.shapeExtent(node, 0)) != row) {
            _requireCount(openings, 1);
            return question.before == question.claimed;
        }
        _requireCount(openings, 2);
        uint256 position = uint256(question.position) * ProgramCodec.shapeExtent(node, 1) + column;
        return
            _accumulate(question, _readAlike(sources, question, 1, position, openings[1]), 0)
                == question.claimed;
    }

    function _accumulate(Question calldata question, uint32 a, uint32 b) private view returns (uint32) {
        return scalars.accumulate(Chains.kindOf(question.node), question.before, a, b);
    }

    // ---- argmax: the challenger names a position that beats the claimed one

    function _judgeArgmax(Sources calldata sources, Question calldata question, Opening[] calldata openings)
        private
        view
        returns (bool)
    {
        bytes32[8] calldata node = question.node;
        if (ProgramCodec.dtype(node) != DType.I32) revert MalformedNode("argmax dtype");
        uint64 extent = ProgramCodec.extent(node);
        if (extent == 0) return question.claimed == 0;
        // As i32 a claim from 2^31 on is negative.
        if (question.claimed >= extent || int32(question.claimed) < 0) return false;
        if (question.extra >= extent) revert PositionOutOfAxis(question.extra, extent);
        _requireCount(openings, 2);
        uint256 claimedAt = Positions.inReduce(node, question.element, question.claimed);
        uint256 otherAt = Positions.inReduce(node, question.element, question.extra);
        uint32 claimed = _read(sources, question, 0, claimedAt, openings[0]);
        uint32 other = _read(sources, question, 0, otherAt, openings[1]);
        DType dtype = ProgramCodec.operandDtype(node, 0);
        if (dtype != DType.F32 && dtype != DType.I32) revert MalformedNode("argmax dtype");
        if (scalars.beats(dtype, other, claimed)) return false;
        return question.extra >= question.claimed || scalars.beats(dtype, claimed, other);
    }

    // ---- openings

    function _requireCount(Opening[] calldata openings, uint256 needed) private pure {
        if (openings.length != needed) revert WrongOpeningCount(openings.length, needed);
    }

    /// Element `position` of an operand.
    function _read(
        Sources calldata sources,
        Question calldata question,
        uint256 operand,
        uint256 position,
        Opening calldata opening
    ) private view returns (uint32) {
        DType dtype = ProgramCodec.operandDtype(question.node, operand);
        return _readAs(dtype, sources, question, operand, position, opening);
    }

    /// Element `position` of an operand that must have the output's type: in another width no claim could equal it.
    function _readAlike(
        Sources calldata sources,
        Question calldata question,
        uint256 operand,
        uint256 position,
        Opening calldata opening
    ) private view returns (uint32) {
        if (ProgramCodec.operandDtype(question.node, operand) != ProgramCodec.dtype(question.node)) {
            revert MalformedNode("operand dtype");
        }
        return _read(sources, question, operand, position, opening);
    }

    function _readIndex(
        Sources calldata sources,
        Question calldata question,
        uint256 operand,
        uint256 position,
        Opening calldata opening
    ) private view returns (uint32) {
        if (ProgramCodec.operandDtype(question.node, operand) != DType.I32) {
            revert MalformedNode("index dtype");
        }
        return _read(sources, question, operand, position, opening);
    }

    function _readAs(
        DType dtype,
        Sources calldata sources,
        Question calldata question,
        uint256 operand,
        uint256 position,
        Opening calldata opening
    ) private view returns (uint32) {
        if (operand >= ProgramCodec.operandCount(question.node)) {
            revert MalformedNode("operand count");
        }
        uint256 size = Convert32.size(dtype);
        uint64 length = ProgramCodec.operandLength(question.node, operand);
        if (position >= length / size) revert PositionOutOfRange(operand, position);
        if (opening.length != length) revert BadOpening(operand, "length is the node's");
        _requireRoot(sources, question, operand, opening);
        uint256 offset = position * size; // below length
        _requireBlock(operand, opening, uint64(offset / Merkle.BLOCK_SIZE));
        return Elements.read(opening.data, offset % Merkle.BLOCK_SIZE, size);
    }

    /// The opening's root is the one that the operand's reference names.
    function _requireRoot(
        Sources calldata sources,
        Question calldata question,
        uint256 operand,
        Opening calldata opening
    ) private view {
        (Source source, uint64 index) = ProgramCodec.operandReference(question.node, operand);
        bytes32[] calldata path = opening.linkPath;
        if (source == Source.Node) {
            if (index >= question.nodeIndex) revert MalformedNode("operands come first");
            bytes32 leaf = Root.unwrap(opening.root);
            if (!Merkle.isLeaf(sources.traceRoot, sources.traceCount, leaf, index, path)) {
                revert BadOpening(operand, "root is the trace's");
            }
        } else if (source == Source.State) {
            if (!sources.hasState || index != 0) revert MalformedNode("state");
            if (opening.length != ProgramCodec.stateLength(sources.header)) {
                revert MalformedNode("state length");
            }
            if (path.length != 0 || opening.root != sources.state) {
                revert BadOpening(operand, "root is the state's");
            }
        } else {
            bytes32 leaf = sha256(abi.encodePacked(opening.root, uint256(opening.length)));
            Root root = ProgramCodec.constantsRoot(sources.header);
            if (!Merkle.isLeaf(root, ProgramCodec.constantCount(sources.header), leaf, index, path)) {
                revert BadOpening(operand, "root and length are the constant's");
            }
        }
    }

    /// The opening's data are block `index` of its root.
    function _requireBlock(uint256 operand, Opening calldata opening, uint64 index) private view {
        if (opening.data.length != Merkle.blockLength(opening.length, index)) {
            revert BadOpening(operand, "block length");
        }
        uint64 count = Merkle.blockCount(opening.length);
        if (!Merkle.isLeaf(opening.root, count, sha256(opening.data), index, opening.blockPath)) {
            revert BadOpening(operand, "block is the root's");
        }
    }
}
