// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IParameters, Parameter, ParameterValues} from "src/governance/IParameters.sol";

contract Parameters is IParameters {
    /// @inheritdoc IParameters
    address public immutable timelock;

    ParameterValues private _values;

    constructor(address timelock_) {
        timelock = timelock_;
        _values = ParameterValues({
            feeShare: 100,
            rewardShare: 1000,
            withdrawalDelay: 7 days,
            solverBondMin: 1 ether,
            challengeBondMin: 1 ether
        });
    }

    /// @inheritdoc IParameters
    function set(Parameter parameter, uint96 value) external {
        if (msg.sender != timelock) revert NotTheTimelock(msg.sender);
        (uint96 min, uint96 max) = bounds(parameter);
        if (value < min || value > max) revert OutOfBounds(parameter, value, min, max);

        if (parameter == Parameter.FeeShare) _values.feeShare = uint16(value);
        else if (parameter == Parameter.RewardShare) _values.rewardShare = uint16(value);
        else if (parameter == Parameter.WithdrawalDelay) _values.withdrawalDelay = uint32(value);
        else if (parameter == Parameter.SolverBondMin) _values.solverBondMin = value;
        else _values.challengeBondMin = value;
        emit ParameterSet(parameter, value);
    }

    /// @inheritdoc IParameters
    function values() external view returns (ParameterValues memory current) {
        return _values;
    }

    /// A fee is never nothing: it is what a payment to oneself costs, by which the price index and reputations hold. A
    /// reward is never more than a quarter, so a solver convicted by its friend loses three quarters at least.
    /// @inheritdoc IParameters
    function bounds(Parameter parameter) public pure returns (uint96 min, uint96 max) {
        if (parameter == Parameter.FeeShare) return (10, 500);
        if (parameter == Parameter.RewardShare) return (100, 2500);
        if (parameter == Parameter.WithdrawalDelay) return (3 days, 30 days);
        return (0.01 ether, 10_000 ether);
    }
}
