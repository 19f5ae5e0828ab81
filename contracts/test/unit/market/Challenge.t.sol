// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, GameId} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {Challenge, IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract ChallengeTest is World {
    function test_opens_a_game_between_the_checkpoints_roots() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        commit(jobId, 1);
        GameId gameId = challengeBy(challenger, jobId, 1);
        assertEq(token.balanceOf(challenger), FUNDS - 50 ether);
        Claim memory claim = games.claimOf(gameId);
        assertEq(claim.responder, solver);
        assertEq(claim.challenger, challenger);
        assertEq(Root.unwrap(claim.programRoot), sha256(abi.encodePacked(someHeader())));
        assertEq(Root.unwrap(claim.rootLo), Root.unwrap(someRoot(0)));
        assertEq(Root.unwrap(claim.rootHi), Root.unwrap(someRoot(1)));
        assertEq(claim.lo, 5);
        assertEq(claim.hi, 9);
        assertEq(claim.steps, STEPS);
        assertEq(claim.stepMillis, 1500);
        assertEq(claim.moveBudget, 300);
        Challenge memory record = market.challengeOf(gameId);
        assertEq(JobId.unwrap(record.jobId), JobId.unwrap(jobId));
        assertEq(record.index, 1);
        assertEq(record.backer, challenger);
    }

    function test_first_checkpoint_starts_at_nothing() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        assertEq(games.claimOf(gameId).lo, 0);
        assertEq(Root.unwrap(games.claimOf(gameId).rootLo), 0);
    }

    function test_any_number_at_once() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        for (uint256 i = 0; i < 5; ++i) {
            challengeBy(challenger, jobId, 0);
        }
        assertEq(market.checkpoint(jobId, 0).openGames, 5);
        assertEq(token.balanceOf(challenger), FUNDS - 250 ether);
    }

    function test_refuses_when_the_window_has_closed() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(600);
        challengeBy(challenger, jobId, 0);
        elapse(1);
        vm.expectPartialRevert(IJobMarket.ChallengeWindowClosed.selector);
        vm.prank(challenger);
        market.challenge(jobId, 0);
    }

    function test_refuses_what_is_not_committed_or_has_settled() public {
        JobId jobId = runningJob();
        vm.startPrank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotCommitted.selector, jobId, 0));
        market.challenge(jobId, 0);
        vm.stopPrank();
        commit(jobId, 0);
        passWindow();
        market.settle(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.AlreadySettled.selector, jobId, 0));
        vm.prank(challenger);
        market.challenge(jobId, 0);
    }
}
