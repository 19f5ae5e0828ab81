// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {World} from "test/utils/World.sol";

contract ClaimTest is World {
    function test_anybody_moves_what_was_credited_to_its_owner() public {
        JobId jobId = postJob();
        vm.prank(submitter);
        market.withdraw(jobId);
        vm.expectEmit(address(market));
        emit IJobMarket.Claimed(submitter, 300 ether);
        vm.prank(stranger);
        market.claim(submitter);
        assertEq(token.balanceOf(submitter), FUNDS);
        assertEq(token.balanceOf(address(market)), 0);
    }

    function test_refuses_a_second_time() public {
        JobId jobId = postJob();
        vm.prank(submitter);
        market.withdraw(jobId);
        market.claim(submitter);
        vm.expectRevert(abi.encodeWithSelector(IJobMarket.NothingToClaim.selector, submitter));
        market.claim(submitter);
    }
}
