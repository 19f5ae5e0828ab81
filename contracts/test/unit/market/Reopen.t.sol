// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobMarket, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract ReopenTest is World {
    function test_offers_the_rest_and_fines_a_twentieth() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(3601);
        market.settle(jobId, 0);
        vm.expectEmit(address(market));
        emit IJobMarket.DeadlineMissed(jobId, solver, 50 ether);
        vm.expectEmit(address(market));
        emit IJobMarket.JobReopened(jobId, 1, 1, 1);
        market.reopen(jobId);
        Job memory job = jobOf(jobId);
        assertStatus(jobId, Status.Open);
        assertEq(job.attempt, 1);
        assertEq(job.solver, address(0));
        assertEq(job.settled, 1);
        assertEq(job.escrow, 180 ether);
        assertEq(market.offer(jobId), 100 ether);
        assertEq(market.claimable(submitter), 50 ether);
        assertEq(registry.stake(solver).locked, 0);
        assertEq(registry.stake(solver).free, STAKE - 50 ether);
    }

    function test_next_solver_is_paid_for_its_own_segments() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(3601);
        market.settle(jobId, 0);
        market.reopen(jobId);
        enlist(stranger);
        elapse(100);
        vm.startPrank(stranger);
        market.accept(jobId, 300 ether);
        market.commitCheckpoint(jobId, 1, someRoot(1));
        market.commitCheckpoint(jobId, 2, someRoot(2));
        passWindow();
        market.settle(jobId, 1);
        market.settle(jobId, 2);
        assertEq(market.claimable(solver), afterFee(120 ether));
        assertEq(market.claimable(stranger), afterFee(180 ether));
        assertEq(jobOf(jobId).escrow, 0);
    }

    function test_refuses_before_the_deadline() public {
        JobId jobId = runningJob();
        elapse(3600);
        vm.expectPartialRevert(IJobMarket.DeadlineNotPassed.selector);
        market.reopen(jobId);
    }

    function test_refuses_until_what_was_committed_has_settled() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(3601);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.CommitmentsPending.selector, jobId, 0, 1));
        market.reopen(jobId);
    }

    function test_all_committed_leaves_no_deadline_to_miss() public {
        JobId jobId = runningJob();
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        elapse(100_000);
        vm.expectPartialRevert(IJobMarket.CommitmentsPending.selector);
        market.reopen(jobId);
    }
}
