// SPDX-License-Identifier: Apache-2.0
// A responder that answers by its view and a challenger that follows the first difference to its own view, or, where
// the responder is honest, insists on the scenario's place. They play a game in the market until it is over.
pragma solidity 0.8.37;

import {GameId, GameState, IDisputeGame, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Opening} from "src/dispute/IReferee.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32} from "src/float/Convert32.sol";
import {JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {Operand} from "test/actors/NodeWriter.sol";
import {Read, Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {World} from "test/utils/World.sol";

abstract contract Players is World {
    using Scenarios for Scenario;
    using Trees for Tree;

    uint256 internal constant BLOCK = 16384;
    uint256 internal constant CHUNK = 512;

    /// Moves since the last game was opened.
    uint256 internal moves;

    // ---- a game from the market's side

    /// The honest challenger convicts a responder that is wrong in the scenario's place; the honest responder wins
    /// against a challenger that disputes the same place.
    function playBothSeats(Scenario memory s) internal {
        assertOutcome(s, s.wrongView(elementSize(s)), Outcome.ChallengerWon);
        assertOutcome(s, s.honestView(), Outcome.ResponderWon);
    }

    function assertOutcome(Scenario memory s, View memory responder, Outcome expected) internal {
        (JobId jobId, GameId gameId) = openGame(s, responder);
        play(s, gameId, responder, Phase.Over);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(expected));
        assertStatus(jobId, expected == Outcome.ResponderWon ? Status.Running : Status.Open);
        assertEq(games.mover(gameId), address(0));
    }

    function openGame(Scenario memory s, View memory responder)
        internal
        returns (JobId jobId, GameId gameId)
    {
        moves = 0;
        bytes32[12] memory header = s.header();
        vm.prank(submitter);
        jobId = market.post(header, Root.wrap("blob"), 1, someTerms());
        vm.startPrank(solver);
        market.accept(jobId, 0);
        market.commitCheckpoint(jobId, 0, responder.boundaries[Scenarios.STEPS + 2]);
        vm.stopPrank();
        gameId = challengeBy(challenger, jobId, 0);
    }

    /// Plays until the game is in `target`, or over.
    function play(Scenario memory s, GameId gameId, View memory responder, Phase target) internal {
        View memory own = s.honestView();
        for (Phase phase; (phase = games.gameState(gameId).phase) != target && phase != Phase.Over; ++moves) {
            (address mover, bytes memory data) = move(s, gameId, responder, own);
            sendMove(mover, data);
        }
    }

    function sendMove(address mover, bytes memory data) internal virtual {
        vm.prank(mover);
        (bool done, bytes memory reason) = address(games).call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    // ---- the move that the table asks for

    function move(Scenario memory s, GameId gameId, View memory responder, View memory own)
        internal
        view
        returns (address mover, bytes memory data)
    {
        GameState memory state = games.gameState(gameId);
        Phase phase = state.phase;
        if (phase == Phase.Steps || phase == Phase.StepsPick) return steps(s, gameId, state, responder, own);
        if (phase == Phase.Trace) return postTrace(s, gameId, responder);
        if (phase == Phase.Tree || phase == Phase.TreePick) return tree(s, gameId, state, responder, own);
        if (phase == Phase.Node) return openNode(s, gameId, state);
        if (phase == Phase.Publish) return publish(gameId, state, responder);
        if (phase == Phase.Element) return pickElement(s, gameId, state, responder);
        if (phase == Phase.Lanes || phase == Phase.LanesPick) return lanes(s, gameId, state, responder, own);
        if (phase == Phase.Chain || phase == Phase.ChainPick) return chain(s, gameId, state, responder, own);
        assertEq(uint256(phase), uint256(Phase.Judge));
        return judge(s, gameId, responder);
    }

    function steps(
        Scenario memory s,
        GameId gameId,
        GameState memory state,
        View memory responder,
        View memory own
    ) private view returns (address, bytes memory) {
        uint64 count = Pieces.count(state.lo, state.hi);
        Root[] memory roots = new Root[](count - 1);
        for (uint64 i = 0; i + 1 < count; ++i) {
            roots[i] = responder.boundaries[Pieces.begin(state.lo, state.hi, i + 1)];
        }
        if (state.phase == Phase.Steps) return (solver, abi.encodeCall(games.postSteps, (gameId, roots)));
        uint64 piece = 0;
        while (piece + 1 < count && agrees(s, state, responder, own, piece)) ++piece;
        return (challenger, abi.encodeCall(games.pickStep, (gameId, piece, roots)));
    }

    /// Whether the challenger goes on to the next piece: it agrees with where this one ends or, if it agrees with
    /// everything, its target lies further.
    function agrees(
        Scenario memory s,
        GameState memory state,
        View memory responder,
        View memory own,
        uint64 piece
    ) private pure returns (bool) {
        uint64 end = Pieces.begin(state.lo, state.hi, piece + 1);
        if (responder.boundaries[state.hi] != own.boundaries[state.hi]) {
            return responder.boundaries[end] == own.boundaries[end];
        }
        return end <= s.transition;
    }

    function postTrace(Scenario memory s, GameId gameId, View memory responder)
        private
        view
        returns (address, bytes memory)
    {
        bytes32[] memory path = responder.trace.path(Scenarios.NODES - 1);
        return (solver, abi.encodeCall(games.postTrace, (gameId, responder.trace.root(), s.header(), path)));
    }

    function tree(
        Scenario memory s,
        GameId gameId,
        GameState memory state,
        View memory responder,
        View memory own
    ) private view returns (address, bytes memory) {
        uint256 levels = state.height < 5 ? state.height : 5;
        Tree memory theirs = state.inOutput ? responder.blocks : responder.trace;
        Tree memory mine = state.inOutput ? own.blocks : own.trace;
        Root[] memory posted = theirs.children(state.height, state.treeIndex, levels);
        if (state.phase == Phase.Tree) return (solver, abi.encodeCall(games.descend, (gameId, posted)));

        Root[] memory believed = mine.children(state.height, state.treeIndex, levels);
        uint256 leaf = state.inOutput ? s.element * elementSize(s) / BLOCK : s.disputedNode();
        uint64 child = uint64((leaf >> (state.height - levels)) & (posted.length - 1));
        for (uint64 i = 0; i < posted.length; ++i) {
            if (posted[i] != believed[i]) {
                assertEq(i, child, "first difference");
                break;
            }
        }
        return (challenger, abi.encodeCall(games.pickChild, (gameId, child, posted)));
    }

    function openNode(Scenario memory s, GameId gameId, GameState memory state)
        private
        view
        returns (address, bytes memory)
    {
        uint64 index = state.treeIndex;
        return (
            challenger,
            abi.encodeCall(games.openNode, (gameId, s.header(), s.nodes()[index], s.graphTree().path(index)))
        );
    }

    function publish(GameId gameId, GameState memory state, View memory responder)
        private
        view
        returns (address, bytes memory)
    {
        return (
            solver,
            abi.encodeCall(
                games.publish, (gameId, Trees.slice(responder.output, state.treeIndex * BLOCK, BLOCK))
            )
        );
    }

    function pickElement(Scenario memory s, GameId gameId, GameState memory state, View memory responder)
        private
        view
        returns (address, bytes memory)
    {
        bytes memory block_ = Trees.slice(responder.output, state.treeIndex * BLOCK, BLOCK);
        bytes32[] memory hashes = new bytes32[]((block_.length + CHUNK - 1) / CHUNK);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(Trees.slice(block_, i * CHUNK, CHUNK));
        }
        uint256 size = elementSize(s);
        uint64 inBlock = uint64(s.element - state.treeIndex * (BLOCK / size));
        bytes memory chunk = Trees.slice(block_, inBlock * size / CHUNK * CHUNK, CHUNK);
        return (challenger, abi.encodeCall(games.pickElement, (gameId, inBlock, hashes, chunk)));
    }

    function lanes(
        Scenario memory s,
        GameId gameId,
        GameState memory state,
        View memory responder,
        View memory own
    ) private view returns (address, bytes memory) {
        if (state.phase == Phase.Lanes) {
            return (solver, abi.encodeCall(games.postLanes, (gameId, responder.lanes)));
        }
        for (uint32 i = 0; i < 32; ++i) {
            if (responder.lanes[i] != own.lanes[i]) assertEq(i, s.lane, "first difference");
        }
        return (challenger, abi.encodeCall(games.pickLane, (gameId, s.lane, responder.lanes)));
    }

    function chain(
        Scenario memory s,
        GameId gameId,
        GameState memory state,
        View memory responder,
        View memory own
    ) private view returns (address, bytes memory) {
        uint64 count = Pieces.count(state.chainLo, state.chainHi);
        uint32[] memory values = new uint32[](count);
        for (uint64 i = 0; i < count; ++i) {
            values[i] = responder.accs[Pieces.begin(state.chainLo, state.chainHi, i + 1)];
        }
        if (state.phase == Phase.Chain) {
            return (solver, abi.encodeCall(games.postPartials, (gameId, values)));
        }
        uint64 piece = 0;
        while (Pieces.begin(state.chainLo, state.chainHi, piece + 1) <= s.operation) ++piece;
        for (uint64 i = 0; i < count; ++i) {
            if (values[i] != own.accs[Pieces.begin(state.chainLo, state.chainHi, i + 1)]) {
                assertEq(i, piece, "first difference");
                break;
            }
        }
        return (challenger, abi.encodeCall(games.pickPartial, (gameId, piece, values)));
    }

    function judge(Scenario memory s, GameId gameId, View memory responder)
        private
        view
        returns (address, bytes memory)
    {
        bool wrong = keccak256(responder.output) != keccak256(s.outputs[s.disputedNode()]);
        Read[] memory reads = wrong ? s.wrongReads : s.reads;
        Opening[] memory openings = new Opening[](reads.length);
        for (uint256 i = 0; i < reads.length; ++i) {
            openings[i] = open(s, responder.trace, reads[i]);
        }
        bytes32[8] memory node = s.nodes()[s.disputedNode()];
        uint64 extra = wrong ? s.wrongExtra : s.extra;
        return (challenger, abi.encodeCall(games.judge, (gameId, s.header(), node, extra, openings)));
    }

    // ---- openings

    function elementSize(Scenario memory s) internal pure returns (uint256) {
        return Convert32.size(s.fields.dtype);
    }

    /// What a challenger knows of the responder's trace, from the children posted on the way, suffices for the paths of
    /// the nodes before the disputed one.
    function open(Scenario memory s, Tree memory trace, Read memory read)
        internal
        pure
        returns (Opening memory opening)
    {
        Operand memory operand = s.fields.operands[read.operand];
        bytes memory content = contentOf(s, operand);
        Tree memory blocks = Trees.ofBlob(content);
        bool isView = s.fields.form == Form.View;
        uint256 size = Convert32.size(isView ? s.fields.dtype : operand.dtype);
        uint256 index = read.position * size / BLOCK;
        opening.root = blocks.root();
        opening.length = uint64(content.length);
        if (operand.source == Source.Node) opening.linkPath = trace.path(operand.index);
        if (operand.source == Source.Constant) opening.linkPath = s.constantTree().path(operand.index);
        opening.data = Trees.slice(content, index * BLOCK, BLOCK);
        opening.blockPath = blocks.path(index);
    }

    function contentOf(Scenario memory s, Operand memory operand) private pure returns (bytes memory) {
        if (operand.source == Source.Node) return s.outputs[operand.index];
        return operand.source == Source.State ? s.state : s.constants[operand.index];
    }
}
