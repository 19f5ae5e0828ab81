// SPDX-License-Identifier: Apache-2.0
// Where fees and the parts of lost bonds go that reward nobody. Credits elsewhere (`JobMarket.claim`) anybody may bring
// here; out of here only the timelock pays, which is to say a vote.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

contract Treasury {
    using SafeERC20 for IERC20;

    address public immutable timelock;

    event Paid(IERC20 indexed token, address indexed to, uint256 amount);

    error NotTheTimelock(address caller);

    constructor(address timelock_) {
        timelock = timelock_;
    }

    /// Timelock only.
    function pay(IERC20 token, address to, uint256 amount) external {
        if (msg.sender != timelock) revert NotTheTimelock(msg.sender);
        emit Paid(token, to, amount);
        token.safeTransfer(to, amount);
    }
}
