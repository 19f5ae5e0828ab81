// SPDX-License-Identifier: Apache-2.0
// A vote from its proposal to what it does, and what no vote can do.
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IParameters, Parameter} from "src/governance/IParameters.sol";
import {LydianGovernor} from "src/governance/LydianGovernor.sol";
import {LydianTimelock} from "src/governance/LydianTimelock.sol";
import {Governance} from "test/utils/Governance.sol";

contract LydianGovernorTest is Governance {
    bytes32 private constant DESCRIPTION = keccak256("why");

    address private whale = makeAccount("whale");
    address private minnow = makeAccount("minnow");
    address[] private targets;
    uint256[] private values = [0];
    bytes[] private calls;

    function setUp() public {
        vm.warp(1_000_000);
        deployGovernance();
        arm(whale, 50_000_000 ether);
        arm(minnow, 1_000_000 ether);
        vm.warp(1_000_001);
    }

    function test_a_vote_sets_a_parameter_and_pays_from_the_treasury() public {
        assertTrue(token.transfer(address(treasury), 10 ether));
        aim(address(parameters), abi.encodeCall(parameters.set, (Parameter.FeeShare, 250)));
        aim(address(treasury), abi.encodeCall(treasury.pay, (token, minnow, 10 ether)));
        values = [0, 0];
        carryThrough();
        assertEq(parameters.values().feeShare, 250);
        assertEq(token.balanceOf(minnow), 1_000_010 ether);
    }

    /// Its queue alone takes as long as the timelock's delay.
    function test_nothing_happens_before_the_delay() public {
        aim(address(parameters), abi.encodeCall(parameters.set, (Parameter.FeeShare, 250)));
        decide();
        governor.queue(targets, values, calls, DESCRIPTION);
        elapse(7 days - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        governor.execute(targets, values, calls, DESCRIPTION);
        assertEq(parameters.values().feeShare, 100);
        elapse(1);
        vm.prank(minnow);
        governor.execute(targets, values, calls, DESCRIPTION);
        assertEq(parameters.values().feeShare, 250);
    }

    function test_below_the_quorum_nothing_is_decided() public {
        aim(address(parameters), abi.encodeCall(parameters.set, (Parameter.FeeShare, 250)));
        uint256 id = propose(minnow);
        vote(id, minnow);
        elapse(7 days);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Defeated));
    }

    function test_proposing_takes_a_thousandth_of_the_supply() public {
        address small = makeAccount("small");
        arm(small, 1_000_000 ether - 1);
        elapse(1);
        aim(address(parameters), "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector,
                small,
                1_000_000 ether - 1,
                1_000_000 ether
            )
        );
        propose(small);
    }

    // ---- what a vote cannot do

    function test_no_vote_leaves_a_parameters_bounds() public {
        aim(address(parameters), abi.encodeCall(parameters.set, (Parameter.RewardShare, 2501)));
        refuseThrough(IParameters.OutOfBounds.selector);
    }

    function test_no_vote_shortens_the_delay() public {
        aim(address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        refuseThrough(LydianTimelock.DelayIsFixed.selector);
        assertEq(timelock.getMinDelay(), 7 days);
    }

    function test_no_vote_moves_to_another_timelock() public {
        aim(address(governor), abi.encodeCall(governor.updateTimelock, (timelock)));
        refuseThrough(LydianGovernor.TimelockIsFixed.selector);
    }

    function test_nobody_administers_the_timelock() public view {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        assertFalse(timelock.hasRole(admin, address(this)));
        assertFalse(timelock.hasRole(admin, address(governor)));
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
    }

    // ---- a vote

    function arm(address account, uint256 amount) private {
        assertTrue(token.transfer(account, amount));
        vm.prank(account);
        token.delegate(account);
    }

    function aim(address target, bytes memory data) private {
        targets.push(target);
        calls.push(data);
    }

    function elapse(uint256 duration) private {
        vm.warp(vm.getBlockTimestamp() + duration);
    }

    function propose(address proposer) private returns (uint256) {
        vm.prank(proposer);
        return governor.propose(targets, values, calls, "why");
    }

    function vote(uint256 id, address voter) private {
        elapse(1 days + 1);
        vm.prank(voter);
        governor.castVote(id, 1);
    }

    function decide() private {
        uint256 id = propose(minnow);
        vote(id, whale);
        elapse(7 days);
        assertEq(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Succeeded));
    }

    function carryThrough() private {
        decide();
        governor.queue(targets, values, calls, DESCRIPTION);
        elapse(7 days);
        governor.execute(targets, values, calls, DESCRIPTION);
    }

    /// Decided, waited for, and refused by what it calls.
    function refuseThrough(bytes4 reason) private {
        decide();
        governor.queue(targets, values, calls, DESCRIPTION);
        elapse(7 days);
        vm.expectPartialRevert(reason);
        governor.execute(targets, values, calls, DESCRIPTION);
    }
}
