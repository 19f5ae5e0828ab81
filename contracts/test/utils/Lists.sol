// SPDX-License-Identifier: Apache-2.0
// Short lists of numbers, for shapes and values.
pragma solidity 0.8.37;

function list(uint32 a) pure returns (uint32[] memory numbers) {
    numbers = new uint32[](1);
    numbers[0] = a;
}

function list(uint32 a, uint32 b) pure returns (uint32[] memory numbers) {
    numbers = new uint32[](2);
    (numbers[0], numbers[1]) = (a, b);
}

function list(uint32 a, uint32 b, uint32 c) pure returns (uint32[] memory numbers) {
    numbers = new uint32[](3);
    (numbers[0], numbers[1], numbers[2]) = (a, b, c);
}
