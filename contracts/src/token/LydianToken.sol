// SPDX-License-Identifier: Apache-2.0
// The protocol's token: a fixed supply, made at deployment. Allowances can be given by signature (EIP-2612), votes
// delegated (EIP-5805) to anybody, oneself included; undelegated tokens have no vote.
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

contract LydianToken is ERC20Permit, ERC20Votes {
    uint256 public constant SUPPLY = 1_000_000_000 ether;

    /// @param holder receives the whole supply
    constructor(address holder) ERC20("Lydian", "LYD") ERC20Permit("Lydian") {
        _mint(holder, SUPPLY);
    }

    /// Votes are counted by the ledger's time: a rollup's blocks come at no fixed pace.
    function clock() public view override returns (uint48 timestamp) {
        return uint48(block.timestamp);
    }

    /// EIP-6372.
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() public pure override returns (string memory mode) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256 next) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal virtual override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
