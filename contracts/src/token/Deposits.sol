// SPDX-License-Identifier: Apache-2.0
// Tokens taken from an account that allowed it. What is booked is what arrived: a token that keeps a fee, or whose hooks
// move our balance meanwhile, is refused here rather than found missing by whoever claims last.
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

library Deposits {
    using SafeERC20 for IERC20;

    error NotThatMuchArrived(uint256 balance, uint256 expected);

    /// Moves `amount` from `account` to the calling contract; needs an allowance.
    function collect(IERC20 token, address account, uint256 amount) internal {
        uint256 expected = token.balanceOf(address(this)) + amount;
        token.safeTransferFrom(account, address(this), amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance != expected) revert NotThatMuchArrived(balance, expected);
    }
}
