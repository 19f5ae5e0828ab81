// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "src/governance/Treasury.sol";
import {Governance} from "test/utils/Governance.sol";

contract TreasuryTest is Governance {
    address private builder = makeAccount("builder");

    function setUp() public {
        deployGovernance();
        assertTrue(token.transfer(address(treasury), 10 ether));
    }

    function test_pays_what_the_timelock_says() public {
        vm.expectEmit(address(treasury));
        emit Treasury.Paid(token, builder, 4 ether);
        vm.prank(address(timelock));
        treasury.pay(token, builder, 4 ether);
        assertEq(token.balanceOf(builder), 4 ether);
        assertEq(token.balanceOf(address(treasury)), 6 ether);
    }

    function test_refuses_everybody_else() public {
        address[3] memory others = [builder, address(governor), address(this)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Treasury.NotTheTimelock.selector, others[i]));
            vm.prank(others[i]);
            treasury.pay(token, others[i], 1);
        }
        assertEq(token.balanceOf(address(treasury)), 10 ether);
    }
}
