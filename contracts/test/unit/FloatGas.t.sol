// SPDX-License-Identifier: Apache-2.0
// What one scalar operation costs, on an ordinary argument: printed into snapshots/Float32.json by `forge test`, for people.
pragma solidity 0.8.37;

import {Convert32, DType} from "src/float/Convert32.sol";
import {Float32} from "src/float/Float32.sol";
import {Functions32} from "src/float/Functions32.sol";
import {Test} from "test/utils/Test.sol";

contract FloatGasTest is Test {
    // Not constants, so that nothing is folded at compile time.
    uint32 private a = 0x40490fdb;
    uint32 private b = 0xbf3504f3;
    uint32 private c = 0x3dcccccd;

    function test_gas() external {
        (uint32 x, uint32 y, uint32 z) = (a, b, c);
        uint256 before = gasleft();
        uint32 sink = Float32.fma(x, y, z);
        note("fma", before);
        before = gasleft();
        sink ^= Float32.add(x, y);
        note("add", before);
        before = gasleft();
        sink ^= Float32.mul(x, y);
        note("mul", before);
        before = gasleft();
        sink ^= Float32.div(x, y);
        note("div", before);
        before = gasleft();
        sink ^= Float32.sqrt(x);
        note("sqrt", before);
        before = gasleft();
        sink ^= Float32.minimum(x, y);
        note("minimum", before);
        before = gasleft();
        sink ^= Float32.lt(x, y) ? 1 : 0;
        note("lt", before);
        before = gasleft();
        sink ^= Functions32.exp(x);
        note("exp", before);
        before = gasleft();
        sink ^= Functions32.log(x);
        note("log", before);
        before = gasleft();
        sink ^= Functions32.sin(x);
        note("sin", before);
        before = gasleft();
        sink ^= Functions32.cos(x);
        note("cos", before);
        before = gasleft();
        sink ^= Convert32.convert(x, DType.F32, DType.BF16);
        note("convert_f32_bf16", before);
        before = gasleft();
        sink ^= Convert32.convert(x, DType.F32, DType.I32);
        note("convert_f32_i32", before);
        assertNotEq(sink, 1);
    }

    function note(string memory operation, uint256 before) private {
        vm.snapshotValue("Float32", operation, before - gasleft());
    }
}
