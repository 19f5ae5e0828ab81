// SPDX-License-Identifier: Apache-2.0
// Base of every test: the cheat codes as `vm`, assertions that print both values, `bound` for fuzz inputs, and the
// hooks by which an invariant test names its handlers.
pragma solidity 0.8.37;

import {Vm} from "test/utils/Vm.sol";

abstract contract Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// Foundry's fixed cheat code address.
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address[] private _contracts;
    address[] private _senders;
    FuzzSelector[] private _selectors;

    // ---- invariant tests

    /// Only the named contracts are called at random.
    function targetContract(address handler) internal {
        _contracts.push(handler);
    }

    /// Only the named functions of `handler` are called at random.
    function targetSelectors(address handler, bytes4[] memory selectors) internal {
        _selectors.push(FuzzSelector({addr: handler, selectors: selectors}));
    }

    function targetSender(address sender) internal {
        _senders.push(sender);
    }

    function targetContracts() external view returns (address[] memory) {
        return _contracts;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    function targetSenders() external view returns (address[] memory) {
        return _senders;
    }

    // ---- fuzz inputs

    /// Maps x into [low, high]; a value already inside stays.
    function bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        require(low <= high, "bound: low > high");
        if (x >= low && x <= high) return x;
        if (low == 0 && high == type(uint256).max) return x;
        return low + x % (high - low + 1);
    }

    /// An account that nothing else uses, labelled in traces.
    function makeAccount(string memory name) internal returns (address account) {
        account = vm.addr(uint256(keccak256(bytes(name))));
        vm.label(account, name);
    }

    // ---- assertions

    function assertTrue(bool condition) internal pure {
        vm.assertTrue(condition, "");
    }

    function assertTrue(bool condition, string memory reason) internal pure {
        vm.assertTrue(condition, reason);
    }

    function assertFalse(bool condition) internal pure {
        vm.assertTrue(!condition, "");
    }

    function assertFalse(bool condition, string memory reason) internal pure {
        vm.assertTrue(!condition, reason);
    }

    function assertEq(bool actual, bool expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(uint256 actual, uint256 expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(uint256 actual, uint256 expected, string memory reason) internal pure {
        vm.assertEq(actual, expected, reason);
    }

    function assertEq(int256 actual, int256 expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(address actual, address expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(bytes32 actual, bytes32 expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory reason) internal pure {
        vm.assertEq(actual, expected, reason);
    }

    function assertEq(bytes memory actual, bytes memory expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertEq(string memory actual, string memory expected) internal pure {
        vm.assertEq(actual, expected, "");
    }

    function assertNotEq(uint256 actual, uint256 expected) internal pure {
        vm.assertNotEq(actual, expected, "");
    }

    function assertNotEq(bytes32 actual, bytes32 expected) internal pure {
        vm.assertNotEq(actual, expected, "");
    }

    function assertLt(uint256 actual, uint256 limit) internal pure {
        vm.assertLt(actual, limit, "");
    }

    function assertLe(uint256 actual, uint256 limit) internal pure {
        vm.assertLe(actual, limit, "");
    }

    function assertGt(uint256 actual, uint256 limit) internal pure {
        vm.assertGt(actual, limit, "");
    }

    function assertGe(uint256 actual, uint256 limit) internal pure {
        vm.assertGe(actual, limit, "");
    }
}
