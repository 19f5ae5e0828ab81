// SPDX-License-Identifier: Apache-2.0
// The table of docs/protocol.md, section 5, one function a row, in its order: DescentMoves, ElementMoves, and here the
// last one. GameLife is what they share. The game holds no tokens and calls nothing but the referee and the scalars
// (stateless) before, and the market after, it has written its state. What a move posts is kept as one hash: the pick
// that follows brings it again.
pragma solidity 0.8.37;

import {ChainKind} from "src/dispute/Chains.sol";
import {DescentMoves} from "src/dispute/DescentMoves.sol";
import {ElementMoves} from "src/dispute/ElementMoves.sol";
import {GameLife} from "src/dispute/GameLife.sol";
import {GameId, IDisputeGame, IVerdicts, Phase} from "src/dispute/IDisputeGame.sol";
import {IReferee, Opening, Question, Sources} from "src/dispute/IReferee.sol";
import {IScalars} from "src/dispute/IScalars.sol";
import {Graph, ProgramCodec} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";

contract DisputeGame is DescentMoves, ElementMoves {
    IReferee public immutable referee;

    /// @param market_ the JobMarket, deployed later
    constructor(IVerdicts market_, IReferee referee_, IScalars scalars_)
        GameLife(market_)
        ElementMoves(scalars_)
    {
        referee = referee_;
    }

    /// @inheritdoc IDisputeGame
    function judge(
        GameId gameId,
        bytes32[12] calldata header,
        bytes32[8] calldata node,
        uint64 extra,
        Opening[] calldata openings
    ) external {
        Game storage game = _move(gameId, Phase.Judge);
        _requireProgram(game, header);
        Root hash = ProgramCodec.nodeHash(node);
        if (hash != game.nodeHash) revert NotInTree(hash, game.nodeHash);
        bool holds = referee.judge(_sources(game, header), _question(game, node, extra), openings);
        emit Judged(gameId, holds);
        _decide(gameId, game, holds);
    }

    function _sources(Game storage game, bytes32[12] calldata header)
        private
        view
        returns (Sources memory sources)
    {
        sources.header = header;
        sources.traceRoot = game.traceRoot;
        sources.traceCount = ProgramCodec.nodeCount(header, _graph(game));
        sources.state = game.claim.rootLo;
        sources.hasState = _graph(game) != Graph.Init;
    }

    function _question(Game storage game, bytes32[8] calldata node, uint64 extra)
        private
        view
        returns (Question memory question)
    {
        question.node = node;
        question.nodeIndex = game.nodeIndex;
        question.element = game.element;
        question.position = game.chainLo;
        question.lane = game.lane;
        question.before = game.accLo;
        question.claimed = game.kind == ChainKind.None ? game.claimed : game.accHi;
        question.extra = extra;
    }
}
