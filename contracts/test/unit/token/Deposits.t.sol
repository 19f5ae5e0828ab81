// SPDX-License-Identifier: Apache-2.0
// A token that takes a fee: refused where it comes in, and what came in before it took one still leaves.
pragma solidity 0.8.37;

import {JobId} from "src/market/IJobMarket.sol";
import {Deposits} from "src/token/Deposits.sol";
import {LydianToken} from "src/token/LydianToken.sol";
import {TaxedToken} from "test/actors/Tokens.sol";
import {World} from "test/utils/World.sol";

contract DepositsTest is World {
    function makeToken() internal override returns (LydianToken) {
        return new TaxedToken(address(this));
    }

    function test_post_refuses_less_than_the_escrow() public {
        tax();
        refuseArrival(0, 297 ether, 300 ether);
        vm.prank(submitter);
        market.post(someHeader(), someRoot(0), 1, someTerms());
        assertEq(market.jobCount(), 0);
    }

    function test_deposit_refuses_less_than_the_stake() public {
        tax();
        refuseArrival(STAKE, 99 ether, 100 ether);
        vm.prank(solver);
        registry.deposit(100 ether);
        assertEq(registry.stake(solver).free, STAKE);
    }

    function test_challenge_refuses_less_than_the_bond() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        tax();
        refuseArrival(300 ether, 49.5 ether, 50 ether);
        vm.prank(challenger);
        market.challenge(jobId, 0);
        assertEq(market.checkpoint(jobId, 0).openGames, 0);
    }

    function test_what_is_held_leaves_in_full() public {
        JobId jobId = postJob();
        tax();
        vm.prank(submitter);
        market.withdraw(jobId);
        market.claim(submitter);
        assertEq(token.balanceOf(address(market)), 0);
        assertEq(token.balanceOf(submitter), FUNDS - 3 ether);
    }

    function tax() private {
        TaxedToken(address(token)).setTax(1);
    }

    function refuseArrival(uint256 held, uint256 arrived, uint256 wanted) private {
        vm.expectRevert(
            abi.encodeWithSelector(Deposits.NotThatMuchArrived.selector, held + arrived, held + wanted)
        );
    }
}
