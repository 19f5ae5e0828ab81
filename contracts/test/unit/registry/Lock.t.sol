// SPDX-License-Identifier: Apache-2.0
// What the market does with stakes: lock, unlock, slash.
pragma solidity 0.8.37;

import {INodeRegistry} from "src/market/INodeRegistry.sol";
import {World} from "test/utils/World.sol";

contract LockTest is World {
    function test_only_the_keepers_may() public {
        bytes memory refusal = abi.encodeWithSelector(INodeRegistry.NotAKeeper.selector, address(this));
        vm.expectRevert(refusal);
        registry.lock(solver, 1);
        vm.expectRevert(refusal);
        registry.unlock(solver, 1);
        vm.expectRevert(refusal);
        registry.slash(solver, 1);
    }

    function test_locked_stake_comes_back_or_goes_to_the_keeper() public {
        vm.startPrank(address(market));
        registry.lock(solver, 100);
        assertEq(registry.stake(solver).free, STAKE - 100);
        assertEq(registry.stake(solver).locked, 100);
        registry.unlock(solver, 60);
        registry.slash(solver, 40);
        assertEq(registry.stake(solver).free, STAKE - 40);
        assertEq(registry.stake(solver).locked, 0);
        assertEq(token.balanceOf(address(market)), 40);
    }

    function test_refuses_more_than_there_is() public {
        vm.startPrank(address(market));
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.InsufficientFreeStake.selector, STAKE + 1, STAKE)
        );
        registry.lock(solver, STAKE + 1);
        registry.lock(solver, 5);
        bytes memory refusal = abi.encodeWithSelector(INodeRegistry.InsufficientLockedStake.selector, 6, 5);
        vm.expectRevert(refusal);
        registry.unlock(solver, 6);
        vm.expectRevert(refusal);
        registry.slash(solver, 6);
    }
}
