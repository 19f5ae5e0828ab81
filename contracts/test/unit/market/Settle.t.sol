// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GameId} from "src/dispute/IDisputeGame.sol";
import {IJobMarket, JobId, Status} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract SettleTest is World {
    function test_pays_by_steps_and_ends_with_the_last() public {
        JobId jobId = postJob();
        elapse(50);
        vm.prank(solver);
        market.accept(jobId, 0); // at 200 for 10 steps: 4, 4 and 2
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        passWindow();
        market.settle(jobId, 0);
        assertEq(market.claimable(solver), afterFee(80 ether));
        market.settle(jobId, 1);
        assertEq(market.claimable(solver), afterFee(160 ether));
        assertEq(registry.stake(solver).locked, 1000 ether);
        vm.expectEmit(address(market));
        emit IJobMarket.JobSettled(jobId, someRoot(2), 100 ether);
        market.settle(jobId, 2);
        assertEq(market.claimable(solver), afterFee(200 ether));
        assertEq(market.claimable(address(treasury)), 2 ether);
        assertEq(market.reputation(solver), afterFee(200 ether));
        assertEq(market.claimable(submitter), 100 ether);
        assertEq(registry.stake(solver).free, STAKE);
        assertEq(jobOf(jobId).escrow, 0);
        assertStatus(jobId, Status.Settled);
    }

    function test_refuses_while_the_window_is_open() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        elapse(600);
        vm.expectPartialRevert(IJobMarket.ChallengeWindowOpen.selector);
        market.settle(jobId, 0);
        elapse(1);
        market.settle(jobId, 0);
    }

    function test_refuses_while_a_game_is_open() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        GameId first = challengeBy(challenger, jobId, 0);
        GameId second = challengeBy(challenger, jobId, 0);
        passWindow();
        verdict(second, true);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.GameOpen.selector, jobId, 0, 1));
        market.settle(jobId, 0);
        verdict(first, true);
        market.settle(jobId, 0);
    }

    function test_refuses_out_of_order_and_what_is_not_committed() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        commit(jobId, 1);
        passWindow();
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.WrongCheckpoint.selector, jobId, 1, 0));
        market.settle(jobId, 1);
        market.settle(jobId, 0);
        market.settle(jobId, 1);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotCommitted.selector, jobId, 2));
        market.settle(jobId, 2);
    }

    function test_refuses_a_second_time() public {
        JobId jobId = runningJob();
        for (uint64 i = 0; i < 3; ++i) {
            commit(jobId, i);
        }
        passWindow();
        market.settle(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.WrongCheckpoint.selector, jobId, 0, 1));
        market.settle(jobId, 0);
        market.settle(jobId, 1);
        market.settle(jobId, 2);
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.WrongStatus.selector, jobId, Status.Settled, Status.Running)
        );
        market.settle(jobId, 2);
    }
}
