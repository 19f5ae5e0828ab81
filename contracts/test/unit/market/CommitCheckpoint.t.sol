// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {Timestamp} from "src/dispute/Timestamp.sol";
import {Checkpoint, IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract CommitCheckpointTest is World {
    function test_keeps_root_and_time_in_order() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(10);
        commit(jobId, 1);
        Checkpoint memory second = market.checkpoint(jobId, 1);
        assertEq(Root.unwrap(second.root), Root.unwrap(someRoot(1)));
        assertEq(Timestamp.unwrap(second.committedAt), vm.getBlockTimestamp());
        assertEq(jobOf(jobId).committed, 2);
        assertEq(Root.unwrap(market.checkpoint(jobId, 2).root), 0);
    }

    function test_refuses_another_index_than_the_next() public {
        JobId jobId = runningJob();
        vm.startPrank(solver);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.WrongCheckpoint.selector, jobId, 1, 0));
        market.commitCheckpoint(jobId, 1, someRoot(1));
        market.commitCheckpoint(jobId, 0, someRoot(0));
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.WrongCheckpoint.selector, jobId, 0, 1));
        market.commitCheckpoint(jobId, 0, someRoot(7));
    }

    function test_refuses_anybody_but_the_solver() public {
        JobId jobId = runningJob();
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotTheSolver.selector, jobId, stranger));
        vm.prank(stranger);
        market.commitCheckpoint(jobId, 0, someRoot(0));
    }

    function test_refuses_after_the_deadline_which_each_commitment_moves() public {
        JobId jobId = runningJob();
        elapse(3600);
        commit(jobId, 0);
        elapse(3600);
        commit(jobId, 1);
        uint64 deadline = uint64(vm.getBlockTimestamp() + 3600);
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.DeadlinePassed.selector, jobId, Timestamp.wrap(deadline))
        );
        vm.prank(solver);
        market.commitCheckpoint(jobId, 2, someRoot(2));
    }

    function test_refuses_beyond_the_last() public {
        JobId jobId = runningJob();
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.AllCommitted.selector, jobId));
        vm.prank(solver);
        market.commitCheckpoint(jobId, 3, someRoot(3));
    }
}
