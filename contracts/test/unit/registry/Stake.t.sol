// SPDX-License-Identifier: Apache-2.0
// Stake: deposit, requestWithdrawal, withdraw.
pragma solidity 0.8.37;

import {Timestamp} from "src/dispute/Timestamp.sol";
import {INodeRegistry, Stake} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract StakeTest is World {
    function test_deposit_adds_to_the_free_stake() public {
        vm.expectEmit(address(registry));
        emit INodeRegistry.StakeDeposited(solver, 5);
        vm.prank(solver);
        registry.deposit(5);
        assertEq(registry.stake(solver).free, STAKE + 5);
        assertEq(token.balanceOf(address(registry)), STAKE + 5);
    }

    function test_deposit_refuses_zero() public {
        vm.expectRevert(INodeRegistry.ZeroAmount.selector);
        registry.deposit(0);
    }

    function test_withdrawal_waits_for_its_delay() public {
        vm.startPrank(solver);
        registry.requestWithdrawal(10);
        uint64 availableAt = uint64(vm.getBlockTimestamp() + 7 days);
        vm.warp(availableAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                INodeRegistry.WithdrawalNotYetAvailable.selector, Timestamp.wrap(availableAt)
            )
        );
        registry.withdraw();
        vm.warp(availableAt);
        registry.withdraw();
        assertEq(token.balanceOf(solver), FUNDS - STAKE + 10);
        Stake memory stake = registry.stake(solver);
        assertEq(stake.free, STAKE - 10);
        assertEq(stake.leaving, 0);
    }

    function test_second_request_adds_and_starts_the_delay_anew() public {
        vm.startPrank(solver);
        registry.requestWithdrawal(10);
        elapse(6 days);
        registry.requestWithdrawal(5);
        elapse(6 days);
        vm.expectPartialRevert(INodeRegistry.WithdrawalNotYetAvailable.selector);
        registry.withdraw();
        assertEq(registry.stake(solver).leaving, 15);
    }

    function test_request_refuses_more_than_is_free() public {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, STAKE + 1, STAKE)
        );
        vm.prank(solver);
        registry.requestWithdrawal(STAKE + 1);
    }

    function test_request_refuses_zero() public {
        vm.expectRevert(INodeRegistry.ZeroAmount.selector);
        registry.requestWithdrawal(0);
    }

    function test_withdraw_refuses_without_request() public {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NothingToWithdraw.selector, solver));
        vm.prank(solver);
        registry.withdraw();
    }

    function test_what_is_leaving_cannot_be_locked() public {
        vm.prank(solver);
        registry.requestWithdrawal(STAKE);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, 1, 0));
        vm.prank(address(market));
        registry.lock(solver, 1);
    }
}
