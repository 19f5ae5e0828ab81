// SPDX-License-Identifier: Apache-2.0
// A responder that answers by its view and a challenger that follows the first difference to its own view, or, where
// the responder is honest, insists on the scenario's place. They play a game in the market until it is over.
pragma solidity 0.8.37;

import {GameId, GameState, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Opening} from "src/dispute/IReferee.sol";
import {Pieces} from "src/dispute/Pieces.sol";
import {Form, Source} from "src/dispute/ProgramCodec.sol";
import {Root} from "src/dispute/Root.sol";
import {Convert32} from "src/float/Convert32.sol";
import {JobId, Status} from "src/market/IJobMarket.sol";
import {Operand} from "test/actors/NodeWriter.sol";
import {Read, Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";
import {World} from "test/utils/World.sol";

/// What the players know when a move is due. The responder's view is known to both: its moves tell it.
struct Situation {
    GameId gameId;
    GameState state;
    View responder;
    View own;
}

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
            Situation memory seen = Situation(gameId, games.gameState(gameId), responder, own);
            (address mover, bytes memory data) = move(s, seen);
            sendMove(gameId, mover, data);
        }
    }

    function sendMove(GameId, address mover, bytes memory data) internal virtual {
        vm.prank(mover);
        (bool done, bytes memory reason) = address(games).call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    // ---- the move that the table asks for

    function move(Scenario memory s, Situation memory seen)
        internal
        view
        returns (address mover, bytes memory data)
    {
        Phase phase = seen.state.phase;
        if (phase == Phase.Steps || phase == Phase.StepsPick) return steps(s, seen);
        if (phase == Phase.Trace) return postTrace(s, seen);
        if (phase == Phase.Tree || phase == Phase.TreePick) return tree(s, seen);
        if (phase == Phase.Node) return openNode(s, seen);
        if (phase == Phase.Publish) return publish(seen);
        if (phase == Phase.Element) return pickElement(s, seen);
        if (phase == Phase.Lanes || phase == Phase.LanesPick) return lanes(s, seen);
        if (phase == Phase.Chain || phase == Phase.ChainPick) return chain(s, seen);
        assertEq(uint256(phase), uint256(Phase.Judge));
        return judge(s, seen);
    }

    function steps(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        uint64 count = Pieces.count(seen.state.lo, seen.state.hi);
        Root[] memory roots = new Root[](count - 1);
        for (uint64 i = 0; i + 1 < count; ++i) {
            roots[i] = seen.responder.boundaries[Pieces.begin(seen.state.lo, seen.state.hi, i + 1)];
        }
        if (seen.state.phase == Phase.Steps) {
            return (solver, abi.encodeCall(games.postSteps, (seen.gameId, roots)));
        }
        uint64 piece = 0;
        while (piece + 1 < count && agrees(s, seen, piece)) ++piece;
        return (challenger, abi.encodeCall(games.pickStep, (seen.gameId, piece, roots)));
    }

    /// Whether the challenger goes on to the next piece: it agrees with where this one ends or, if it agrees with
    /// everything, its target lies further.
    function agrees(Scenario memory s, Situation memory seen, uint64 piece) private pure returns (bool) {
        uint64 end = Pieces.begin(seen.state.lo, seen.state.hi, piece + 1);
        if (seen.responder.boundaries[seen.state.hi] != seen.own.boundaries[seen.state.hi]) {
            return seen.responder.boundaries[end] == seen.own.boundaries[end];
        }
        return end <= s.transition;
    }

    function postTrace(Scenario memory s, Situation memory seen)
        private
        view
        returns (address, bytes memory)
    {
        bytes32[] memory path = seen.responder.trace.path(Scenarios.NODES - 1);
        return (
            solver,
            abi.encodeCall(games.postTrace, (seen.gameId, seen.responder.trace.root(), s.header(), path))
        );
    }

    function tree(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        uint256 levels = seen.state.height < 5 ? seen.state.height : 5;
        Tree memory theirs = seen.state.inOutput ? seen.responder.blocks : seen.responder.trace;
        Tree memory mine = seen.state.inOutput ? seen.own.blocks : seen.own.trace;
        Root[] memory posted = theirs.children(seen.state.height, seen.state.treeIndex, levels);
        if (seen.state.phase == Phase.Tree) {
            return (solver, abi.encodeCall(games.descend, (seen.gameId, posted)));
        }

        Root[] memory believed = mine.children(seen.state.height, seen.state.treeIndex, levels);
        uint256 leaf = seen.state.inOutput ? s.element * elementSize(s) / BLOCK : s.disputedNode();
        uint64 child = uint64((leaf >> (seen.state.height - levels)) & (posted.length - 1));
        for (uint64 i = 0; i < posted.length; ++i) {
            if (posted[i] != believed[i]) {
                assertEq(i, child, "first difference");
                break;
            }
        }
        return (challenger, abi.encodeCall(games.pickChild, (seen.gameId, child, posted)));
    }

    function openNode(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        uint64 index = seen.state.treeIndex;
        return (
            challenger,
            abi.encodeCall(
                games.openNode, (seen.gameId, s.header(), s.nodes()[index], s.graphTree().path(index))
            )
        );
    }

    function publish(Situation memory seen) private view returns (address, bytes memory) {
        return (
            solver,
            abi.encodeCall(
                games.publish,
                (seen.gameId, Trees.slice(seen.responder.output, seen.state.treeIndex * BLOCK, BLOCK))
            )
        );
    }

    function pickElement(Scenario memory s, Situation memory seen)
        private
        view
        returns (address, bytes memory)
    {
        bytes memory block_ = Trees.slice(seen.responder.output, seen.state.treeIndex * BLOCK, BLOCK);
        bytes32[] memory hashes = new bytes32[]((block_.length + CHUNK - 1) / CHUNK);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(Trees.slice(block_, i * CHUNK, CHUNK));
        }
        uint256 size = elementSize(s);
        uint64 inBlock = uint64(s.element - seen.state.treeIndex * (BLOCK / size));
        bytes memory chunk = Trees.slice(block_, inBlock * size / CHUNK * CHUNK, CHUNK);
        return (challenger, abi.encodeCall(games.pickElement, (seen.gameId, inBlock, hashes, chunk)));
    }

    function lanes(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        if (seen.state.phase == Phase.Lanes) {
            return (solver, abi.encodeCall(games.postLanes, (seen.gameId, seen.responder.lanes)));
        }
        for (uint32 i = 0; i < 32; ++i) {
            if (seen.responder.lanes[i] != seen.own.lanes[i]) assertEq(i, s.lane, "first difference");
        }
        return (challenger, abi.encodeCall(games.pickLane, (seen.gameId, s.lane, seen.responder.lanes)));
    }

    function chain(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        uint64 count = Pieces.count(seen.state.chainLo, seen.state.chainHi);
        uint32[] memory values = new uint32[](count);
        for (uint64 i = 0; i < count; ++i) {
            values[i] = seen.responder.accs[Pieces.begin(seen.state.chainLo, seen.state.chainHi, i + 1)];
        }
        if (seen.state.phase == Phase.Chain) {
            return (solver, abi.encodeCall(games.postPartials, (seen.gameId, values)));
        }
        uint64 piece = 0;
        while (Pieces.begin(seen.state.chainLo, seen.state.chainHi, piece + 1) <= s.operation) ++piece;
        for (uint64 i = 0; i < count; ++i) {
            if (values[i] != seen.own.accs[Pieces.begin(seen.state.chainLo, seen.state.chainHi, i + 1)]) {
                assertEq(i, piece, "first difference");
                break;
            }
        }
        return (challenger, abi.encodeCall(games.pickPartial, (seen.gameId, piece, values)));
    }

    function judge(Scenario memory s, Situation memory seen) private view returns (address, bytes memory) {
        bool wrong = keccak256(seen.responder.output) != keccak256(s.outputs[s.disputedNode()]);
        Read[] memory reads = wrong ? s.wrongReads : s.reads;
        Opening[] memory openings = new Opening[](reads.length);
        for (uint256 i = 0; i < reads.length; ++i) {
            openings[i] = open(s, seen.responder.trace, reads[i]);
        }
        bytes32[8] memory node = s.nodes()[s.disputedNode()];
        uint64 extra = wrong ? s.wrongExtra : s.extra;
        return (challenger, abi.encodeCall(games.judge, (seen.gameId, s.header(), node, extra, openings)));
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
