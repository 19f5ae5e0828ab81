// SPDX-License-Identifier: Apache-2.0
// The vote of the token's holders. All it can reach is what the timelock owns: the values of Parameters within their
// bounds, and the Treasury's tokens. The rules of the vote itself are constants.
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingSimple
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {LydianTimelock} from "src/governance/LydianTimelock.sol";
import {LydianToken} from "src/token/LydianToken.sol";

contract LydianGovernor is GovernorVotes, GovernorCountingSimple, GovernorTimelockControl {
    uint256 private constant VOTING_DELAY = 1 days;
    uint256 private constant VOTING_PERIOD = 7 days;
    uint256 private immutable _proposalThreshold;
    uint256 private immutable _quorum;

    error TimelockIsFixed();

    /// Proposing takes a thousandth of the supply, a quorum a twenty-fifth.
    constructor(LydianToken token_, LydianTimelock timelock_)
        Governor("LydianGovernor")
        GovernorVotes(token_)
        GovernorTimelockControl(timelock_)
    {
        _proposalThreshold = token_.SUPPLY() / 1000;
        _quorum = token_.SUPPLY() / 25;
    }

    // ---- the rules of the vote

    /// Seconds, as in everything of the token's clock.
    function votingDelay() public pure override returns (uint256 duration) {
        return VOTING_DELAY;
    }

    function votingPeriod() public pure override returns (uint256 duration) {
        return VOTING_PERIOD;
    }

    function proposalThreshold() public view override returns (uint256 votes) {
        return _proposalThreshold;
    }

    /// The supply never changes, so neither does its part.
    function quorum(uint256) public view override returns (uint256 votes) {
        return _quorum;
    }

    /// A governor with another timelock would own nothing; a vote that decides it is a mistake or an attack.
    function updateTimelock(TimelockController) public pure override {
        revert TimelockIsFixed();
    }

    // ---- what several of the standard parts define

    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState current)
    {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool needed)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
