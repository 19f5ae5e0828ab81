// SPDX-License-Identifier: Apache-2.0
// What each move refuses. Every test plays an honest game up to the phase in question.
pragma solidity 0.8.37;

import {Claim, GameId, GameState, IDisputeGame, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {IReferee, Opening} from "src/dispute/IReferee.sol";
import {Root} from "src/dispute/Root.sol";
import {Cases} from "test/actors/Cases.sol";
import {Scenario, Scenarios, View} from "test/actors/Scenario.sol";
import {Tree, Trees} from "test/actors/Trees.sol";

contract MovesTest is Cases {
    using Scenarios for Scenario;
    using Trees for Tree;

    Phase private constant NEVER = Phase.Over;

    // ---- open, cancel

    function test_only_the_market_opens_and_cancels() public {
        Claim memory claim;
        bytes memory refusal = abi.encodeWithSelector(IDisputeGame.NotTheMarket.selector, address(this));
        vm.expectRevert(refusal);
        games.open(GameId.wrap(1), claim);
        vm.expectRevert(refusal);
        games.cancel(GameId.wrap(1));
    }

    function test_open_refuses_a_number_twice_and_an_empty_interval() public {
        Claim memory claim;
        vm.startPrank(address(market));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.EmptyInterval.selector, 0, 0));
        games.open(GameId.wrap(1), claim);
        claim.hi = 1;
        games.open(GameId.wrap(1), claim);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.GameExists.selector, 1));
        games.open(GameId.wrap(1), claim);
    }

    function test_one_step_needs_no_steps_rounds() public {
        Claim memory claim;
        (claim.lo, claim.hi) = (4, 5);
        vm.prank(address(market));
        games.open(GameId.wrap(1), claim);
        assertEq(uint256(games.gameState(GameId.wrap(1)).phase), uint256(Phase.Trace));
    }

    function test_unknown_game() public {
        bytes memory refusal = abi.encodeWithSelector(IDisputeGame.NoSuchGame.selector, 5);
        vm.expectRevert(refusal);
        games.timeout(GameId.wrap(5));
        vm.expectRevert(refusal);
        games.postSteps(GameId.wrap(5), new Root[](31));
        vm.expectRevert(refusal);
        games.gameState(GameId.wrap(5));
    }

    // ---- the guard of every move

    function test_refuses_the_other_side_and_strangers() public {
        (GameId gameId,) = reach(Phase.Steps, mapCase(0));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.NotYourMove.selector, gameId, challenger, solver));
        vm.prank(challenger);
        games.postSteps(gameId, new Root[](31));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.NotYourMove.selector, gameId, stranger, solver));
        vm.prank(stranger);
        games.postSteps(gameId, new Root[](31));
    }

    function test_refuses_a_move_of_another_phase() public {
        (GameId gameId,) = reach(Phase.StepsPick, mapCase(0));
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.WrongPhase.selector, gameId, Phase.StepsPick, Phase.Steps)
        );
        vm.prank(solver);
        games.postSteps(gameId, new Root[](31));
    }

    function test_nothing_moves_when_it_is_over() public {
        (GameId gameId,) = reach(NEVER, iotaCase(0));
        bytes memory refusal =
            abi.encodeWithSelector(IDisputeGame.GameIsOver.selector, gameId, Outcome.ResponderWon);
        elapse(365 days);
        vm.expectRevert(refusal);
        games.timeout(gameId);
        vm.expectRevert(refusal);
        vm.prank(solver);
        games.postSteps(gameId, new Root[](31));
        vm.expectRevert(refusal);
        vm.prank(address(market));
        games.cancel(gameId);
    }

    // ---- steps

    function test_postSteps_refuses_another_count() public {
        (GameId gameId,) = reach(Phase.Steps, mapCase(0));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongCount.selector, 32, 31));
        vm.prank(solver);
        games.postSteps(gameId, new Root[](32));
    }

    function test_pickStep_refuses_other_roots_and_pieces() public {
        (GameId gameId,) = reach(Phase.Steps, mapCase(0));
        Root[] memory roots = new Root[](31);
        vm.prank(solver);
        games.postSteps(gameId, roots);
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.PieceOutOfRange.selector, 32, 32));
        games.pickStep(gameId, 32, roots);
        roots[4] = Root.wrap("x");
        vm.expectPartialRevert(IDisputeGame.NotAsPosted.selector);
        games.pickStep(gameId, 3, roots);
    }

    /// 82 boundaries in 32 pieces: piece 0 is [0, 2), piece 31 is [79, 82).
    function test_pickStep_takes_the_pieces_roots() public {
        (GameId gameId,) = reach(Phase.Steps, mapCase(0));
        Root[] memory roots = new Root[](31);
        for (uint256 i = 0; i < 31; ++i) {
            roots[i] = Root.wrap(bytes32(i + 1));
        }
        vm.prank(solver);
        games.postSteps(gameId, roots);
        Root hi = games.gameState(gameId).rootHi;
        uint256 before = vm.snapshotState();
        assertPiece(gameId, 0, roots, 0, 2, Root.wrap(0), roots[0]);
        vm.revertToState(before);
        before = vm.snapshotState();
        assertPiece(gameId, 1, roots, 2, 5, roots[0], roots[1]);
        vm.revertToState(before);
        assertPiece(gameId, 31, roots, 79, 82, roots[30], hi);
    }

    // ---- the trace

    function test_postTrace_refuses_another_program_or_last_leaf() public {
        Scenario memory s = mapCase(0);
        (GameId gameId, View memory responder) = reach(Phase.Trace, s);
        bytes32[12] memory header = s.header();
        bytes32[] memory path = responder.trace.path(Scenarios.NODES - 1);
        Root root = responder.trace.root();
        vm.startPrank(solver);
        vm.expectPartialRevert(IDisputeGame.NotInTree.selector);
        games.postTrace(gameId, Root.wrap("x"), header, path);
        bytes32[] memory longer = new bytes32[](path.length + 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongCount.selector, longer.length, path.length));
        games.postTrace(gameId, root, header, longer);
        header[4] = "x";
        vm.expectPartialRevert(IDisputeGame.NotTheProgram.selector);
        games.postTrace(gameId, root, header, path);
    }

    function test_descend_refuses_children_of_another_node() public {
        (GameId gameId,) = reach(Phase.Tree, mapCase(0));
        vm.startPrank(solver);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongCount.selector, 16, 32));
        games.descend(gameId, new Root[](16));
        vm.expectPartialRevert(IDisputeGame.NotInTree.selector);
        games.descend(gameId, new Root[](32));
    }

    function test_pickChild_refuses_other_children() public {
        Scenario memory s = mapCase(0);
        (GameId gameId, View memory responder) = reach(Phase.TreePick, s);
        Root[] memory children = responder.trace.children(6, 0, 5);
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.PieceOutOfRange.selector, 32, 32));
        games.pickChild(gameId, 32, children);
        children[7] = Root.wrap("x");
        vm.expectPartialRevert(IDisputeGame.NotAsPosted.selector);
        games.pickChild(gameId, 7, children);
    }

    /// 40 leaves in a tree of 64: children 20 and up of 32 hold padding alone.
    function test_picking_honest_padding_loses() public {
        (GameId gameId, View memory responder) = reach(Phase.TreePick, mapCase(0));
        Root[] memory children = responder.trace.children(6, 0, 5);
        vm.prank(challenger);
        games.pickChild(gameId, 20, children);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ResponderWon));
    }

    function test_hiding_something_in_the_padding_loses() public {
        Scenario memory s = mapCase(0);
        View memory responder = s.honestView();
        bytes32[] memory leaves = responder.trace.levels[0];
        leaves[63] = "hidden";
        responder.trace = Trees.ofList(leaves);
        (, GameId gameId) = openGame(s, responder);
        play(s, gameId, responder, Phase.TreePick);
        Root[] memory children = responder.trace.children(6, 0, 5);
        vm.prank(challenger);
        games.pickChild(gameId, 31, children);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ChallengerWon));
    }

    function test_openNode_refuses_another_node() public {
        Scenario memory s = mapCase(0);
        (GameId gameId,) = reach(Phase.Node, s);
        bytes32[12] memory header = s.header();
        bytes32[8] memory node = s.nodes()[0];
        bytes32[] memory path = s.graphTree().path(0);
        vm.expectPartialRevert(IDisputeGame.NotInTree.selector);
        vm.prank(challenger);
        games.openNode(gameId, header, node, path);
    }

    // ---- the element

    function test_publish_refuses_another_block() public {
        Scenario memory s = mapCase(0);
        (GameId gameId,) = reach(Phase.Publish, s);
        bytes memory data = s.outputs[s.disputedNode()];
        bytes memory longer = bytes.concat(data, hex"00");
        vm.startPrank(solver);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.WrongBlockLength.selector, data.length + 1, data.length)
        );
        games.publish(gameId, longer);
        data = bytes.concat(data);
        data[0] ^= 0x01;
        vm.expectPartialRevert(IDisputeGame.NotInTree.selector);
        games.publish(gameId, data);
    }

    function test_pickElement_refuses_other_chunks_and_elements() public {
        Scenario memory s = mapCase(0);
        (GameId gameId,) = reach(Phase.Element, s);
        bytes memory chunk = s.outputs[s.disputedNode()];
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(chunk);
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.ElementOutOfRange.selector, 6, 6));
        games.pickElement(gameId, 6, hashes, chunk);
        vm.expectPartialRevert(IDisputeGame.NotTheChunk.selector);
        games.pickElement(gameId, 0, hashes, bytes.concat(chunk, hex"00"));
        hashes[0] = keccak256("x");
        vm.expectPartialRevert(IDisputeGame.NotAsPosted.selector);
        games.pickElement(gameId, 0, hashes, chunk);
    }

    // ---- accumulation

    function test_postLanes_refuses_what_does_not_fold_to_the_claim() public {
        Scenario memory s = sumCase(100, 1, 0, 0);
        (GameId gameId,) = reach(Phase.Lanes, s);
        vm.expectPartialRevert(IDisputeGame.DoesNotFinish.selector);
        vm.prank(solver);
        games.postLanes(gameId, s.wrongLanes);
    }

    function test_pickLane_refuses_other_lanes() public {
        Scenario memory s = sumCase(100, 1, 0, 0);
        (GameId gameId,) = reach(Phase.LanesPick, s);
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.PieceOutOfRange.selector, 32, 32));
        games.pickLane(gameId, 32, s.lanes);
        vm.expectPartialRevert(IDisputeGame.NotAsPosted.selector);
        games.pickLane(gameId, 0, s.wrongLanes);
    }

    function test_postPartials_refuses_another_end() public {
        Scenario memory s = matmulCase(true, 3, 0, 0);
        (GameId gameId,) = reach(Phase.Chain, s);
        uint32[] memory values = new uint32[](3);
        values[2] = s.accs[3] ^ 1;
        vm.startPrank(solver);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.DoesNotFinish.selector, s.accs[3] ^ 1, s.accs[3]));
        games.postPartials(gameId, values);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongCount.selector, 2, 3));
        games.postPartials(gameId, new uint32[](2));
    }

    /// A lane's end is fixed by the lanes, bit for bit: nothing is finished there.
    function test_postPartials_must_meet_a_fixed_end() public {
        Scenario memory s = sumCase(3, 1, 0, 0);
        (GameId gameId,) = reach(Phase.Chain, s);
        uint32[] memory values = new uint32[](1);
        values[0] = s.accs[1] ^ 1;
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.DoesNotFinish.selector, s.accs[1] ^ 1, s.accs[1]));
        vm.prank(solver);
        games.postPartials(gameId, values);
    }

    function test_pickPartial_refuses_other_values() public {
        Scenario memory s = matmulCase(true, 3, 0, 0);
        (GameId gameId,) = reach(Phase.ChainPick, s);
        uint32[] memory values = new uint32[](3);
        (values[0], values[1], values[2]) = (s.accs[1], s.accs[2], s.accs[3]);
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.PieceOutOfRange.selector, 3, 3));
        games.pickPartial(gameId, 3, values);
        values[0] ^= 1;
        vm.expectPartialRevert(IDisputeGame.NotAsPosted.selector);
        games.pickPartial(gameId, 0, values);
    }

    // ---- judge

    function test_judge_refuses_another_node_or_program() public {
        Scenario memory s = iotaCase(0);
        (GameId gameId,) = reach(Phase.Judge, s);
        bytes32[12] memory header = s.header();
        bytes32[8] memory node = s.nodes()[0];
        node[0] ^= bytes32(uint256(1));
        vm.startPrank(challenger);
        vm.expectPartialRevert(IDisputeGame.NotInTree.selector);
        games.judge(gameId, header, node, 0, new Opening[](0));
        header[11] = "x";
        vm.expectPartialRevert(IDisputeGame.NotTheProgram.selector);
        games.judge(gameId, header, node, 0, new Opening[](0));
    }

    /// An init that reads a state: whoever accepted such a program is not judged by it, and the challenger's time runs.
    function test_malformed_program_convicts_nobody() public {
        Scenario memory s = viewCase(0);
        s.transition = 0;
        (GameId gameId, View memory responder) = reach(Phase.Judge, s);
        bytes32[12] memory header = s.header();
        bytes32[8] memory node = s.nodes()[s.disputedNode()];
        Opening[] memory openings = new Opening[](1);
        openings[0] = open(s, responder.trace, s.reads[0]);
        vm.expectRevert(abi.encodeWithSelector(IReferee.MalformedNode.selector, "state"));
        vm.prank(challenger);
        games.judge(gameId, header, node, 0, openings);
        elapse(1000);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ResponderWon));
    }

    // ---- helpers

    function reach(Phase phase, Scenario memory s) private returns (GameId gameId, View memory responder) {
        responder = s.honestView();
        (, gameId) = openGame(s, responder);
        play(s, gameId, responder, phase);
        assertEq(uint256(games.gameState(gameId).phase), uint256(phase));
    }

    function assertPiece(
        GameId gameId,
        uint64 piece,
        Root[] memory roots,
        uint64 lo,
        uint64 hi,
        Root rootLo,
        Root rootHi
    ) private {
        vm.prank(challenger);
        games.pickStep(gameId, piece, roots);
        GameState memory state = games.gameState(gameId);
        assertEq(state.lo, lo);
        assertEq(state.hi, hi);
        assertEq(Root.unwrap(state.rootLo), Root.unwrap(rootLo));
        assertEq(Root.unwrap(state.rootHi), Root.unwrap(rootHi));
    }
}
