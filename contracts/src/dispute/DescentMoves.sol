// SPDX-License-Identifier: Apache-2.0
// From a claim about many steps to one block of one operator's output: the rows STEPS to NODE of the table. The trace of
// a step and an operator's output are both trees, descended by the same two moves: TREE and TREE_PICK come once for the
// trace, end at a node, and once for that node's output, end at a block.
pragma solidity 0.8.37;

import {Chains} from "src/dispute/Chains.sol";
import {GameLife} from "src/dispute/GameLife.sol";
import {Claim, GameId, IDisputeGame, Phase} from "src/dispute/IDisputeGame.sol";
import {Merkle} from "src/dispute/Merkle.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Form, Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";

abstract contract DescentMoves is GameLife {
    /// Levels of a tree that one move descends: 2^5 children.
    uint8 private constant LEVELS_MAX = 5;

    // ---- steps

    /// @inheritdoc IDisputeGame
    function postSteps(GameId gameId, Root[] calldata roots) external {
        Game storage game = _move(gameId, Phase.Steps);
        _requireCount(roots.length, Pieces.count(game.claim.lo, game.claim.hi) - 1);
        game.pending = keccak256(abi.encodePacked(roots));
        game.turn.phase = Phase.StepsPick;
        emit StepsPosted(gameId, roots);
    }

    /// @inheritdoc IDisputeGame
    function pickStep(GameId gameId, uint64 piece, Root[] calldata roots) external {
        Game storage game = _move(gameId, Phase.StepsPick);
        Claim storage claim = game.claim;
        (uint64 lo, uint64 hi) = (claim.lo, claim.hi);
        _requirePiece(piece, Pieces.count(lo, hi));
        _requirePosted(game, keccak256(abi.encodePacked(roots)));
        claim.lo = Pieces.begin(lo, hi, piece);
        claim.hi = Pieces.begin(lo, hi, piece + 1);
        // roots[i] is the root of the boundary where piece i ends.
        if (piece > 0) claim.rootLo = roots[piece - 1];
        if (piece < roots.length) claim.rootHi = roots[piece];
        game.turn.phase = _stepsOrTrace(claim.lo, claim.hi);
        emit StepPicked(gameId, piece, claim.lo, claim.hi);
    }

    // ---- operators, and blocks of an operator's output

    /// @inheritdoc IDisputeGame
    function postTrace(GameId gameId, Root traceRoot, bytes32[12] calldata header, bytes32[] calldata path)
        external
    {
        Game storage game = _move(gameId, Phase.Trace);
        _requireProgram(game, header);
        Root answered = game.traceRoot;
        if (answered != Root.wrap(0) && traceRoot != answered) revert NotTheAnswer(traceRoot, answered);
        uint64 count = ProgramCodec.nodeCount(header, _graph(game));
        _requireLeaf(traceRoot, count, Root.unwrap(game.claim.rootHi), count - 1, path);
        game.traceRoot = traceRoot;
        game.inOutput = false;
        emit TracePosted(gameId, traceRoot);
        _enterTree(game, traceRoot, count);
    }

    /// @inheritdoc IDisputeGame
    function descend(GameId gameId, Root[] calldata children) external {
        Game storage game = _move(gameId, Phase.Tree);
        _requireCount(children.length, uint256(1) << _levels(game.height));
        Root computed = Merkle.fold(children);
        if (computed != game.cursor) revert NotInTree(computed, game.cursor);
        game.pending = keccak256(abi.encodePacked(children));
        game.turn.phase = Phase.TreePick;
        emit Descended(gameId, children);
    }

    /// @inheritdoc IDisputeGame
    function pickChild(GameId gameId, uint64 child, Root[] calldata children) external {
        Game storage game = _move(gameId, Phase.TreePick);
        _requirePiece(child, children.length);
        _requirePosted(game, keccak256(abi.encodePacked(children)));
        uint8 levels = _levels(game.height);
        uint8 height = game.height - levels;
        uint64 index = (game.treeIndex << levels) + child;
        game.cursor = children[child];
        game.height = height;
        game.treeIndex = index;
        emit ChildPicked(gameId, child);
        if (uint256(index) << height >= game.leafCount) {
            _decide(gameId, game, children[child] == Merkle.zero(height)); // padding
        } else {
            game.turn.phase = height > 0 ? Phase.Tree : _atLeaf(game);
        }
    }

    /// @inheritdoc IDisputeGame
    function openNode(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        bytes32[] calldata path
    ) external {
        Game storage game = _move(gameId, Phase.Node);
        _requireProgram(game, header);
        Graph graph = _graph(game);
        Root hash = ProgramCodec.nodeHash(node);
        uint64 index = game.treeIndex;
        _requireLeaf(
            ProgramCodec.graphRoot(header, graph),
            ProgramCodec.nodeCount(header, graph),
            Root.unwrap(hash),
            index,
            path
        );
        game.nodeIndex = index;
        game.nodeHash = hash;
        emit NodeOpened(gameId, index, hash);
        if (ProgramCodec.form(node) == Form.Literal) {
            _decide(gameId, game, ProgramCodec.literalRoot(node) == game.cursor);
        } else {
            _enterOutput(game, node);
        }
    }

    // ---- entering a tree

    function _enterTree(Game storage game, Root root, uint64 leafCount) private {
        game.cursor = root;
        game.height = Merkle.depth(leafCount);
        game.treeIndex = 0;
        game.leafCount = leafCount;
        game.turn.phase = game.height > 0 ? Phase.Tree : _atLeaf(game);
    }

    function _atLeaf(Game storage game) private view returns (Phase) {
        return game.inOutput ? Phase.Publish : Phase.Node;
    }

    /// The cursor stays what it is: the root of the node's output.
    function _enterOutput(Game storage game, bytes32[8] calldata node) private {
        game.dtype = ProgramCodec.dtype(node);
        game.kind = Chains.kindOf(node);
        game.byteLength = ProgramCodec.byteLength(node);
        game.extent = ProgramCodec.extent(node);
        game.inOutput = true;
        _enterTree(game, game.cursor, Merkle.blockCount(game.byteLength));
    }

    function _levels(uint8 height) private pure returns (uint8) {
        return height < LEVELS_MAX ? height : LEVELS_MAX;
    }

    /// Requires index < count.
    function _requireLeaf(Root root, uint64 count, bytes32 leaf, uint64 index, bytes32[] calldata path)
        private
        view
    {
        _requireCount(path.length, Merkle.depth(count));
        Root computed = Merkle.climb(leaf, index, path);
        if (computed != root) revert NotInTree(computed, root);
    }
}
