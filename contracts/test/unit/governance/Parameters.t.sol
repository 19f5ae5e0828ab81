// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IParameters, Parameter, ParameterValues} from "src/governance/IParameters.sol";
import {Governance} from "test/utils/Governance.sol";

contract ParametersTest is Governance {
    function setUp() public {
        deployGovernance();
    }

    function test_each_parameter_takes_its_bounds_and_nothing_beyond() public {
        for (uint8 i = 0; i <= uint8(type(Parameter).max); ++i) {
            Parameter parameter = Parameter(i);
            (uint96 min, uint96 max) = parameters.bounds(parameter);
            uint96 first = valueOf(parameter);
            assertTrue(min <= first && first <= max, "begins within its bounds");
            assertGt(min, 0);
            refuse(parameter, min - 1, min, max);
            refuse(parameter, max + 1, min, max);
            assertEq(valueOf(parameter), first);
            setParameter(parameter, max);
            assertEq(valueOf(parameter), max);
            vm.expectEmit(address(parameters));
            emit IParameters.ParameterSet(parameter, min);
            setParameter(parameter, min);
            assertEq(valueOf(parameter), min);
        }
    }

    function test_only_the_timelock_sets() public {
        vm.expectRevert(abi.encodeWithSelector(IParameters.NotTheTimelock.selector, address(governor)));
        vm.prank(address(governor));
        parameters.set(Parameter.FeeShare, 20);
    }

    function refuse(Parameter parameter, uint96 value, uint96 min, uint96 max) private {
        vm.expectRevert(abi.encodeWithSelector(IParameters.OutOfBounds.selector, parameter, value, min, max));
        setParameter(parameter, value);
    }

    function valueOf(Parameter parameter) private view returns (uint96) {
        ParameterValues memory v = parameters.values();
        if (parameter == Parameter.FeeShare) return v.feeShare;
        if (parameter == Parameter.RewardShare) return v.rewardShare;
        if (parameter == Parameter.WithdrawalDelay) return v.withdrawalDelay;
        return parameter == Parameter.SolverBondMin ? v.solverBondMin : v.challengeBondMin;
    }
}
