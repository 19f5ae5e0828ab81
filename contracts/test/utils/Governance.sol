// SPDX-License-Identifier: Apache-2.0
// The token, the vote on it, and what the vote reaches, in the order of contracts/README.md.
pragma solidity 0.8.37;

import {Parameter} from "src/governance/IParameters.sol";
import {LydianGovernor} from "src/governance/LydianGovernor.sol";
import {LydianTimelock} from "src/governance/LydianTimelock.sol";
import {Parameters} from "src/governance/Parameters.sol";
import {Treasury} from "src/governance/Treasury.sol";
import {LydianToken} from "src/token/LydianToken.sol";
import {Test} from "test/utils/Test.sol";

abstract contract Governance is Test {
    LydianToken internal token;
    LydianTimelock internal timelock;
    LydianGovernor internal governor;
    Treasury internal treasury;
    Parameters internal parameters;

    function deployGovernance() internal {
        token = makeToken();
        timelock = new LydianTimelock(nextContract(1));
        governor = new LydianGovernor(token, timelock);
        treasury = new Treasury(address(timelock));
        parameters = new Parameters(address(timelock));
    }

    /// Gives this contract the supply.
    function makeToken() internal virtual returns (LydianToken) {
        return new LydianToken(address(this));
    }

    /// The contract that this one deploys after `ahead` others.
    function nextContract(uint256 ahead) internal view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + ahead);
    }

    /// As if a vote had decided it.
    function setParameter(Parameter parameter, uint96 value) internal {
        vm.prank(address(timelock));
        parameters.set(parameter, value);
    }
}
