// SPDX-License-Identifier: Apache-2.0
// The auditor's stake: enlist, delist.
pragma solidity 0.8.37;

import {IAudits} from "src/court/IAudits.sol";
import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract EnlistTest is World {
    function test_enlisted_stake_is_locked_and_counts() public {
        vm.startPrank(solver);
        vm.expectEmit(address(audits));
        emit IAudits.Enlisted(solver, 70);
        audits.enlist(70);
        assertEq(audits.total(), 70);
        assertEq(audits.auditor(solver).free, 70);
        assertEq(registry.stake(solver).locked, 70);
        vm.expectEmit(address(audits));
        emit IAudits.Delisted(solver, 30);
        audits.delist(30);
        assertEq(audits.total(), 40);
        assertEq(registry.stake(solver).locked, 40);
        assertEq(registry.stake(solver).free, STAKE - 40);
    }

    function test_refuses_what_is_not_there() public {
        vm.startPrank(solver);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, STAKE + 1, STAKE)
        );
        audits.enlist(STAKE + 1);
        audits.enlist(5);
        vm.expectRevert(abi.encodeWithSelector(IAudits.InsufficientFree.selector, 6, 5));
        audits.delist(6);
    }

    function test_refuses_zero() public {
        vm.startPrank(solver);
        vm.expectRevert(IAudits.ZeroAmount.selector);
        audits.enlist(0);
        vm.expectRevert(IAudits.ZeroAmount.selector);
        audits.delist(0);
    }

    /// A bond of a job is no auditor's stake, and the other way round.
    function test_keeps_apart_from_the_bonds_of_jobs() public {
        runningJob();
        vm.startPrank(solver);
        audits.enlist(5);
        assertEq(registry.stake(solver).locked, 1000 ether + 5);
        vm.expectRevert(abi.encodeWithSelector(IAudits.InsufficientFree.selector, 6, 5));
        audits.delist(6);
    }
}
