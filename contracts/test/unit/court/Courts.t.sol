// SPDX-License-Identifier: Apache-2.0
// What the courts may do in the market, nobody else may: hold, release, payAuditor, convict, dispute.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {Disagreement, IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract CourtsTest is World {
    function test_nobody_else_may() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        bytes memory refusal = abi.encodeWithSelector(IJobMarket.NotACourt.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        market.hold(jobId, 0);
        vm.expectRevert(refusal);
        market.release(jobId, 0, 0);
        vm.expectRevert(refusal);
        market.payAuditor(jobId, 0, 0, stranger);
        vm.expectRevert(refusal);
        market.convict(jobId, 0, stranger);
        Disagreement memory its = Disagreement(0, 1, Root.wrap(0), Root.wrap(0), Root.wrap(0));
        vm.expectRevert(refusal);
        market.dispute(jobId, 0, stranger, its);
    }

    function test_holds_nothing_that_is_not_committed_or_has_settled() public {
        JobId jobId = runningJob();
        vm.startPrank(address(audits));
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NotCommitted.selector, jobId, 0));
        market.hold(jobId, 0);
        vm.stopPrank();
        commit(jobId, 0);
        passWindow();
        market.settle(jobId, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.AlreadySettled.selector, jobId, 0));
        vm.prank(address(demands));
        market.hold(jobId, 0);
    }

    /// A verdict of a court on an attempt that is over touches nothing.
    function test_nothing_reaches_the_next_attempt() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        verdict(challengeBy(challenger, jobId, 0), false);
        vm.prank(solver);
        market.accept(jobId, 0);
        commit(jobId, 0);
        bytes32 before = keccak256(abi.encode(market.job(jobId), market.checkpoint(jobId, 0)));
        vm.startPrank(address(audits));
        market.release(jobId, 0, 0);
        market.payAuditor(jobId, 0, 0, stranger);
        market.convict(jobId, 0, stranger);
        vm.stopPrank();
        assertEq(keccak256(abi.encode(market.job(jobId), market.checkpoint(jobId, 0))), before);
        assertEq(market.claimable(stranger), 0);
    }
}
