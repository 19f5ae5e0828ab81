// SPDX-License-Identifier: Apache-2.0
// The protocol's token: a fixed supply, made at deployment. Allowances can be given by signature (EIP-2612).
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

contract LydianToken is ERC20Permit {
    uint256 public constant SUPPLY = 1_000_000_000 ether;

    /// @param holder receives the whole supply
    constructor(address holder) ERC20("Lydian", "LYD") ERC20Permit("Lydian") {
        _mint(holder, SUPPLY);
    }
}
