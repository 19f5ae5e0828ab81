// SPDX-License-Identifier: Apache-2.0
// Ways to gain by the rules rather than by work, each of which must not pay: both seats of a game, stake on its way out,
// deadlines behind disputes.
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {IJobMarket, Job, JobId, Status, Terms} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract AttacksTest is World {
    // ---- both seats in one hand

    /// Whatever the bonds and whoever loses, solver and challenger together have less than before.
    function testFuzz_challenging_oneself_costs(uint128 solverBond, uint128 challengeBond, bool responderWon)
        public
    {
        Terms memory terms = someTerms();
        terms.solverBond = uint128(bound(solverBond, 1 ether, STAKE));
        terms.challengeBond = uint128(bound(challengeBond, 1 ether, FUNDS));
        JobId jobId = postJob(terms);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 0);
        uint256 before = wealth();
        verdict(challengeBy(challenger, jobId, 0), responderWon);
        uint256 lost = before - wealth();
        uint256 kept = responderWon ? terms.challengeBond / 2 : terms.solverBond / 10;
        assertEq(lost, (responderWon ? terms.challengeBond : terms.solverBond) - kept);
        assertGt(lost, 0);
    }

    /// The bond is lost once, however many friends dispute the same checkpoint, and each gets back what it put up.
    function test_one_bond_rewards_one_challenger() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        uint256 before = wealth();
        GameId[4] memory friends;
        for (uint256 i = 0; i < 4; ++i) {
            friends[i] = challengeBy(challenger, jobId, 0);
        }
        for (uint256 i = 0; i < 4; ++i) {
            verdict(friends[i], false);
        }
        assertEq(before - wealth(), 900 ether);
    }

    /// Losing to a friend instead of missing the deadline costs eighteen times as much.
    function test_a_friends_challenge_is_no_way_out_of_a_deadline() public {
        JobId jobId = runningJob();
        uint256 before = wealth();
        uint256 state = vm.snapshotState();
        elapse(3601);
        market.reopen(jobId);
        assertEq(before - wealth(), 50 ether);
        vm.revertToState(state);
        commit(jobId, 0);
        verdict(challengeBy(challenger, jobId, 0), false);
        assertEq(before - wealth(), 900 ether);
    }

    // ---- stake on its way out

    function test_stake_behind_a_dispute_cannot_leave() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        vm.startPrank(solver);
        registry.requestWithdrawal(STAKE - 1000 ether);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, 1, 0));
        registry.requestWithdrawal(1);
        elapse(7 days);
        registry.withdraw();
        vm.stopPrank();
        assertEq(registry.stake(solver).locked, 1000 ether);
        verdict(gameId, false);
        assertEq(market.claimable(challenger), 150 ether);
        assertEq(token.balanceOf(address(registry)), 0);
    }

    /// Two jobs lock two bonds; the one that is lost is not taken from the other.
    function test_each_job_has_its_own_bond() public {
        JobId first = runningJob();
        JobId second = runningJob();
        commit(first, 0);
        commit(second, 0);
        GameId gameId = challengeBy(challenger, first, 0);
        GameId other = challengeBy(challenger, second, 0);
        verdict(gameId, false);
        assertEq(registry.stake(solver).locked, 1000 ether);
        verdict(other, false);
        assertEq(registry.stake(solver).locked, 0);
        assertEq(registry.stake(solver).free, STAKE - 2000 ether);
    }

    // ---- deadlines behind disputes

    function test_a_dispute_neither_moves_a_deadline_nor_is_cut_short_by_it() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(500);
        GameId gameId = challengeBy(challenger, jobId, 0);
        elapse(3101);
        vm.expectPartialRevert(IJobMarket.DeadlinePassed.selector);
        vm.prank(solver);
        market.commitCheckpoint(jobId, 1, someRoot(1));
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.CommitmentsPending.selector, jobId, 0, 1));
        market.reopen(jobId);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.GameOpen.selector, jobId, 0, 1));
        market.settle(jobId, 0);

        // The solver wins: it is paid for what it did, and fined for what it did not.
        verdict(gameId, true);
        market.settle(jobId, 0);
        market.reopen(jobId);
        assertEq(market.claimable(solver), afterFee(120 ether) + 25 ether);
        assertEq(registry.stake(solver).free, STAKE - 50 ether);
        assertStatus(jobId, Status.Open);
    }

    function test_solver_that_loses_after_its_deadline_loses_its_bond_once() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId gameId = challengeBy(challenger, jobId, 0);
        elapse(3601);
        verdict(gameId, false);
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.WrongStatus.selector, jobId, Status.Open, Status.Running)
        );
        market.reopen(jobId);
        assertEq(registry.stake(solver).free, STAKE - 1000 ether);
        assertEq(registry.stake(solver).locked, 0);
    }

    /// The result under dispute is nobody's yet, whatever else has settled.
    function test_job_waits_for_the_dispute_of_its_result() public {
        JobId jobId = runningJob();
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        GameId gameId = challengeBy(challenger, jobId, 2);
        passWindow();
        market.settle(jobId, 0);
        market.settle(jobId, 1);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.GameOpen.selector, jobId, 2, 1));
        market.settle(jobId, 2);
        verdict(gameId, false);
        Job memory job = jobOf(jobId);
        assertStatus(jobId, Status.Open);
        assertEq(job.settled, 2);
        assertEq(job.escrow, 60 ether);
        vm.prank(submitter);
        market.withdraw(jobId);
        assertEq(market.claimable(submitter), 60 ether);
    }

    // ---- every token leaves

    /// After everything has ended and everybody has claimed, the market is empty and the registry holds free stake.
    function test_nothing_stays_behind() public {
        Terms memory terms = someTerms();
        (terms.minPrice, terms.maxPrice) = (101, 307);
        (terms.solverBond, terms.challengeBond) = (1 ether + 1009, 1 ether + 53);
        JobId jobId = postJob(terms);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 0);
        verdict(challengeBy(challenger, jobId, 0), true);
        passWindow();
        market.settle(jobId, 0);
        commit(jobId, 1);
        GameId lost = challengeBy(challenger, jobId, 1);
        GameId moot = challengeBy(challenger, jobId, 1);
        verdict(lost, false);
        vm.prank(solver);
        market.accept(jobId, 0);
        market.releaseMoot(moot);
        elapse(3601);
        market.reopen(jobId);
        elapse(50);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 1);
        commit(jobId, 2);
        passWindow();
        market.settle(jobId, 1);
        market.settle(jobId, 2);
        address[4] memory all = [submitter, solver, challenger, address(treasury)];
        for (uint256 i = 0; i < 4; ++i) {
            market.claim(all[i]);
        }
        assertEq(token.balanceOf(address(market)), 0);
        assertEq(registry.stake(solver).locked, 0);
        assertEq(token.balanceOf(address(registry)), registry.stake(solver).free);
    }

    /// All that solver and challenger have, wherever it lies, but what the challenger has at stake in open games.
    function wealth() private view returns (uint256) {
        return token.balanceOf(solver) + token.balanceOf(challenger) + market.claimable(solver)
            + market.claimable(challenger) + registry.stake(solver).free + registry.stake(solver).locked;
    }
}
