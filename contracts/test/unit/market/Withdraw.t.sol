// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobMarket, JobId, Status} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract WithdrawTest is World {
    function test_submitter_takes_an_offer_back_at_once() public {
        JobId jobId = postJob();
        vm.expectEmit(address(market));
        emit IJobMarket.JobWithdrawn(jobId, 300 ether);
        vm.prank(submitter);
        market.withdraw(jobId);
        assertStatus(jobId, Status.Withdrawn);
        assertEq(market.claimable(submitter), 300 ether);
        assertEq(jobOf(jobId).escrow, 0);
    }

    function test_anybody_once_it_has_expired() public {
        JobId jobId = postJob();
        elapse(1000);
        vm.prank(stranger);
        vm.expectPartialRevert(IJobMarket.OfferNotExpired.selector);
        market.withdraw(jobId);
        elapse(1);
        vm.prank(stranger);
        market.withdraw(jobId);
        assertEq(market.claimable(submitter), 300 ether);
        assertEq(market.claimable(stranger), 0);
    }

    function test_never_twice_and_not_while_it_runs() public {
        JobId jobId = postJob();
        vm.startPrank(submitter);
        market.withdraw(jobId);
        vm.expectRevert(
            abi.encodeWithSelector(IJobMarket.WrongStatus.selector, jobId, Status.Withdrawn, Status.Open)
        );
        market.withdraw(jobId);
        vm.stopPrank();
        JobId running = runningJob();
        vm.expectPartialRevert(IJobMarket.WrongStatus.selector);
        vm.prank(submitter);
        market.withdraw(running);
    }

    function test_refuses_an_unknown_job() public {
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NoSuchJob.selector, 9));
        market.withdraw(JobId.wrap(9));
    }
}
