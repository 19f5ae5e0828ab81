// SPDX-License-Identifier: Apache-2.0
// The toolchain itself: the pinned compiler, the EVM version and the cheat codes work together.
pragma solidity 0.8.37;

import {Test} from "test/utils/Test.sol";

contract Clock {
    error TooEarly(uint256 time, uint256 opens);

    event Opened(address indexed opener, uint256 time);

    uint256 private immutable OPENS;

    constructor(uint256 opens) {
        OPENS = opens;
    }

    function open() external {
        require(block.timestamp >= OPENS, TooEarly(block.timestamp, OPENS));
        emit Opened(msg.sender, block.timestamp);
    }
}

contract ToolchainTest is Test {
    Clock private clock = new Clock(1000);

    function test_time_caller_events_and_errors_are_under_control() external {
        address caller = makeAccount("caller");
        vm.warp(999);
        vm.expectRevert(abi.encodeWithSelector(Clock.TooEarly.selector, 999, 1000));
        clock.open();
        vm.warp(1000);
        vm.expectEmit(address(clock));
        emit Clock.Opened(caller, 1000);
        vm.prank(caller);
        clock.open();
    }

    function testFuzz_bound_stays_inside(uint256 x, uint256 low, uint256 high) external pure {
        vm.assume(low <= high);
        uint256 y = bound(x, low, high);
        assertGe(y, low);
        assertLe(y, high);
    }
}
