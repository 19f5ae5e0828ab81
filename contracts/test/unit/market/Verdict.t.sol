// SPDX-License-Identifier: Apache-2.0
// Who pays and who is paid when a game ends: verdict and releaseMoot.
pragma solidity 0.8.37;

import {GameId, Outcome} from "src/dispute/IDisputeGame.sol";
import {Root} from "src/dispute/Root.sol";
import {IJobMarket, Job, JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract VerdictTest is World {
    function test_losing_challenger_pays_the_responder_and_the_treasury() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        verdict(gameId, true);
        assertEq(market.claimable(solver), 25 ether);
        assertEq(market.claimable(address(treasury)), 25 ether);
        assertEq(market.claimable(challenger), 0);
        assertEq(market.checkpoint(jobId, 0).openGames, 0);
        assertStatus(jobId, Status.Running);
    }

    function test_losing_solver_pays_the_challenger_and_the_treasury() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        vm.expectEmit(address(market));
        emit IJobMarket.ChallengeUpheld(jobId, gameId, solver, 1000 ether);
        verdict(gameId, false);
        assertEq(market.claimable(challenger), 50 ether + 100 ether);
        assertEq(market.claimable(address(treasury)), 900 ether);
        assertEq(market.claimable(solver), 0);
        assertEq(registry.stake(solver).locked, 0);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
        Job memory job = jobOf(jobId);
        assertStatus(jobId, Status.Open);
        assertEq(job.committed, 0);
        assertEq(job.escrow, 300 ether);
    }

    function test_what_can_settle_before_the_fault_settles_and_the_rest_is_dropped() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(500);
        commit(jobId, 1);
        commit(jobId, 2);
        elapse(400); // the window of checkpoint 0 has closed
        GameId gameId = challengeBy(challenger, jobId, 2);
        verdict(gameId, false);
        Job memory job = jobOf(jobId);
        assertEq(job.settled, 1);
        assertEq(job.committed, 1);
        assertEq(market.claimable(solver), afterFee(120 ether));
        assertEq(job.escrow, 180 ether);
    }

    function test_disputed_checkpoint_does_not_settle_by_its_own_verdict() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        passWindow();
        verdict(gameId, false);
        assertEq(jobOf(jobId).settled, 0);
        assertEq(market.claimable(solver), 0);
    }

    function test_verdict_settles_a_bounded_number() public {
        bytes32[12] memory header = someHeader();
        header[1] = bytes32(uint256(100));
        header[2] = bytes32(uint256(1));
        vm.prank(submitter);
        JobId jobId = market.post(header, Root.wrap("blob"), 1, someTerms());
        vm.prank(solver);
        market.accept(jobId, 0);
        for (uint64 i = 0; i < 80; ++i) {
            commit(jobId, i);
        }
        elapse(601);
        commit(jobId, 80);
        GameId gameId = challengeBy(challenger, jobId, 80);
        verdict(gameId, false);
        assertEq(jobOf(jobId).settled, 64);
        assertEq(jobOf(jobId).committed, 64);
    }

    function test_other_games_on_a_dropped_claim_are_moot() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId lost = challengeBy(challenger, jobId, 0);
        fund(stranger);
        GameId released = challengeBy(stranger, jobId, 0);
        GameId decided = challengeBy(stranger, jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotMoot.selector, released));
        market.releaseMoot(released);
        verdict(lost, false);

        market.releaseMoot(released);
        assertEq(market.claimable(stranger), 50 ether);
        assertEq(uint256(games.gameState(released).outcome), uint256(Outcome.Cancelled));
        verdict(decided, false);
        assertEq(market.claimable(stranger), 100 ether);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
    }

    function test_moot_game_does_not_touch_the_next_attempt() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId lost = challengeBy(challenger, jobId, 0);
        GameId moot = challengeBy(challenger, jobId, 0);
        verdict(lost, false);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 0);
        assertEq(market.checkpoint(jobId, 0).openGames, 0);
        verdict(moot, false);
        assertStatus(jobId, Status.Running);
        assertEq(market.checkpoint(jobId, 0).openGames, 0);
        assertEq(registry.stake(solver).locked, 1000 ether);
    }

    function test_odd_amounts_lose_no_unit() public {
        Terms memory terms = someTerms();
        terms.solverBond = 1 ether + 7;
        terms.challengeBond = 1 ether + 5;
        JobId jobId = postJob(terms);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 0);
        GameId rejected = challengeBy(challenger, jobId, 0);
        GameId upheld = challengeBy(challenger, jobId, 0);
        verdict(rejected, true);
        assertEq(market.claimable(solver), 0.5 ether + 2);
        assertEq(market.claimable(address(treasury)), 0.5 ether + 3);
        verdict(upheld, false);
        assertEq(market.claimable(challenger), 1.1 ether + 5);
        assertEq(market.claimable(address(treasury)), 1.4 ether + 3 + 7);
    }

    function test_only_the_game_and_only_once() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotTheGame.selector, address(this)));
        market.verdict(gameId, true);
        verdict(gameId, true);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NoSuchChallenge.selector, gameId));
        verdict(gameId, true);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NoSuchChallenge.selector, gameId));
        market.releaseMoot(gameId);
    }
}
