// SPDX-License-Identifier: Apache-2.0
// Budgets, graces and timeout. The terms: 300 seconds for all moves of a side, 1.5 seconds a step.
pragma solidity 0.8.37;

import {GameId, GameState, IDisputeGame, Outcome, Phase} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {JobId, Status} from "src/market/IJobMarket.sol";
import {Cases} from "test/actors/Cases.sol";
import {Scenario, Scenarios} from "test/actors/Scenario.sol";

contract ClocksTest is Cases {
    using Scenarios for Scenario;

    uint256 private constant STEPS_GRACE = 123; // 82 boundaries of 1.5 seconds
    uint256 private constant MOVE_GRACE = 12; // 8 steps

    GameId private gameId;
    JobId private jobId;
    uint256 private start;
    /// While set, every move comes in the last second that is left for it.
    bool private lastSecond;
    uint256 private graces;

    function setUp() public override {
        super.setUp();
        Scenario memory s = mapCase(0);
        (jobId, gameId) = openGame(s, s.honestView());
        start = vm.getBlockTimestamp();
    }

    function test_grace_costs_nothing() public {
        assertEq(Timestamp.unwrap(games.gameState(gameId).deadline), start + STEPS_GRACE + 300);
        vm.warp(start + STEPS_GRACE);
        postSteps();
        assertEq(games.gameState(gameId).responderBudget, 300);
    }

    function test_time_beyond_the_grace_comes_off_the_movers_budget() public {
        vm.warp(start + STEPS_GRACE + 100);
        postSteps();
        assertEq(games.gameState(gameId).responderBudget, 200);
        assertEq(games.gameState(gameId).challengerBudget, 300);
        elapse(STEPS_GRACE + 7);
        pickStep(0); // [0, 2)
        assertEq(games.gameState(gameId).challengerBudget, 293);
        // The grace of the next round is that of the shorter interval: 2 steps.
        assertEq(Timestamp.unwrap(games.gameState(gameId).deadline), vm.getBlockTimestamp() + 3 + 200);
    }

    function test_grace_of_a_move_within_a_step_is_eight_steps() public {
        postSteps();
        pickStep(0);
        vm.prank(solver);
        games.postSteps(gameId, new Root[](1));
        vm.prank(challenger);
        games.pickStep(gameId, 0, new Root[](1));
        assertEq(uint256(games.gameState(gameId).phase), uint256(Phase.Trace));
        assertEq(
            Timestamp.unwrap(games.gameState(gameId).deadline), vm.getBlockTimestamp() + MOVE_GRACE + 300
        );
    }

    function test_last_second_move_is_in_time_and_spends_everything() public {
        vm.warp(start + STEPS_GRACE + 300);
        postSteps();
        assertEq(games.gameState(gameId).responderBudget, 0);
    }

    function test_late_move_is_refused_even_before_anybody_calls_timeout() public {
        uint256 deadline = start + STEPS_GRACE + 300;
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.TimeIsUp.selector, gameId, Timestamp.wrap(uint64(deadline)))
        );
        vm.prank(solver);
        games.postSteps(gameId, new Root[](31));
    }

    function test_timeout_refuses_until_the_deadline_has_passed() public {
        uint256 deadline = start + STEPS_GRACE + 300;
        vm.warp(deadline);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputeGame.TimeIsNotUp.selector, gameId, Timestamp.wrap(uint64(deadline))
            )
        );
        games.timeout(gameId);
    }

    function test_silent_responder_loses() public {
        vm.warp(start + STEPS_GRACE + 301);
        vm.expectEmit(address(games));
        emit IDisputeGame.TimedOut(gameId, solver);
        vm.prank(stranger);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ChallengerWon));
        assertStatus(jobId, Status.Open);
        assertEq(market.claimable(challenger), 150 ether);
    }

    function test_silent_challenger_loses() public {
        postSteps();
        elapse(STEPS_GRACE + 301);
        vm.prank(stranger);
        games.timeout(gameId);
        assertEq(uint256(games.gameState(gameId).outcome), uint256(Outcome.ResponderWon));
        assertStatus(jobId, Status.Running);
        assertEq(market.claimable(solver), 25 ether);
    }

    /// Both sides use all they have, and no move wins by the clock; nor does the game last longer than the clocks allow.
    function test_game_of_last_second_moves_is_won_by_who_is_right() public {
        lastSecond = true;
        Scenario memory s = matmulCase(true, 70, 7, 35);
        start = vm.getBlockTimestamp();
        assertOutcome(s, s.wrongView(elementSize(s)), Outcome.ChallengerWon);
        assertEq(vm.getBlockTimestamp(), start + graces + 2 * 300);
        (start, graces) = (vm.getBlockTimestamp(), 0);
        assertOutcome(s, s.honestView(), Outcome.ResponderWon);
        assertEq(vm.getBlockTimestamp(), start + graces + 2 * 300);
    }

    function sendMove(GameId played, address mover, bytes memory data) internal override {
        if (lastSecond) {
            GameState memory state = games.gameState(played);
            uint256 budget = mover == solver ? state.responderBudget : state.challengerBudget;
            graces += Timestamp.unwrap(state.deadline) - vm.getBlockTimestamp() - budget;
            vm.warp(Timestamp.unwrap(state.deadline));
        }
        super.sendMove(played, mover, data);
    }

    function postSteps() private {
        vm.prank(solver);
        games.postSteps(gameId, new Root[](31));
    }

    function pickStep(uint64 piece) private {
        vm.prank(challenger);
        games.pickStep(gameId, piece, new Root[](31));
    }
}
