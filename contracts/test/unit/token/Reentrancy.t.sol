// SPDX-License-Identifier: Apache-2.0
// A token that calls its holders in the middle of a transfer: nobody is paid twice, and nothing is booked that did not
// come.
pragma solidity 0.8.37;

import {Root} from "src/dispute/Root.sol";
import {IJobMarket, JobId} from "src/market/IJobMarket.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {LydianToken} from "src/token/LydianToken.sol";
import {HookedToken, Reenterer} from "test/actors/Tokens.sol";
import {World} from "test/utils/World.sol";

contract ReentrancyTest is World {
    Reenterer private attacker;

    function makeToken() internal override returns (LydianToken) {
        return new HookedToken(address(this));
    }

    function setUp() public override {
        super.setUp();
        attacker = new Reenterer();
        attacker.listenTo(HookedToken(address(token)));
        enlist(address(attacker));
    }

    function test_claim_pays_once() public {
        postJob(); // somebody else's money is there to be taken
        bytes memory post = abi.encodeCall(market.post, (someHeader(), Root.wrap("b"), 1, someTerms()));
        assertTrue(attacker.send(address(market), post));
        assertTrue(attacker.send(address(market), abi.encodeCall(market.withdraw, (JobId.wrap(2)))));
        bytes memory claim = abi.encodeCall(market.claim, (address(attacker)));
        assertTrue(attacker.attack(address(market), claim, claim));
        assertRefused(abi.encodeWithSelector(IJobMarket.NothingToClaim.selector, attacker));
        assertEq(token.balanceOf(address(attacker)), FUNDS - STAKE);
        assertEq(token.balanceOf(address(market)), 300 ether);
    }

    function test_stake_is_withdrawn_once() public {
        assertTrue(attacker.send(address(registry), abi.encodeCall(registry.requestWithdrawal, (STAKE))));
        elapse(7 days);
        bytes memory withdraw = abi.encodeCall(registry.withdraw, ());
        assertTrue(attacker.attack(address(registry), withdraw, withdraw));
        assertRefused(abi.encodeWithSelector(INodeRegistry.NothingToWithdraw.selector, attacker));
        assertEq(token.balanceOf(address(attacker)), FUNDS);
        assertEq(token.balanceOf(address(registry)), STAKE);
    }

    /// The inner deposit would be counted twice: once by itself, once as the outer one's.
    function test_deposit_within_a_deposit_undoes_both() public {
        bytes memory deposit = abi.encodeCall(registry.deposit, (100));
        assertFalse(attacker.attack(address(registry), deposit, deposit));
        assertEq(registry.stake(address(attacker)).free, STAKE);
        assertEq(token.balanceOf(address(registry)), 2 * STAKE);
    }

    /// The challenge is open before its bond has come: whoever claims meanwhile finds nothing of it.
    function test_challenge_counts_its_bond_when_it_has_come() public {
        JobId jobId = runningJob();
        commit(jobId, 0);
        bytes memory challenge = abi.encodeCall(market.challenge, (jobId, 0));
        assertFalse(attacker.attack(address(market), challenge, challenge));
        assertEq(market.gameCount(), 0);
        assertTrue(
            attacker.attack(address(market), challenge, abi.encodeCall(market.claim, (address(attacker))))
        );
        assertRefused(abi.encodeWithSelector(IJobMarket.NothingToClaim.selector, attacker));
        assertEq(token.balanceOf(address(market)), 350 ether);
    }

    function assertRefused(bytes memory refusal) private view {
        assertFalse(attacker.entered());
        assertEq(attacker.refusal(), refusal);
    }
}
