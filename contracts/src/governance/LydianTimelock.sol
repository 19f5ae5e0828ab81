// SPDX-License-Identifier: Apache-2.0
// What a vote decides waits here before anybody may carry it out, so that who disagrees has time to leave. It has no
// administrator, and its delay is for ever: no vote shortens the time that people have against a vote.
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

contract LydianTimelock is TimelockController {
    uint256 public constant DELAY = 7 days;

    error DelayIsFixed();

    /// @param governor the LydianGovernor, deployed later: the only one that proposes and cancels
    constructor(address governor)
        TimelockController(DELAY, _listOf(governor), _listOf(address(0)), address(0))
    {}

    function updateDelay(uint256) public pure override {
        revert DelayIsFixed();
    }

    /// As executors, the zero address means anybody.
    function _listOf(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
