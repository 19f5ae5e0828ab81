// SPDX-License-Identifier: Apache-2.0
// The part of Foundry's cheat codes that our tests use.
pragma solidity 0.8.37;

interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    // The caller, the clock, balances, code
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function getBlockTimestamp() external view returns (uint256 timestamp);
    function roll(uint256 height) external;
    function prevrandao(bytes32 value) external;
    function deal(address account, uint256 balance) external;
    function setBlockhash(uint256 height, bytes32 hash) external;
    function getBlockNumber() external view returns (uint256 height);
    function getNonce(address account) external view returns (uint64 nonce);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address account);
    function label(address account, string calldata name) external;
    function etch(address target, bytes calldata code) external;
    function load(address target, bytes32 slot) external view returns (bytes32 value);
    function store(address target, bytes32 slot, bytes32 value) external;

    // What the next call must do
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(address reverter) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit() external;
    function expectEmit(address emitter) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory logs);

    // Fuzzing
    function assume(bool condition) external pure;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool success);

    // Keys
    function addr(uint256 privateKey) external pure returns (address account);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    // Files, programs, text
    function ffi(string[] calldata command) external returns (bytes memory output);
    function envOr(string calldata name, uint256 fallbackValue) external view returns (uint256 value);
    function envOr(string calldata name, string calldata fallbackValue)
        external
        view
        returns (string memory value);
    function exists(string calldata path) external view returns (bool found);
    function readFile(string calldata path) external view returns (string memory text);
    function readFileBinary(string calldata path) external view returns (bytes memory data);
    function readLine(string calldata path) external view returns (string memory line);
    function projectRoot() external view returns (string memory path);
    function skip(bool condition, string calldata reason) external;
    function toString(uint256 value) external pure returns (string memory text);
    function toString(address value) external pure returns (string memory text);
    function toString(bytes32 value) external pure returns (string memory text);

    // Gas
    function pauseGasMetering() external;
    function resumeGasMetering() external;
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;

    // Assertions
    function assertTrue(bool condition, string calldata reason) external pure;
    function assertEq(bool actual, bool expected, string calldata reason) external pure;
    function assertEq(uint256 actual, uint256 expected, string calldata reason) external pure;
    function assertEq(int256 actual, int256 expected, string calldata reason) external pure;
    function assertEq(address actual, address expected, string calldata reason) external pure;
    function assertEq(bytes32 actual, bytes32 expected, string calldata reason) external pure;
    function assertEq(bytes calldata actual, bytes calldata expected, string calldata reason) external pure;
    function assertEq(string calldata actual, string calldata expected, string calldata reason) external pure;
    function assertNotEq(bytes32 actual, bytes32 expected, string calldata reason) external pure;
    function assertNotEq(uint256 actual, uint256 expected, string calldata reason) external pure;
    function assertLt(uint256 actual, uint256 bound, string calldata reason) external pure;
    function assertLe(uint256 actual, uint256 bound, string calldata reason) external pure;
    function assertGt(uint256 actual, uint256 bound, string calldata reason) external pure;
    function assertGe(uint256 actual, uint256 bound, string calldata reason) external pure;
}
