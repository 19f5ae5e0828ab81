// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobMarket, Job, JobId, Status} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract AcceptTest is World {
    function test_takes_the_offer_of_the_moment_and_locks_the_bond() public {
        JobId jobId = postJob();
        elapse(50);
        vm.expectEmit(address(market));
        emit IJobMarket.JobAccepted(jobId, solver, 0, 200 ether);
        vm.prank(solver);
        market.accept(jobId, 200 ether);
        Job memory job = jobOf(jobId);
        assertStatus(jobId, Status.Running);
        assertEq(job.solver, solver);
        assertEq(job.price, 200 ether);
        assertEq(registry.stake(solver).locked, 1000 ether);
    }

    function test_refuses_below_the_price_expected() public {
        JobId jobId = postJob();
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.OfferTooLow.selector, jobId, 100 ether, 100 ether + 1)
        );
        vm.prank(solver);
        market.accept(jobId, 100 ether + 1);
    }

    function test_refuses_an_expired_offer() public {
        JobId jobId = postJob();
        elapse(1001);
        vm.expectPartialRevert(IJobMarket.OfferExpired.selector);
        vm.prank(solver);
        market.accept(jobId, 0);
    }

    function test_refuses_who_is_not_registered() public {
        JobId jobId = postJob();
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.accept(jobId, 0);
    }

    function test_refuses_without_free_stake() public {
        JobId jobId = postJob();
        vm.startPrank(solver);
        registry.requestWithdrawal(STAKE - 1000 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, 1000 ether, 1000 ether - 1)
        );
        market.accept(jobId, 0);
    }

    function test_refuses_a_second_solver() public {
        JobId jobId = runningJob();
        enlist(stranger);
        vm.expectPartialRevert(IJobMarket.WrongStatus.selector);
        vm.prank(stranger);
        market.accept(jobId, 0);
    }
}
