// SPDX-License-Identifier: Apache-2.0
// The numbers that a vote may move, each within bounds that no vote moves. Who reads one keeps it: a job lives by the
// values of its posting, a withdrawal by those of its request.
pragma solidity 0.8.37;

/// Shares are in basis points (hundredths of a percent), amounts in token units, durations in seconds.
enum Parameter {
    FeeShare, // of each settled payment, to the treasury
    RewardShare, // of a lost solver's bond, the most that goes to whoever convicted it
    WithdrawalDelay, // of stake that is asked back
    SolverBondMin, // what a job may ask of its solver
    ChallengeBondMin // what a job may ask of its challengers
}

/// One storage slot.
struct ParameterValues {
    uint16 feeShare;
    uint16 rewardShare;
    uint32 withdrawalDelay;
    uint96 solverBondMin;
    uint96 challengeBondMin;
}

interface IParameters {
    event ParameterSet(Parameter indexed parameter, uint96 value);

    error NotTheTimelock(address caller);
    error OutOfBounds(Parameter parameter, uint96 value, uint96 min, uint96 max);

    /// Timelock only.
    function set(Parameter parameter, uint96 value) external;

    function timelock() external view returns (address account);
    function values() external view returns (ParameterValues memory current);
    function bounds(Parameter parameter) external pure returns (uint96 min, uint96 max);
}
